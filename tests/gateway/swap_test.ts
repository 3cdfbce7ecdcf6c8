/** New code for open connections: every peer is handed over, or none is. @module */
import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import type { Peer, Route } from "sockeye";
import { createTestServer, type TestServer } from "../../lib/testing/mod.ts";
import { assertClosed, gate } from "./support/served.ts";

/** A route that says which version it is, and takes a count with it. */
function counter(version: number, more: Partial<Route> = {}): Route {
  const counts = new Map<string, number>();
  return {
    open: (peer) => void counts.set(peer.id, 0),
    message(peer, message) {
      const count = (counts.get(peer.id) ?? NaN) + 1;
      counts.set(peer.id, count);
      peer.send(`${version}: ${message.text()} ${count}`);
    },
    suspend: (peer) => counts.get(peer.id),
    resume: (peer, state) => void counts.set(peer.id, state as number),
    ...more,
  };
}

function serve(route: Route, options = {}): Promise<TestServer> {
  return createTestServer({ "/": route }, { options, isDevelopment: false });
}

Deno.test("a swap: the next message runs the new code, with what the old one knew; context, topics, id stay", async () => {
  const seen: unknown[] = [];
  const note = (peer: Peer) => seen.push([peer.id, peer.context, [...peer.topics], peer.deployment]);
  await using server = await serve(counter(1, {
    async open(peer) {
      peer.context = { name: "Ada" };
      await peer.subscribe("all");
      note(peer);
    },
    suspend: () => ({ count: 41 }),
  }));
  const peer = await server.connect("/");
  await server.swap({
    "/": counter(2, {
      resume(peer, state, info) {
        seen.push(state, info);
        note(peer);
      },
      message: (peer, message) => void peer.send(`2: ${message.text()}`),
    }),
  });
  peer.send("x");
  assertEquals(await peer.receive(), "2: x");
  server.publish("all", "to all");
  assertEquals(await peer.receive(), "to all");
  const [[id, ...before], state, info, [sameId, ...after]] = seen as [string[], unknown, unknown, string[]];
  assertEquals([state, info, id], [{ count: 41 }, { reason: "swap" }, sameId]);
  assertEquals(before, [{ name: "Ada" }, ["all"], "test"] as unknown[]);
  assertEquals(after, [{ name: "Ada" }, ["all"], "test.2"] as unknown[]);
});

Deno.test("a swap: who connects meets the new code, and the old one is stopped last", async () => {
  const events: string[] = [];
  const named = (version: number): Route => ({
    start: () => void events.push(`start ${version}`),
    stop: () => void events.push(`stop ${version}`),
    open: () => void events.push(`open ${version}`),
    suspend: () => void events.push(`suspend ${version}`),
    resume: () => void events.push(`resume ${version}`),
    close: () => void events.push(`close ${version}`),
  });
  await using server = await serve(named(1));
  const peer = await server.connect("/");
  await server.swap({ "/": named(2) });
  await server.connect("/");
  await peer.close(1000);
  await server.settled();
  assertEquals(events, [
    ...["start 1", "open 1", "start 2", "suspend 1", "resume 2", "stop 1", "open 2", "close 2"],
  ]);
});

Deno.test("a swap waits for the handler that is pending; what arrives meanwhile runs the new code, in order", async () => {
  const end = gate();
  await using server = await serve(counter(1, {
    async message(peer, message) {
      await end.opened;
      peer.send(`1: ${message.text()}`);
    },
    suspend: () => 10,
  }));
  const peer = await server.connect("/");
  for (const text of ["a", "b", "c"]) peer.send(text);
  await server.still();
  const swapped = server.swap({ "/": counter(2) });
  peer.send("d");
  await server.still();
  end.open();
  await swapped;
  assertEquals(await Promise.all([1, 2, 3, 4].map(() => peer.receive())), ["1: a", "2: b 11", "2: c 12", "2: d 13"]);
});

Deno.test("a swap: what was sent and is unsent stays in order across it", async () => {
  await using server = await serve(counter(1), { highWaterBytes: 1024 });
  const peer = await server.connect("/");
  peer.stopReading();
  for (let count = 0; count < 100; count++) peer.send("x".repeat(100));
  await server.still();
  await server.swap({ "/": counter(2) });
  peer.resumeReading();
  await server.settled();
  const counts = [];
  for (let count = 0; count < 100; count++) counts.push(Number(String(await peer.receive()).split(" ").at(-1)));
  assertEquals(counts, Array.from({ length: 100 }, (_, at) => at + 1));
});

Deno.test("the old peer is revoked: its signal is aborted with the reason swapped, and it does nothing more", async () => {
  let old: Peer | undefined;
  await using server = await serve(counter(1, { open: (peer) => void (old = peer) }));
  const peer = await server.connect("/");
  const { signal } = old!;
  await server.swap({ "/": counter(2, { resume: (peer) => void peer.send("here") }) });
  assertEquals([signal.aborted, signal.reason.message], [true, "swapped"]);
  assertEquals(old!.send("late"), false);
  old!.close(4000);
  old!.terminate();
  await old!.publish("all", "late");
  await old!.subscribe("late");
  await server.settled();
  assertEquals([await peer.receive(), peer.waitingMessages, server.connectionCount], ["here", 0, 1]);
});

Deno.test("resume that throws for one peer: all go back, the old code goes on with what it knew, and the reason is told", async () => {
  await using server = await serve(counter(1));
  const peers = [await server.connect("/"), await server.connect("/"), await server.connect("/")];
  for (const [at, peer] of peers.entries()) {
    for (let count = 0; count <= at; count++) {
      peer.send("x");
      await peer.receive();
    }
  }
  let resumed = 0;
  const failing = counter(2, {
    resume() {
      if (++resumed === 2) throw new Error("no room");
    },
    suspend: () => undefined,
  });
  const error = await assertRejects(() => server.swap({ "/": failing }), Error);
  assertStringIncludes(error.message, "resume failed for peer");
  assertStringIncludes(error.message, "no room");
  for (const [at, peer] of peers.entries()) {
    peer.send("y");
    assertEquals(await peer.receive(), `1: y ${at + 2}`);
  }
});

for (
  const [what, route] of [
    ["suspend rejects", counter(1, { suspend: () => Promise.reject(new Error("not now")) })],
    ["suspend returns what cannot be cloned", counter(1, { suspend: () => () => {} })],
  ] as const
) {
  Deno.test(`${what}: the old code goes on`, async () => {
    await using server = await serve(route);
    const peer = await server.connect("/");
    const error = await assertRejects(() => server.swap({ "/": counter(2) }), Error);
    assertStringIncludes(error.message, "suspend failed for peer");
    peer.send("x");
    assertEquals(await peer.receive(), "1: x 1");
  });
}

Deno.test("start that fails, or takes longer than swapTimeoutMs: the old code goes on, the new is stopped", async () => {
  const stopped: string[] = [];
  await using server = await serve(counter(1));
  const peer = await server.connect("/");
  const failing = counter(2, { start: () => Promise.reject(new Error("no database")) });
  assertStringIncludes((await assertRejects(() => server.swap({ "/": failing }), Error)).message, "no database");
  const slow = counter(3, { start: () => new Promise(() => {}), stop: () => void stopped.push("3") });
  const swapping = assertRejects(() => server.swap({ "/": slow }), Error);
  await server.still();
  await server.clock.advance(30_000);
  assertStringIncludes((await swapping).message, "start took longer than 30000 ms");
  peer.send("x");
  assertEquals(await peer.receive(), "1: x 1");
});

Deno.test("a handler that is pending beyond swapTimeoutMs is abandoned: its late commands are dropped", async () => {
  const end = gate();
  await using server = await serve(counter(1, {
    async message(peer, message) {
      const view = message.view;
      await end.opened;
      peer.send(`late ${new TextDecoder().decode(view)}`);
    },
    suspend: () => 0,
  }));
  const peer = await server.connect("/");
  peer.send("stuck");
  await server.still();
  const swapping = server.swap({ "/": counter(2) });
  peer.send("next");
  await server.still();
  await server.clock.advance(30_000);
  await swapping;
  assertEquals(await peer.receive(), "2: next 1");
  end.open();
  await server.settled();
  peer.send("more");
  assertEquals([await peer.receive(), peer.waitingMessages], ["2: more 2", 0]);
});

Deno.test("resume that takes longer than swapTimeoutMs is a failure like any other", async () => {
  await using server = await serve(counter(1));
  const peer = await server.connect("/");
  const swapping = assertRejects(
    () => server.swap({ "/": counter(2, { resume: () => new Promise(() => {}) }) }),
    Error,
  );
  await server.still();
  await server.clock.advance(30_000);
  assertStringIncludes((await swapping).message, "resume took longer than 30000 ms");
  peer.send("x");
  assertEquals(await peer.receive(), "1: x 1");
});

Deno.test("a route with peers may not go, unless it is allowed: then they are closed with 1012", async () => {
  const routes = { "/": counter(1), "/other": counter(1) };
  await using server = await createTestServer(routes, { isDevelopment: false });
  const [peer, other] = [await server.connect("/"), await server.connect("/other")];
  const error = await assertRejects(() => server.swap({ "/": counter(2) }), Error);
  assertStringIncludes(error.message, "no WebSocket route at /other (1 peer)");
  peer.send("x");
  assertEquals(await peer.receive(), "1: x 1");
  await server.swap({ "/": counter(2) }, { allowRemoval: true });
  await assertClosed(other, 1012, "service restart");
  peer.send("x");
  assertEquals(await peer.receive(), "2: x 2");
});

Deno.test("a client that leaves while its peer is handed over: close runs once, on the code that has it", async () => {
  const [suspending, closed] = [gate(), [] as string[]];
  await using server = await serve(counter(1, {
    suspend: () => suspending.opened,
    close: () => void closed.push("1"),
  }));
  const peer = await server.connect("/");
  const swapping = server.swap({ "/": counter(2, { close: () => void closed.push("2") }) });
  await server.still();
  peer.reset();
  await server.still();
  suspending.open();
  await swapping;
  await server.settled();
  assertEquals([closed, server.connectionCount], [["2"], 0]);
});

Deno.test("a client that has left before the new code has its peer: the signal is aborted from the beginning", async () => {
  const suspending = gate();
  let reason: unknown;
  await using server = await serve(counter(1, { suspend: () => suspending.opened }));
  const peer = await server.connect("/");
  const swapping = server.swap({ "/": counter(2, { resume: ({ signal }) => void (reason = signal.reason?.message) }) });
  await server.still();
  peer.reset();
  await server.still();
  suspending.open();
  await swapping;
  assertEquals(reason, "The connection ended with 1006");
});

Deno.test("a handshake whose upgrade is pending across a swap opens on the new code", async () => {
  const answer = gate();
  const opened: string[] = [];
  const asking = (version: string): Route => ({
    upgrade: async () => {
      await answer.opened;
      return { context: version };
    },
    open: (peer) => void opened.push(`${version} ${peer.context}`),
  });
  await using server = await serve(asking("1"));
  const connecting = server.connect("/");
  await server.still();
  const swapping = server.swap({ "/": asking("2") });
  await server.still();
  answer.open();
  await Promise.all([connecting, swapping]);
  await server.settled();
  assertEquals(opened, ["2 1"]);
});

Deno.test("swaps follow one another in the order in which they were asked for", async () => {
  await using server = await serve(counter(1));
  const peer = await server.connect("/");
  await Promise.all([2, 3, 4].map((version) => server.swap({ "/": counter(version) })));
  peer.send("x");
  assertEquals(await peer.receive(), "4: x 1");
});

Deno.test("a server that goes away takes no new code", async () => {
  const server = await serve(counter(1));
  const draining = server.drain();
  const error = await assertRejects(() => server.swap({ "/": counter(2) }), Error);
  assertStringIncludes(error.message, "going away");
  await draining;
  await server.stop();
  assert(server.connectionCount === 0);
});
