import { assert, assertEquals, assertLess } from "@std/assert";
import type { Peer } from "sockeye";
import { encodeClientFrame } from "../../../lib/testing/mod.ts";
import { gate, serve, violations } from "../support/served.ts";

const KIB = 1024;

Deno.test("peer.send is false above highWaterBytes, the message goes out all the same, and drain follows", async () => {
  const seen: unknown[] = [];
  let target: Peer | undefined;
  await using server = await serve({
    open: (peer) => void (target = peer),
    drain: (peer) => void seen.push(peer.bufferedAmount),
  }, { highWaterBytes: 4 * KIB });
  const peer = await server.connect("/");
  peer.stopReading();
  assertEquals(target!.send("a".repeat(3 * KIB)), true);
  assertEquals(target!.send("b".repeat(3 * KIB)), false);
  assert(target!.bufferedAmount > 6 * KIB);
  await server.settled();
  assertEquals(seen, []);
  peer.resumeReading();
  await server.settled();
  assertEquals(seen, [0]);
  assertEquals(peer.waitingMessages, 2);
});

Deno.test("peer.drained resolves at the high-water mark, at once below it, and when the connection ends", async () => {
  const events: string[] = [];
  const peers: Peer[] = [];
  await using server = await serve({ open: (peer) => void peers.push(peer) }, { highWaterBytes: KIB });
  const [a, b] = [await server.connect("/"), await server.connect("/")];
  await peers[0]!.drained();
  for (const [at, client] of [a, b].entries()) {
    client.stopReading();
    peers[at]!.send("x".repeat(2 * KIB));
    void peers[at]!.drained().then(() => events.push(`drained ${at}`));
  }
  await server.settled();
  assertEquals(events, []);
  a.resumeReading();
  await server.settled();
  assertEquals(events, ["drained 0"]);
  b.reset();
  await server.settled();
  assertEquals(events, ["drained 0", "drained 1"]);
});

Deno.test("Connection does not read from a peer that does not read", async () => {
  let handled = 0;
  await using server = await serve({
    message(peer) {
      handled++;
      peer.send("x".repeat(KIB));
    },
  }, { highWaterBytes: 4 * KIB, maxBufferedBytes: 256 * KIB });
  const peer = await server.connect("/");
  peer.stopReading();
  for (let count = 0; count < 500; count++) peer.send("y".repeat(200));
  await server.settled();
  assertLess(handled, 30);
  assertEquals(violations(server), []);
  peer.resumeReading();
  await server.settled();
  assertEquals([handled, peer.waitingMessages], [500, 500]);
});

Deno.test("Connection stops inside a chunk when the answers to it exceed the high-water mark", async () => {
  let handled = 0;
  await using server = await serve({
    message(peer) {
      handled++;
      peer.send("x".repeat(10 * KIB));
    },
  });
  const peer = await server.connect("/");
  const frame = encodeClientFrame({ opcode: 1, payload: "x" });
  const chunk = new Uint8Array(frame.length * 500);
  for (let count = 0; count < 500; count++) chunk.set(frame, count * frame.length);
  // The read buffer has to have grown before one read can bring so many.
  peer.send(new Uint8Array(200 * KIB));
  assertEquals((await peer.receive()).length, 10 * KIB);
  peer.sendRaw(chunk);
  await server.settled();
  assertEquals([handled, peer.waitingMessages, violations(server).length], [501, 500, 0]);
});

Deno.test("Connection that sent above the high-water mark in open is not read before it has drained", async () => {
  const seen: string[] = [];
  const answer = gate();
  await using server = await serve({
    async upgrade() {
      await answer.opened;
    },
    open: (peer) => void peer.send("x".repeat(128 * KIB)),
    message: (_peer, message) => void seen.push(message.text()),
  });
  const connecting = server.connect("/");
  answer.open();
  const peer = await connecting;
  assertEquals((await peer.receive()).length, 128 * KIB);
  peer.send("after");
  await server.settled();
  assertEquals(seen, ["after"]);
});

Deno.test("Connection sends only the latest pong to a peer that pings and does not read", async () => {
  let target: Peer | undefined;
  await using server = await serve({ open: (peer) => void (target = peer) }, { highWaterBytes: KIB });
  const peer = await server.connect("/");
  peer.stopReading();
  // A read is under way, which the pause that follows does not take back.
  await server.settled();
  target!.send("x".repeat(2 * KIB));
  // So many as the read that is under way when reading stops can bring.
  const pings = Array.from({ length: 30 }, (_, count) => encodeClientFrame({ opcode: 9, payload: String(count) }));
  peer.sendRaw(new Uint8Array(pings.flatMap((ping) => [...ping])));
  await server.settled();
  peer.resumeReading();
  await server.settled();
  const pongs = peer.frames.filter(({ type }) => type === "pong").map(({ payload }) =>
    new TextDecoder().decode(payload)
  );
  assertEquals(pongs, ["29"]);
});
