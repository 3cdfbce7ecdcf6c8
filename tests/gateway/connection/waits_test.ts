import { assertEquals, assertRejects } from "@std/assert";
import { encodeClientFrame } from "../../../lib/testing/mod.ts";
import { assertClosed, frameTypes, serve, violations } from "../support/served.ts";

const QUIET = { message() {} };

/** The wheel looks at a connection up to this much late. */
const LATE_MS = 100;

Deno.test("Connection sends a ping after 25 s without a byte from the peer (pingIntervalMs)", async () => {
  await using server = await serve(QUIET);
  const peer = await server.connect("/");
  await server.clock.advance(24_900);
  assertEquals(frameTypes(peer), []);
  await server.clock.advance(100 + LATE_MS);
  assertEquals(frameTypes(peer), ["ping"]);
});

Deno.test("Connection terminates a peer that sends nothing for 8 s after a ping (pongTimeoutMs)", async () => {
  await using server = await serve(QUIET);
  const peer = await server.connect("/", { answersPings: false });
  await server.clock.advance(25_000 + LATE_MS);
  assertEquals(frameTypes(peer), ["ping"]);
  await server.clock.advance(7_800);
  assertEquals(server.connectionCount, 1);
  await server.clock.advance(200 + LATE_MS);
  assertEquals(server.connectionCount, 0);
  await assertClosed(peer, 1006);
  assertEquals(violations(server), ["PONG_TIMEOUT"]);
});

Deno.test("Connection takes any inbound byte as a sign of life, not only a pong", async () => {
  await using server = await serve(QUIET);
  const peer = await server.connect("/", { answersPings: false });
  await server.clock.advance(25_000 + LATE_MS);
  peer.sendRaw(encodeClientFrame({ opcode: 1, payload: "part" }).subarray(0, 1));
  await server.clock.advance(8_000 + LATE_MS);
  assertEquals(server.connectionCount, 1);
});

Deno.test("Connection keeps a peer that answers its pings for as long as it likes", async () => {
  await using server = await serve(QUIET);
  const peer = await server.connect("/");
  await server.clock.advance(10 * 25_000 + 10 * LATE_MS);
  assertEquals(server.connectionCount, 1);
  assertEquals(frameTypes(peer).length, 10);
});

Deno.test("Connection sends no ping when pingIntervalMs is 0", async () => {
  await using server = await serve(QUIET, { pingIntervalMs: 0 });
  const peer = await server.connect("/", { answersPings: false });
  await server.clock.advance(200_000);
  assertEquals(frameTypes(peer), []);
  assertEquals(server.connectionCount, 1);
});

Deno.test("Connection closes with 1008 when a message takes longer than messageTimeoutMs to arrive", async () => {
  await using server = await serve(QUIET);
  const peer = await server.connect("/");
  peer.sendFrame({ opcode: 1, payload: "begun", fin: false });
  await server.clock.advance(30_000);
  peer.sendFrame({ opcode: 0, payload: "still", fin: false });
  await server.clock.advance(29_800);
  assertEquals(server.connectionCount, 1);
  await server.clock.advance(200 + LATE_MS);
  await assertClosed(peer, 1008, "the message took too long to arrive");
});

Deno.test("Connection counts messageTimeoutMs anew for each message", async () => {
  await using server = await serve(QUIET);
  const peer = await server.connect("/");
  for (let count = 0; count < 4; count++) {
    peer.sendFrame({ opcode: 1, payload: "one", fin: false });
    await server.clock.advance(40_000);
    peer.sendFrame({ opcode: 0, payload: "end" });
  }
  await server.settled();
  assertEquals(server.connectionCount, 1);
});

for (
  const [what, frame] of [
    ["the header of a message", encodeClientFrame({ opcode: 2, payload: new Uint8Array(300) }).subarray(0, 3)],
    ["a single byte of a frame", encodeClientFrame({ opcode: 2, payload: "x" }).subarray(0, 1)],
    ["a ping", encodeClientFrame({ opcode: 9, payload: "abcdef" }).subarray(0, 9)],
  ] as const
) {
  Deno.test(`Connection closes with 1008 when ${what} is begun and not ended within messageTimeoutMs`, async () => {
    await using server = await serve(QUIET, { pingIntervalMs: 0 });
    const peer = await server.connect("/");
    peer.sendRaw(frame.slice());
    await server.clock.advance(59_800);
    assertEquals(server.connectionCount, 1);
    await server.clock.advance(200 + LATE_MS);
    await assertClosed(peer, 1008, "the message took too long to arrive");
  });
}

Deno.test("Connection counts messageTimeoutMs anew for each frame that a chunk's end cuts in two", async () => {
  await using server = await serve(QUIET, { pingIntervalMs: 0 });
  const peer = await server.connect("/");
  const ping = encodeClientFrame({ opcode: 9, payload: "ab" });
  peer.sendRaw(ping.slice(0, 1));
  for (let count = 0; count < 4; count++) {
    await server.clock.advance(40_000);
    // The rest of one, and the first byte of the next.
    peer.sendRaw(Uint8Array.of(...ping.subarray(1), ping[0]!));
  }
  await server.settled();
  assertEquals(server.connectionCount, 1);
});

Deno.test("Connection closes with 1001 after idleTimeoutMs without a message; pings do not count", async () => {
  await using server = await serve(QUIET, { idleTimeoutMs: 60_000 });
  const peer = await server.connect("/");
  await server.clock.advance(40_000);
  peer.send("awake");
  await server.clock.advance(59_800);
  assertEquals(server.connectionCount, 1);
  await server.clock.advance(200 + LATE_MS);
  await assertClosed(peer, 1001);
});

Deno.test("Connection counts what it sends as activity for idleTimeoutMs", async () => {
  await using server = await serve({ open: (peer) => peer.subscribe("news") }, { idleTimeoutMs: 60_000 });
  const peer = await server.connect("/");
  await server.clock.advance(40_000);
  server.publish("news", "hello");
  assertEquals(await peer.receive(), "hello");
  await server.clock.advance(40_000);
  assertEquals(server.connectionCount, 1);
});

Deno.test("Connection terminates a peer that does not answer its Close within closeTimeoutMs", async () => {
  await using server = await serve({ message: (peer) => peer.close(4001, "go") });
  const peer = await server.connect("/", { answersClose: false });
  peer.send("x");
  await server.settled();
  assertEquals(frameTypes(peer), ["close"]);
  await server.clock.advance(9_900);
  assertEquals(server.connectionCount, 1);
  await server.clock.advance(100 + LATE_MS);
  assertEquals(server.connectionCount, 0);
  assertEquals(violations(server), ["CLOSE_TIMEOUT"]);
  await assertRejects(() => peer.receive(), Error, "has ended with 4001");
});

Deno.test("Connection terminates a peer when a write makes no progress for writeTimeoutMs", async () => {
  await using server = await serve({ message: (peer) => void peer.send("answer") });
  const peer = await server.connect("/");
  peer.stopReading();
  peer.send("x");
  await server.clock.advance(29_900);
  assertEquals(server.connectionCount, 1);
  await server.clock.advance(100 + LATE_MS);
  assertEquals(server.connectionCount, 0);
  assertEquals(violations(server), ["WRITE_TIMEOUT"]);
});

Deno.test("Connection keeps writeTimeoutMs also where no other wait is shorter", async () => {
  await using server = await serve({ message: (peer) => void peer.send("answer") }, {
    pingIntervalMs: 0,
    writeTimeoutMs: 5_000,
  });
  const peer = await server.connect("/");
  peer.stopReading();
  peer.send("x");
  await server.clock.advance(5_000 + LATE_MS);
  assertEquals(violations(server), ["WRITE_TIMEOUT"]);
});

Deno.test("Connection lets a slow write go on for as long as it makes progress", async () => {
  await using server = await serve({ message: (peer) => void peer.send("x".repeat(1000)) }, { pingIntervalMs: 0 });
  const peer = await server.connect("/");
  peer.limitReading(100);
  peer.stopReading();
  peer.send("x");
  for (let count = 0; count < 20; count++) {
    await server.clock.advance(20_000);
    peer.resumeReading();
    peer.stopReading();
  }
  assertEquals(server.connectionCount, 1);
  assertEquals(((await peer.receive()) as string).length, 1000);
});

Deno.test("Connection sends no ping behind a write that is stuck", async () => {
  await using server = await serve({ message: (peer) => void peer.send("answer") }, { writeTimeoutMs: 100_000 });
  const peer = await server.connect("/", { answersPings: false });
  peer.stopReading();
  peer.send("x");
  await server.clock.advance(60_000);
  peer.resumeReading();
  await server.settled();
  assertEquals(frameTypes(peer), ["text"]);
  assertEquals(server.connectionCount, 1);
});
