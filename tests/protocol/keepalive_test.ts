/** Keepalive arithmetic: when to ping, when to give up. That no deadline is overslept is in tests/property. @module */
import { assertEquals } from "@std/assert";
import { Keepalive, type KeepaliveOptions } from "../../lib/protocol/keepalive.ts";

const WAITS: KeepaliveOptions = {
  pingIntervalMs: 25_000,
  pongTimeoutMs: 8_000,
  messageTimeoutMs: 60_000,
  writeTimeoutMs: 30_000,
  idleTimeoutMs: 0,
  closeTimeoutMs: 10_000,
};
const OFF: KeepaliveOptions = {
  pingIntervalMs: 0,
  pongTimeoutMs: 0,
  messageTimeoutMs: 0,
  writeTimeoutMs: 0,
  idleTimeoutMs: 0,
  closeTimeoutMs: 0,
};
const START = 1_000;

function begin(options: Partial<KeepaliveOptions> = {}): Keepalive {
  return new Keepalive({ ...WAITS, ...options }, START);
}

Deno.test("Keepalive pings after pingIntervalMs of silence, and gives up pongTimeoutMs later", () => {
  const keepalive = begin();
  assertEquals(keepalive.nextCheckAt, 26_000);
  assertEquals([keepalive.check(25_999), keepalive.check(26_000)], ["none", "ping"]);
  assertEquals(keepalive.nextCheckAt, 34_000);
  assertEquals([keepalive.check(33_999), keepalive.check(34_000)], ["none", "PONG_TIMEOUT"]);
});

Deno.test("Keepalive takes any byte for a sign of life, and begins the interval anew", () => {
  const keepalive = begin();
  assertEquals(keepalive.check(26_000), "ping");
  keepalive.received(33_999);
  assertEquals([keepalive.check(40_000), keepalive.nextCheckAt], ["none", 58_999]);
  assertEquals(keepalive.check(58_999), "ping");
});

Deno.test("Keepalive sends no second ping while one is unanswered", () => {
  const keepalive = begin({ pongTimeoutMs: 100_000 });
  assertEquals([26_000, 51_000, 76_000].map((now) => keepalive.check(now)), ["ping", "none", "none"]);
});

Deno.test("Keepalive sends no ping behind a stuck write, and gives the write up after writeTimeoutMs", () => {
  const keepalive = begin();
  keepalive.writing(10_000);
  assertEquals([keepalive.check(26_000), keepalive.nextCheckAt], ["none", 40_000]);
  assertEquals([keepalive.check(39_999), keepalive.check(40_000)], ["none", "WRITE_TIMEOUT"]);
});

Deno.test("Keepalive counts a write that makes progress as alive", () => {
  const keepalive = begin({ pingIntervalMs: 0 });
  keepalive.writing(10_000);
  keepalive.writing(39_000);
  assertEquals([keepalive.check(68_999), keepalive.check(69_000)], ["none", "WRITE_TIMEOUT"]);
  keepalive.written();
  assertEquals([keepalive.check(1_000_000), keepalive.nextCheckAt], ["none", Infinity]);
});

Deno.test("Keepalive ends a message that takes longer than messageTimeoutMs from its first to its last byte", () => {
  const keepalive = begin({ pingIntervalMs: 0 });
  keepalive.insideMessage(true, false, 5_000);
  keepalive.insideMessage(true, false, 64_000);
  assertEquals([keepalive.check(64_999), keepalive.check(65_000)], ["none", "MESSAGE_TIMEOUT"]);
});

Deno.test("Keepalive times each message on its own, also when chunks always end inside one", () => {
  const keepalive = begin({ pingIntervalMs: 0 });
  keepalive.insideMessage(true, false, 5_000);
  keepalive.insideMessage(true, true, 50_000);
  assertEquals([keepalive.check(109_999), keepalive.check(110_000)], ["none", "MESSAGE_TIMEOUT"]);
  keepalive.insideMessage(false, true, 111_000);
  assertEquals([keepalive.check(1_000_000), keepalive.nextCheckAt], ["none", Infinity]);
});

Deno.test("Keepalive ends a connection without messages after idleTimeoutMs: pings and pongs do not count", () => {
  const keepalive = begin({ idleTimeoutMs: 60_000 });
  keepalive.received(40_000);
  keepalive.active(20_000);
  assertEquals([keepalive.check(79_999), keepalive.nextCheckAt], ["ping", 80_000]);
  assertEquals(keepalive.check(80_000), "IDLE_TIMEOUT");
});

Deno.test("Keepalive holds nothing against the peer while the server does not read", () => {
  const keepalive = begin({ idleTimeoutMs: 70_000 });
  assertEquals(keepalive.check(26_000), "ping");
  keepalive.insideMessage(true, false, 26_000);
  keepalive.paused(30_000);
  keepalive.paused(40_000);
  assertEquals([keepalive.check(1_000_000), keepalive.nextCheckAt], ["none", Infinity]);
  keepalive.resumed(1_030_000);
  // 4 of the pong's 8 seconds had passed.
  assertEquals([keepalive.check(1_033_999), keepalive.nextCheckAt], ["none", 1_034_000]);
  assertEquals(keepalive.check(1_034_000), "PONG_TIMEOUT");
  keepalive.received(1_034_000);
  assertEquals([keepalive.check(1_058_999), keepalive.nextCheckAt], ["none", 1_059_000]);
});

Deno.test("Keepalive shifts the waits of message and idleness by the time the server did not read", () => {
  const message = begin({ pingIntervalMs: 0 });
  message.insideMessage(true, false, 10_000);
  message.paused(20_000);
  message.resumed(120_000);
  assertEquals([message.check(169_999), message.check(170_000)], ["none", "MESSAGE_TIMEOUT"]);
  const idle = begin({ pingIntervalMs: 0, idleTimeoutMs: 50_000 });
  idle.paused(20_000);
  idle.resumed(120_000);
  assertEquals([idle.check(150_999), idle.check(151_000)], ["none", "IDLE_TIMEOUT"]);
});

Deno.test("Keepalive does not count what arrived during a pause as arriving in the future", () => {
  const keepalive = begin();
  keepalive.paused(2_000);
  // The read that was under way when reading stopped.
  keepalive.received(3_600_000);
  keepalive.insideMessage(true, false, 3_600_000);
  keepalive.resumed(3_601_000);
  assertEquals(keepalive.nextCheckAt, 3_626_000);
  assertEquals(keepalive.check(3_626_000), "ping");
  keepalive.received(3_627_000);
  assertEquals([keepalive.check(3_660_999), keepalive.check(3_661_000)], ["ping", "MESSAGE_TIMEOUT"]);
});

Deno.test("Keepalive.resumed without a pause changes nothing", () => {
  const keepalive = begin();
  keepalive.resumed(20_000);
  assertEquals(keepalive.nextCheckAt, 26_000);
});

Deno.test("Keepalive waits closeTimeoutMs for the closing handshake, and for nothing else then", () => {
  const keepalive = begin({ idleTimeoutMs: 2_000 });
  keepalive.closing(2_000);
  keepalive.closing(9_000);
  assertEquals([keepalive.check(11_999), keepalive.nextCheckAt], ["none", 12_000]);
  assertEquals(keepalive.check(12_000), "CLOSE_TIMEOUT");
});

Deno.test("Keepalive.isClosingFor counts from the beginning of the closing, and is false before it", () => {
  const keepalive = begin({ closeTimeoutMs: 500 });
  assertEquals(keepalive.isClosingFor(0, 5_000), false);
  keepalive.closing(2_000);
  assertEquals([keepalive.isClosingFor(1_000, 2_999), keepalive.isClosingFor(1_000, 3_000)], [false, true]);
});

Deno.test("Keepalive gives a stuck write up while closing, and also while not reading", () => {
  const keepalive = begin({ writeTimeoutMs: 5_000 });
  keepalive.writing(2_000);
  keepalive.closing(4_000);
  keepalive.paused(4_000);
  assertEquals([keepalive.nextCheckAt, keepalive.check(7_000)], [7_000, "WRITE_TIMEOUT"]);
});

Deno.test("Keepalive with every wait switched off has nothing to say, ever", () => {
  const keepalive = new Keepalive(OFF, START);
  keepalive.writing(START);
  keepalive.insideMessage(true, false, START);
  keepalive.closing(START);
  assertEquals([keepalive.check(Number.MAX_SAFE_INTEGER), keepalive.nextCheckAt], ["none", Infinity]);
});

Deno.test("Keepalive ends who may stay no longer, also while not reading, unless it is told otherwise before", () => {
  const keepalive = begin();
  keepalive.expireAt(5_000);
  keepalive.paused(2_000);
  assertEquals([keepalive.nextCheckAt, keepalive.check(4_999), keepalive.check(5_000)], [
    5_000,
    "none",
    "TOKEN_EXPIRED",
  ]);
  keepalive.expireAt(6_000);
  assertEquals([keepalive.check(5_999), keepalive.check(6_000)], ["none", "TOKEN_EXPIRED"]);
  keepalive.closing(6_000);
  assertEquals(keepalive.check(7_000), "none");
});
