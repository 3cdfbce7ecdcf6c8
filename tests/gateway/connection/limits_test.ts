import { assert, assertEquals, assertLess } from "@std/assert";
import type { Peer } from "sockeye";
import { encodeClientFrame, type TestPeer, type TestServer } from "../../../lib/testing/mod.ts";
import { assertClosed, frameTypes, gate, serve, violations } from "../support/served.ts";

const KIB = 1024;

Deno.test("Connection closes with 1009 for a message above maxMessageBytes, before it has arrived", async () => {
  await using server = await serve({ message() {} }, { maxMessageBytes: 1000 });
  const peer = await server.connect("/");
  peer.send("x".repeat(1000));
  await server.settled();
  assertEquals(server.connectionCount, 1);
  const announced = new Uint8Array(14);
  announced.set([0x82, 0xfe, 0x03, 0xe9, 1, 2, 3, 4]);
  peer.sendRaw(announced.subarray(0, 8));
  await assertClosed(peer, 1009);
  assertEquals(violations(server), ["MESSAGE_TOO_BIG"]);
});

Deno.test("Connection closes with 1009 for more than maxFragments fragments", async () => {
  await using server = await serve({ message() {} }, { maxFragments: 2 });
  const peer = await server.connect("/");
  peer.sendFrame({ opcode: 1, fin: false });
  peer.sendFrame({ opcode: 0, fin: false });
  peer.sendFrame({ opcode: 0 });
  await assertClosed(peer, 1009);
});

Deno.test("Connection closes with 1008 above messageRate, and delivers what the rate allows", async () => {
  let handled = 0;
  await using server = await serve({ message: () => void handled++ }, { messageRate: 10 });
  const peer = await server.connect("/");
  for (let count = 0; count < 10; count++) peer.send("x");
  await server.settled();
  await server.clock.advance(500);
  for (let count = 0; count < 5; count++) peer.send("x");
  await server.settled();
  assertEquals([handled, server.connectionCount], [15, 1]);
  peer.send("one too many");
  await assertClosed(peer, 1008, "too many messages in too short a time");
  assertEquals(handled, 15);
});

Deno.test("Connection takes the limits of its route over the gateway's", async () => {
  await using server = await serve({ options: { maxMessageBytes: 10 }, message() {} }, { maxMessageBytes: 1000 });
  const peer = await server.connect("/");
  peer.send("x".repeat(11));
  await assertClosed(peer, 1009);
});

Deno.test("Connection ends a slow consumer with 1013: the frame under way is finished, queued ones are dropped", async () => {
  const sent: boolean[] = [];
  let target: Peer | undefined;
  await using server = await serve({ open: (peer) => void (target = peer) }, {
    highWaterBytes: KIB,
    maxBufferedBytes: 8 * KIB,
  });
  const peer = await server.connect("/");
  peer.limitReading(700);
  target!.send("a".repeat(2 * KIB));
  await server.settled();
  assertEquals(await peer.receive(), "a".repeat(2 * KIB));
  peer.stopReading();
  sent.push(target!.send("b".repeat(2 * KIB)));
  await server.still();
  for (let count = 0; count < 8; count++) sent.push(target!.send(String(count).repeat(2 * KIB)));
  assertEquals(target!.signal.aborted, true);
  assertEquals(violations(server), ["SLOW_CONSUMER"]);
  peer.resumeReading();
  await assertClosed(peer, 1013, "slow consumer");
  assertEquals(frameTypes(peer), ["text", "text", "close"]);
  assertEquals(await peer.receive(), "b".repeat(2 * KIB));
  assertEquals(sent.every((isGood) => !isGood), true);
});

Deno.test("Connection lets one message exceed maxBufferedBytes: what is buffered already is what counts", async () => {
  await using server = await serve({ open: (peer) => void peer.send("x".repeat(100 * KIB)) }, {
    highWaterBytes: KIB,
    maxBufferedBytes: 8 * KIB,
  });
  const peer = await server.connect("/");
  assertEquals(((await peer.receive()) as string).length, 100 * KIB);
  assertEquals(server.connectionCount, 1);
});

Deno.test("Connection drops a slow subscriber and harms no other", async () => {
  await using server = await serve({ open: (peer) => peer.subscribe("news") }, {
    highWaterBytes: KIB,
    maxBufferedBytes: 8 * KIB,
  });
  const slow = await server.connect("/");
  const quick = await server.connect("/");
  slow.stopReading();
  for (let count = 0; count < 20; count++) {
    server.publish("news", "x".repeat(KIB));
    await server.settled();
  }
  assertEquals(quick.waitingMessages, 20);
  slow.resumeReading();
  await assertClosed(slow, 1013);
  assertLess(slow.waitingMessages, 12);
});

Deno.test("Connection stops reading at maxQueuedBytes while a handler is pending, and goes on after", async () => {
  const first = gate();
  const handled: number[] = [];
  await using server = await serve({
    async message(_peer, message) {
      if (handled.length === 0) await first.opened;
      handled.push(message.byteLength);
    },
  }, { maxQueuedBytes: 64 * KIB });
  const peer = await server.connect("/");
  for (let count = 0; count < 400; count++) peer.send("x".repeat(KIB));
  await server.still();
  assert(peer.unsentBytes > 100 * KIB, `only ${peer.unsentBytes} bytes wait at the client`);
  first.open();
  await server.settled();
  assertEquals(handled.length, 400);
  assertEquals(peer.unsentBytes, 0);
});

Deno.test("Connection holds nothing against a peer whose bytes it does not read", async () => {
  const first = gate();
  await using server = await serve({ message: () => first.opened }, { maxQueuedBytes: KIB });
  const peer = await server.connect("/", { answersPings: false });
  for (let count = 0; count < 400; count++) peer.send("x".repeat(KIB));
  await server.clock.advance(300_000);
  assertEquals([server.connectionCount, violations(server).length], [1, 0]);
  first.open();
  await server.settled();
});

Deno.test("Gateway above maxMemoryBytes closes the largest first with 1013, and takes upgrades again after", async () => {
  const peers: Peer[] = [];
  await using server = await serve({ open: (peer) => void peers.push(peer) }, {
    maxMemoryBytes: 1024 * KIB,
    maxBufferedBytes: 1024 * KIB,
  });
  const [large, small] = [await server.connect("/"), await server.connect("/")];
  large.stopReading();
  small.stopReading();
  peers[1]!.send("x".repeat(300 * KIB));
  peers[0]!.send("x".repeat(50 * KIB));
  await server.still();
  assertEquals(violations(server), []);
  peers[0]!.send("x".repeat(900 * KIB));
  await server.still();
  assertEquals(violations(server), ["MEMORY_PRESSURE"]);
  large.resumeReading();
  small.resumeReading();
  await assertClosed(large, 1013);
  await server.settled();
  assertEquals([large.waitingMessages, small.waitingMessages, server.connectionCount], [1, 1, 1]);
  await server.connect("/");
});

Deno.test("Gateway counts what waits behind writes that are stuck against maxMemoryBytes, below highWaterBytes too", async () => {
  const peers: Peer[] = [];
  await using server = await serve({ open: (peer) => void peers.push(peer) }, {
    maxMemoryBytes: 1024 * KIB,
    maxBufferedBytes: 1024 * KIB,
    highWaterBytes: 1024 * KIB,
  });
  for (let at = 0; at < 4; at++) (await server.connect("/")).stopReading();
  for (const peer of peers) assertEquals(peer.send("x".repeat(300 * KIB)), true);
  await server.still();
  assert(peers.every(({ bufferedAmount }) => bufferedAmount > 200 * KIB));
  for (const peer of peers) assertEquals(peer.send("x".repeat(10 * KIB)), true);
  await server.still();
  assertEquals(violations(server).slice(0, 1), ["MEMORY_PRESSURE"]);
});

Deno.test("Gateway counts messages that are not complete against maxMemoryBytes", async () => {
  // 700 KiB come together in a buffer of 1 MiB, and it is the buffer that counts.
  await using server = await serve({ message() {} }, { maxMemoryBytes: 1200 * KIB });
  const peers = [await server.connect("/"), await server.connect("/")];
  for (const peer of peers) {
    peer.sendFrame({ opcode: 2, payload: new Uint8Array(700 * KIB), fin: false });
    await server.still();
  }
  assertEquals(violations(server), ["MEMORY_PRESSURE"]);
  assertEquals(server.connectionCount, 1);
});

const LONG_MESSAGE = encodeClientFrame({ opcode: 2, payload: new Uint8Array(1024 * KIB) });
const LONG_PART_BYTES = 900 * KIB;

/** Six peers that send most of a message, one after the other: each holds a buffer of 1 MiB, into which a read is under way. */
async function connectHolders(
  server: TestServer,
  prepare: (peer: TestPeer, index: number) => void,
): Promise<TestPeer[]> {
  const peers: TestPeer[] = [];
  for (let count = 0; count < 6; count++) peers.push(await server.connect("/", { answersClose: false }));
  for (const [index, peer] of peers.entries()) {
    prepare(peer, index);
    peer.sendRaw(LONG_MESSAGE.subarray(0, LONG_PART_BYTES - 64 * KIB));
    await server.still();
    // A read that brings so much makes the next go straight to where the rest belongs.
    peer.sendRaw(LONG_MESSAGE.subarray(LONG_PART_BYTES - 64 * KIB, LONG_PART_BYTES));
    await server.still();
  }
  return peers;
}

Deno.test("Gateway above maxMemoryBytes gets its Close through, though reads under way keep what is to be let go", async () => {
  const served: Peer[] = [];
  const options = { maxMemoryBytes: 2500 * KIB, highWaterBytes: 128 * KIB };
  await using server = await serve({ open: (peer) => void served.push(peer), message() {} }, options);
  // The Close has to wait behind a write that is under way, as it has when many are told at once.
  const peers = await connectHolders(server, (peer, index) => {
    peer.stopReading();
    served[index]!.send(new Uint8Array(80 * KIB));
  });
  assertEquals(violations(server), new Array(4).fill("MEMORY_PRESSURE"));
  for (const peer of peers) peer.resumeReading();
  await server.settled();
  const ends = peers.filter((peer) => frameTypes(peer).includes("close"));
  assertEquals(ends.map(frameTypes), new Array(4).fill(["binary", "close"]));
  for (const peer of ends) await assertClosed(peer, 1013, "the server is short of memory");
  assertEquals(server.connectionCount, 2);
});

Deno.test("Gateway above maxMemoryBytes drops who keeps its buffer for a second after the Close, if it is still short", async () => {
  await using server = await serve({ message() {} }, { maxMemoryBytes: 2500 * KIB, closeTimeoutMs: 10_000 });
  const peers = await connectHolders(server, (peer) => peer.stopReading());
  await server.clock.advance(999);
  peers[4]!.sendRaw(LONG_MESSAGE.subarray(LONG_PART_BYTES));
  await server.still();
  assertEquals(server.connectionCount, 6);
  await server.clock.advance(1);
  peers[5]!.sendRaw(LONG_MESSAGE.subarray(LONG_PART_BYTES));
  await server.still();
  assertEquals(server.connectionCount, 4);
  // Nobody is dropped for more than is missing.
  assertEquals(violations(server).length, 4);
});

Deno.test("Connection handles at most 1 024 messages in one turn, and then lets others have theirs", async () => {
  const order: string[] = [];
  await using server = await serve({
    message: (_peer, message) => void order.push(message.text()),
  });
  const [busy, other] = [await server.connect("/"), await server.connect("/")];
  const frame = Uint8Array.of(0x81, 0x81, 0, 0, 0, 0, 0x61);
  const flood = new Uint8Array(frame.length * 3000);
  for (let count = 0; count < 3000; count++) flood.set(frame, count * frame.length);
  // The read buffer has to have grown before one read can bring so many.
  busy.send(" ".repeat(500_000));
  await server.settled();
  order.length = 0;
  busy.sendRaw(flood);
  other.send("b");
  await server.settled();
  assertEquals(order.length, 3001);
  assertLess(order.indexOf("b"), 2100);
});

Deno.test("Gateway counts a message whose handler is pending against maxMemoryBytes, also when its peer has gone", async () => {
  const end = gate();
  // 600 KiB lie in a buffer of 1 MiB, and it is the buffer that counts.
  await using server = await serve({ message: () => end.opened }, { maxMemoryBytes: 1200 * KIB });
  const gone = await server.connect("/");
  gone.send("x".repeat(600 * KIB));
  await server.still();
  gone.reset();
  await server.still();
  assertEquals([server.connectionCount, violations(server).length], [0, 0]);
  const other = await server.connect("/");
  other.send("x".repeat(600 * KIB));
  await server.still();
  assertEquals(violations(server), ["MEMORY_PRESSURE"]);
  end.open();
  await server.settled();
  await server.connect("/");
});
