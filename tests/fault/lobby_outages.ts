/**
 * Two servers, joined by a broker, and who is present on both: members of a server that has ended leave, and nobody else does.
 * Written once: run with each broker by its own test.
 *
 * @module
 */
import { assert, assertEquals } from "@std/assert";
import type { BrokerProcess } from "../support/broker_process.ts";
import type { BrokerSetting } from "../support/brokers.ts";
import { Lobby } from "../support/lobby.ts";
import { freeze } from "../support/other_process.ts";
import { RestartableServer } from "../support/restartable_server.ts";

const TTL_MS = 2_000;
/** Longer than a server takes to start on a machine that is busy. */
const START_TTL_MS = 6_000;

/** What a test is given. */
interface Outage {
  readonly broker: BrokerProcess;
  readonly servers: readonly [RestartableServer, RestartableServer];
  readonly lobby: Lobby;
}

type Define = (name: string, run: (outage: Outage) => Promise<void>, ttlMs?: number) => void;

/** Defines the tests with one kind of broker. */
export function lobbyOutages(setting: BrokerSetting): void {
  const define: Define = (name, run, ttlMs = TTL_MS) =>
    Deno.test({
      name: `${setting.name}: ${name}`,
      ...setting.definition,
      // Sockets of the platform close after the test.
      sanitizeOps: false,
      sanitizeResources: false,
      async fn() {
        await using broker = await setting.start();
        const args = ["--presence-ttl-ms", String(ttlMs)];
        const start = () => RestartableServer.start({ routes: "tests/fault/rooms", args, env: setting.env(broker) });
        await using one = await start();
        await using two = await start();
        await using lobby = new Lobby();
        await run({ broker, servers: [one, two], lobby });
      },
    });
  serverEnds(define);
  serverComesBack(define);
  brokerAway(define);
}

function serverEnds(define: Define): void {
  for (const [ends, signal] of [["is killed", "SIGKILL"], ["says goodbye", "SIGTERM"]] as const) {
    define(`members of a server that ${ends} leave in time; who comes back elsewhere never left`, async (outage) => {
      const { servers: [one, two], lobby } = outage;
      const watcher = await lobby.watch(one.url);
      let refuge = two.url;
      const gone = lobby.enterAll("gone", () => two.url);
      const back = lobby.enterAll("back", () => refuge);
      const others = lobby.enterAll("other", () => one.url);
      const joins = [...back, ...gone, ...others].map((key) => `join ${key}`);
      await watcher.toldOf(joins);

      refuge = one.url;
      const endedAt = performance.now();
      await two.end(signal);
      const leaves = gone.map((key) => `leave ${key}`);
      await watcher.toldOf(leaves);
      assertEquals(watcher.texts, [...joins, ...leaves]);
      // The last word of one that is killed was said up to a quarter of the time before, and is missed after three quarters.
      const left = watcher.changes.filter(({ text }) => text.startsWith("leave")).map(({ at }) => at - endedAt);
      for (const afterMs of left) assert(afterMs > TTL_MS / 4 && afterMs < 2 * TTL_MS, `left after ${afterMs} ms`);
      assertEquals(await watcher.members(), [...back, ...others]);

      // It is there again, and so are they.
      await two.restart();
      const joinsAgain = gone.map((key) => `join ${key}`);
      await watcher.toldOf(joinsAgain, 2);
      assertEquals(watcher.texts, [...joins, ...joinsAgain, ...leaves].sort());
      const other = await lobby.watch(two.url);
      const all = [...back, ...gone, ...others];
      assertEquals([await watcher.members(), await other.members()], [all, all]);
    });
  }
}

function serverComesBack(define: Define): void {
  const name =
    "who comes back to a server that was killed, and is started again in time, never left, and is there once";
  const run = async ({ servers: [one, two], lobby }: Outage) => {
    const watcher = await lobby.watch(one.url);
    const keys = [...lobby.enterAll("back", () => two.url), ...lobby.enterAll("other", () => one.url)];
    const joins = keys.map((key) => `join ${key}`);
    await watcher.toldOf(joins);
    await two.end("SIGKILL");
    await two.restart();
    const watchers = [watcher, await lobby.watch(two.url)];
    await lobby.timePassed(one.url, watchers);
    assertEquals(watcher.texts, joins);
    for (const each of watchers) assertEquals(await each.members(), keys);
  };
  define(name, run, START_TTL_MS);

  define("members of a server that is stopped for long leave, and are there again when it goes on", async (outage) => {
    const { servers: [one, two], lobby } = outage;
    const watchers = [await lobby.watch(one.url), await lobby.watch(two.url)] as const;
    const [ours, others] = [lobby.enterAll("a", () => two.url), lobby.enterAll("b", () => one.url)];
    const joins = [...ours, ...others].map((key) => `join ${key}`);
    for (const watcher of watchers) await watcher.toldOf(joins);
    await freeze(two.process.pid, 2 * TTL_MS / 1000);
    const joinsAgain = ours.map((key) => `join ${key}`);
    await watchers[0].toldOf(joinsAgain, 2);
    const leaves = ours.map((key) => `leave ${key}`);
    assertEquals(watchers[0].texts, [...joins, ...joinsAgain, ...leaves].sort());
    // It did not see time go by, and misses nobody.
    await lobby.timePassed(one.url, watchers);
    assertEquals(watchers[1].texts, joins);
    for (const watcher of watchers) assertEquals(await watcher.members(), [...ours, ...others]);
  });
}

function brokerAway(define: Define): void {
  define("a broker that is away for longer than members may be is no reason to leave", async (outage) => {
    const { broker, servers: [one, two], lobby } = outage;
    const watchers = [await lobby.watch(one.url), await lobby.watch(two.url)] as const;
    const keys = [...lobby.enterAll("a", () => one.url), ...lobby.enterAll("b", () => two.url)];
    const joins = keys.map((key) => `join ${key}`);
    for (const watcher of watchers) await watcher.toldOf(joins);
    await broker.kill();
    await lobby.timePassed(one.url, [watchers[0]]);
    await broker.restart();
    for (const { process } of [one, two]) await process.printed(/the broker is there/);
    await lobby.timePassed(two.url, watchers);
    for (const watcher of watchers) {
      assertEquals(watcher.texts, joins);
      assertEquals(await watcher.members(), keys);
    }
  });
}
