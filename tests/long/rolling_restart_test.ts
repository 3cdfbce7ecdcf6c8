/**
 * Three nodes behind HAProxy as `deploy/` has them, joined by NATS: nodes are drained, killed and restarted one after the
 * other, and no client misses anything.
 *
 * @module
 */
import { assert, assertEquals, assertGreater } from "@std/assert";
import { startNats } from "../support/nats_server.ts";
import { DeployedHaproxy } from "../support/proxies.ts";
import { RawClient } from "../support/raw_client.ts";
import { requires } from "../support/requires.ts";
import { RestartableServer } from "../support/restartable_server.ts";
import { Room } from "../support/room.ts";
import { until } from "../support/until.ts";

/** So much is read in each situation. */
const SOME = 300;

/** A client that does not answer a Close frame holds a drain up for so long, unless it leaves. */
const CLOSE_TIMEOUT_MS = 20_000;

Deno.test({
  name: "behind deploy/haproxy.cfg, nodes that are drained, killed and restarted in turn cost no client a message",
  ignore: requires("haproxy").ignore || requires("nats-server").ignore,
  // Sockets of the platform close after the test.
  sanitizeOps: false,
  sanitizeResources: false,
  async fn(t) {
    await using broker = await startNats();
    const env = { NATS_URL: `nats://127.0.0.1:${broker.port}` };
    const args = ["--close-timeout-ms", `${CLOSE_TIMEOUT_MS}ms`];
    const start = () => RestartableServer.start({ routes: "tests/fault/rooms", args, env });
    await using one = await start();
    await using two = await start();
    await using three = await start();
    const nodes = [one, two, three];
    await using proxy = await DeployedHaproxy.start(nodes.map(({ process }) => process.port));
    const url = proxy.url.replace("http", "ws");
    await using room = await Room.open([url, url, url]);
    await room.goesOn(SOME);

    await t.step("each node has its share of the sockets", async () => {
      const open = (await proxy.nodes()).map(({ open }) => open);
      assertEquals(open.reduce((sum, count) => sum + count), room.readers.length + room.writers.length);
      assert(Math.max(...open) - Math.min(...open) <= 2, `${open} sockets`);
    });

    await t.step("a node at SIGTERM says 503, is taken out, and its clients are elsewhere before it ends", async () => {
      const rest = await restOf(room, one, two, three);
      using stubborn = await RawClient.connect({ port: one.process.port, path: "/" });
      one.process.kill("SIGTERM");
      await one.process.printed(/SIGTERM: draining/);
      const ready = await one.process.fetch("/ready");
      assertEquals([ready.status, await ready.text()], [503, "draining\n"]);
      await becomes(proxy, 0, "DOWN");
      // It is still there: whoever was on it has gone to the others.
      assertEquals((await one.process.fetch("/health")).status, 200);
      await room.goesOn(SOME);
      const [gone, ...others] = await proxy.nodes();
      assertEquals(gone?.open, 0);
      assertEquals(others.reduce((sum, { open }) => sum + open, 0), room.readers.length + room.writers.length);
      assertEquals(rest.map(({ awayCount }) => awayCount), rest.map(() => 0));
      assertEquals((await stubborn.next()).kind, "close");
      stubborn[Symbol.dispose]();
      assertEquals((await one.process.exited()).code, 0);
    });

    await t.step("a handshake that comes to a node that drains is made by another one", async () => {
      // HAProxy has not asked it yet: only the answer tells.
      await one.restart();
      await becomes(proxy, 0, "UP");
      using stubborn = await RawClient.connect({ port: one.process.port, path: "/" });
      const before = (await proxy.nodes())[0]!.redispatched;
      one.process.kill("SIGTERM");
      await one.process.printed(/SIGTERM: draining/);
      // It has the fewest sockets, so it is whom HAProxy asks first.
      for (let count = 0; count < 20; count++) {
        const response = await fetch(`${proxy.url}/ready`);
        assertEquals([response.status, await response.text()], [200, "ok\n"]);
      }
      assertGreater((await proxy.nodes())[0]!.redispatched, before);
      assertEquals((await stubborn.next()).kind, "close");
      stubborn[Symbol.dispose]();
      assertEquals((await one.process.exited()).code, 0);
      await one.restart();
      await becomes(proxy, 0, "UP");
    });

    await t.step("a node that is killed: its clients go on elsewhere", async () => {
      await two.end("SIGKILL");
      await room.goesOn(SOME);
      await two.restart();
      await becomes(proxy, 1, "UP");
    });

    await t.step("the broker that is killed takes no node out, and no socket ends", async () => {
      const away = room.readers.map(({ awayCount }) => awayCount);
      await broker.kill();
      await Promise.all(nodes.map(({ process }) => process.printed(/the broker cannot be reached/)));
      // One answer that was late is `UP 1/2`.
      assertEquals((await proxy.nodes()).map(({ status }) => status.slice(0, 2)), ["UP", "UP", "UP"]);
      await broker.restart();
      await room.goesOn(SOME);
      assertEquals(room.readers.map(({ awayCount }) => awayCount), away);
    });

    await t.step("all three restarted one after the other", async () => {
      for (const [at, node] of nodes.entries()) {
        await node.end("SIGTERM");
        await node.restart();
        await becomes(proxy, at, "UP");
        await room.goesOn(SOME);
      }
    });

    // Everybody has been away at least once by now, and nothing was missed.
    assertGreater(Math.min(...room.readers.map(({ recoveries }) => recoveries.length)), 0);
    await room.assertNothingLost();
  },
});

async function becomes(proxy: DeployedHaproxy, at: number, status: "UP" | "DOWN"): Promise<void> {
  let last: string | undefined;
  let isAsking = false;
  const ask = async () => {
    isAsking = true;
    last = (await proxy.nodes())[at]?.status;
    isAsking = false;
  };
  await until(
    () => {
      if (!isAsking && last !== status) void ask();
      return last === status;
    },
    () => `HAProxy has node${at + 1} ${status}; it has it ${last}`,
  );
}

/** The readers that are not on the first of these nodes. */
async function restOf(room: Room, first: RestartableServer, ...others: readonly RestartableServer[]) {
  const pids = await Promise.all(room.readers.map(({ socket }) => socket.request("who")));
  const all = [first, ...others].map(({ process }) => String(process.pid));
  assertEquals(new Set(pids as string[]), new Set(all));
  return room.readers.filter((_, at) => pids[at] !== String(first.process.pid));
}
