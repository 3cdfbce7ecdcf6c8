/** `/compare`: events, echoes, and what a handshake weighs. @module */
import { assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { createTestServer, type TestPeer, UpgradeRefusedError } from "../../lib/testing/mod.ts";
import { GONE } from "../suites/runtime_bench.ts";
import { withShippedRoutes } from "./shipped_routes.ts";
import { withFakeIntervals } from "./fake_intervals.ts";

const ROUTES = new URL("../../routes/", import.meta.url);

const json = async (peer: TestPeer) => JSON.parse(await peer.receive() as string);

Deno.test("/compare says first how long the heads of the handshake were", async () => {
  await using server = await createTestServer(ROUTES);
  const peer = await server.connect("/compare?rate=4", { headers: { "x-more": "abc" } });
  const longer = await server.connect("/compare?rate=4", { headers: { "x-more": "abcdefg" } });
  const [one, other] = [await json(peer), await json(longer)];
  assertEquals(other.requestHeadBytes - one.requestHeadBytes, 4);
  assertEquals(one.responseHeadBytes, 129);
  assertEquals(typeof one.peer, "string");
});

Deno.test("/compare echoes a text with the server's time", async () => {
  await using server = await createTestServer(ROUTES);
  const peer = await server.connect("/compare");
  await json(peer);
  const before = performance.timeOrigin + performance.now();
  peer.send('"17"');
  const { echo, at } = await json(peer);
  assertEquals(echo, '"17"');
  assertEquals(Math.abs(at - before) < 5_000, true);
});

Deno.test("/compare sends each peer as many of the same events as it asked for, by one timer for all", async () => {
  await withFakeIntervals(50, async (tick, timers) => {
    await using server = await createTestServer(ROUTES);
    assertEquals(timers(), 0);
    const peers: TestPeer[] = [];
    for (const path of ["?rate=1", "?rate=4", "?rate=20", "", "?rate=x", "?rate=999", "?rate=-1"]) {
      const peer = await server.connect(`/compare${path}`);
      await json(peer);
      peers.push(peer);
    }
    assertEquals(timers(), 1);
    for (let time = 0; time < 20; time++) tick();
    await server.settled();
    assertEquals(peers.map(({ waitingMessages }) => waitingMessages), [1, 4, 20, 4, 4, 20, 1]);
    const [first, second] = [await json(peers[1]!), await json(peers[1]!)];
    assertEquals([second.tick - first.tick, Object.keys(first)], [1, ["tick", "at"]]);
    assertEquals(await json(peers[3]!), first);
  });
});

Deno.test("/compare has no timer while nobody looks, nor after stop", async () => {
  await withFakeIntervals(50, async (_tick, timers) => {
    {
      await using server = await createTestServer(ROUTES);
      const [one, other] = [await server.connect("/compare"), await server.connect("/compare")];
      await one.close();
      await server.settled();
      assertEquals(timers(), 1);
      await other.close();
      await server.settled();
      assertEquals(timers(), 0);
      await server.connect("/compare");
      assertEquals(timers(), 1);
    }
    assertEquals(timers(), 0);
  });
});

Deno.test("/compare goes on for whom its code takes over, as fast as before", async () => {
  await withFakeIntervals(50, (tick, timers) =>
    withShippedRoutes(async ({ connect }) => {
      const context = { every: 10, requestHeadBytes: 1 };
      const { events, commands } = connect("/compare", { id: "taken over", context });
      await events.resume(undefined, "swap");
      assertEquals(timers(), 1);
      for (let time = 0; time < 20; time++) tick();
      assertEquals(commands.sentObjects.map((text) => Object.keys(JSON.parse(String(text)))), [
        ["tick", "at"],
        ["tick", "at"],
      ]);
      await events.close(GONE);
      assertEquals(timers(), 0);
    }));
});

Deno.test("/compare?blocked refuses WebSockets, and says why", async () => {
  await using server = await createTestServer(ROUTES);
  const error = await assertRejects(() => server.connect("/compare?blocked="), UpgradeRefusedError);
  assertEquals(error.status, 502);
  assertStringIncludes(error.body, "Refused");
});
