/** The streams under a socket that polls: when it asks, what it repeats, when it gives up. docs/TRANSPORTS.md. @module */
import { assertEquals, assertMatch } from "@std/assert";
import { type Fate, serverFrame, settled } from "../support/poll_server.ts";
import { PollScene } from "./poll_scene.ts";

Deno.test("a long poll is asked again as soon as it is answered, and says what has come", async () => {
  const scene = await PollScene.open();
  assertEquals(scene.server.parked, 1);
  const one = serverFrame(1, "one");
  scene.server.say(one);
  await settled();
  assertEquals([scene.server.parked, scene.server.acknowledged], [1, one.length]);
  assertEquals(scene.requests("GET").length, 2);
  await scene.pass(25_000);
  assertEquals([scene.requests("GET").length, scene.server.parked], [3, 1]);
});

Deno.test("plain polling asks every intervalMs, at once after it has sent something, and after a full answer", async () => {
  const scene = await PollScene.open({ transport: "poll", intervalMs: 2_000 });
  const count = () => scene.requests("GET").length;
  assertEquals(count(), 1);
  await scene.pass(1_900);
  assertEquals(count(), 1);
  await scene.pass(100);
  assertEquals(count(), 2);
  scene.socket.send("?");
  await settled();
  assertEquals(count(), 3);
  await scene.pass(1_900);
  assertEquals(count(), 3);
  scene.server.say(serverFrame(2, new Uint8Array(1_500_000)));
  await scene.pass(100);
  assertEquals([count(), scene.events.length], [5, 1]);
});

Deno.test("a server that does not hold long polls is not asked without a pause", async () => {
  const scene = await PollScene.open();
  scene.server.terms.pollWaitMs = 0;
  scene.server.say(serverFrame(1, "x"));
  await scene.pass(10_000);
  const asked = scene.requests("GET").length;
  assertEquals(asked < 20 && asked > 5, true, `${asked}`);
});

Deno.test("each loss is made good: every message comes once, in both directions", async () => {
  const fates: readonly Fate[] = ["request lost", "answer lost", "answer cut", "twice", "late", 502, 503, 504];
  for (const transport of ["long-poll", "poll"] as const) {
    for (const fate of fates) {
      const scene = await PollScene.open({ transport });
      const left = { GET: 1, POST: 1, DELETE: 0 };
      scene.server.fate = ({ method }) => left[method]-- > 0 ? fate : "arrives";
      scene.server.say(serverFrame(1, "down 1"));
      scene.socket.send("up 1");
      await settled();
      scene.server.say(serverFrame(1, "down 2"));
      scene.socket.send("up 2");
      await scene.pass(60_000);
      assertEquals([fate, scene.texts()], [fate, ["up 1", "up 2"]]);
      assertEquals(scene.events, [["message", "down 1"], ["message", "down 2"]]);
      assertEquals([fate, scene.socket.bufferedAmount, scene.server.violations], [fate, 0, []]);
    }
  }
});

Deno.test("a body is no longer than the server takes", async () => {
  const scene = new PollScene();
  scene.server.terms.maxBodyBytes = 10;
  await settled();
  scene.socket.send("0123456789".repeat(5));
  await settled();
  await settled();
  assertEquals(scene.texts(), ["0123456789".repeat(5)]);
  assertEquals([scene.requests("POST").length, scene.server.violations], [1 + 6, []]);
});

Deno.test("one request goes up at a time: what is sent meanwhile goes with the next one", async () => {
  const scene = await PollScene.open();
  const { promise, resolve } = Promise.withResolvers<void>();
  scene.server.busy = promise;
  for (const text of ["a", "b", "c"]) {
    scene.socket.send(text);
    await settled();
  }
  assertEquals([scene.texts(), scene.requests("POST").length], [["a"], 2]);
  resolve();
  await settled();
  assertEquals([scene.texts(), scene.requests("POST").length], [["a", "b", "c"], 3]);
});

Deno.test("a network that is gone is given up after sessionTimeoutMs, and not before", async () => {
  for (const method of ["GET", "POST"] as const) {
    const scene = await PollScene.open({ transport: "poll" });
    scene.server.fate = (request) => request.method === method ? "request lost" : "arrives";
    scene.socket.send("hello?");
    await scene.pass(29_900);
    assertEquals(scene.events, []);
    await scene.pass(6_000);
    assertEquals(scene.events, [["error", "no answer"], ["close", 1006, "", false]]);
    assertEquals(scene.clock.pendingTimers, 0);
  }
});

Deno.test("a server that does not know the session any more ends it", async () => {
  const scene = await PollScene.open();
  scene.server.end();
  await settled();
  assertEquals(scene.events.at(-1), ["close", 1006, "", false]);
  assertMatch(scene.events[0]![1] as string, /does not know the session/);
});

Deno.test("any other status is the end, with what the server says", async () => {
  const scene = await PollScene.open();
  const { fetch } = scene.server;
  let status = 0;
  Object.assign(scene.server, {
    fetch: async (url: string, init: RequestInit) => {
      const response = await fetch(url, init);
      return status ? new Response("Not yours.", { status }) : response;
    },
  });
  const other = new PollScene({ fetch: (url, init) => scene.server.fetch(url, init) });
  await settled();
  status = 403;
  other.socket.send("x");
  await scene.pass(100);
  while (other.events.length < 3) await new Promise((resolve) => setTimeout(resolve, 1));
  assertEquals(other.events.slice(1), [["error", "403 Not yours."], ["close", 1006, "", false]]);
});

Deno.test("a server that has less than it said has lost something: it is over", async () => {
  const scene = await PollScene.open();
  scene.socket.send("one");
  await settled();
  const { fetch } = scene.server;
  let isForgetful = false;
  const other = new PollScene({
    fetch: (url, init) =>
      isForgetful && init.method === "POST"
        ? Promise.resolve(
          {
            status: 409,
            headers: new Headers({ "sockeye-acknowledge": "0" }),
            arrayBuffer: () => Promise.resolve(new ArrayBuffer(0)),
          } as Response,
        )
        : fetch(url, init),
  });
  await settled();
  other.socket.send("one");
  await settled();
  isForgetful = true;
  other.socket.send("two");
  await settled();
  assertMatch(other.events[1]![1] as string, /says it has 0 bytes/);
  assertEquals(other.events[2], ["close", 1006, "", false]);
});

Deno.test("an answer that begins later than what has come is not taken", async () => {
  const { server, clock } = await PollScene.open();
  let isAhead = true;
  const other = new PollScene({
    transport: "poll",
    clock,
    fetch: async (url, init) => {
      const response = await server.fetch(url, init);
      if (init.method !== "POST" && isAhead) response.headers.set("sockeye-sequence", "7");
      return response;
    },
  });
  server.say(serverFrame(1, "hi"));
  await settled();
  assertEquals(other.events, [["open"]]);
  isAhead = false;
  for (let n = 0; n < 20; n++) {
    clock.advance(100);
    await settled();
  }
  assertEquals(other.events, [["open"], ["message", "hi"]]);
});
