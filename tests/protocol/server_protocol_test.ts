/** The server's side of one connection: closing handshake, pings, violations. @module */
import { assertEquals, assertFalse, assertThrows } from "@std/assert";
import { OPCODE, VIOLATIONS } from "../../lib/frame/mod.ts";
import { STATE } from "../../lib/protocol/mod.ts";
import { masked, utf8 } from "../frame/recorder.ts";
import { closeFrame, prepared, Side } from "./side.ts";

const { CONTINUATION, TEXT, BINARY, PING, PONG } = OPCODE;

Deno.test("ServerProtocol delivers messages and sends text, bytes and prepared messages while open", () => {
  const side = new Side();
  side.receive(masked(TEXT, "a"), masked(BINARY, "b"));
  assertEquals(side.told, ["text 61", "binary 62"]);
  const { protocol } = side;
  assertEquals([protocol.sendText("é"), protocol.sendBinary(Uint8Array.of(1)), protocol.sendPrepared(prepared("p"))], [
    true,
    true,
    true,
  ]);
  assertEquals(side.seen(), ["text c3a9", "binary 01", "text 70"]);
});

Deno.test("ServerProtocol answers a ping with a pong of the same payload (RFC 6455 §5.5.3)", () => {
  const side = new Side();
  side.receive(masked(PING, "one"), masked(PING), masked(PING, "x".repeat(125)));
  assertEquals(side.seen(), [`pong ${utf8("one").toHex()}`, "pong ", `pong ${"78".repeat(125)}`]);
});

Deno.test("ServerProtocol answers a ping between the fragments of a message at once (RFC 6455 §5.4)", () => {
  const side = new Side();
  side.receive(masked(TEXT, "half", { fin: false }), masked(PING, "p"));
  assertEquals([side.seen(), side.protocol.isUnfinished], [["pong 70"], true]);
  side.receive(masked(CONTINUATION, ""));
  assertEquals(side.told, [`text ${utf8("half").toHex()}`]);
});

Deno.test("ServerProtocol answers pings after its own Close frame, until the peer's arrives (RFC 6455 §5.5.2)", () => {
  const side = new Side();
  side.protocol.close(1000, "");
  side.receive(masked(PING, "p"), closeFrame(1000), masked(PING, "late"));
  assertEquals(side.written().toHex(), "880203e8" + "8a0170");
});

Deno.test("ServerProtocol takes a pong nobody asked for without an answer (RFC 6455 §5.5.3)", () => {
  const side = new Side();
  side.receive(masked(PONG, "unasked"));
  assertEquals([side.seen(), side.told], [[], []]);
});

Deno.test("ServerProtocol holds pongs back above highWaterBytes and then sends the latest only (RFC 6455 §5.5.3)", () => {
  const side = new Side({ highWaterBytes: 100 });
  side.protocol.sendBinary(new Uint8Array(99));
  side.receive(masked(PING, "1"), masked(PING, "2"), masked(PING, "3"));
  assertEquals(side.seen(), [`binary ${"00".repeat(99)}`]);
  side.protocol.releasePong();
  side.protocol.releasePong();
  assertEquals(side.seen(), ["pong 33"]);
  side.receive(masked(PING, "4"));
  assertEquals(side.seen(), ["pong 34"]);
});

Deno.test("ServerProtocol keeps a held pong although the chunk it came in is overwritten", () => {
  const side = new Side({ highWaterBytes: 0 });
  side.protocol.sendText("x");
  const chunk = new Uint8Array(masked(PING, "mine"));
  side.protocol.receive(chunk, 0, chunk.length);
  chunk.fill(0);
  side.written();
  side.protocol.releasePong();
  assertEquals(side.seen(), [`pong ${utf8("mine").toHex()}`]);
});

Deno.test("ServerProtocol drops a held pong when the peer's Close came first (RFC 6455 §5.5.2)", () => {
  const side = new Side({ highWaterBytes: 0 });
  side.protocol.sendText("x");
  side.receive(masked(PING, "p"), closeFrame(1000));
  side.protocol.releasePong();
  assertEquals(side.seen(), ["text 78", "close 1000 "]);
});

Deno.test("ServerProtocol.ping sends a ping while open", () => {
  const side = new Side();
  assertEquals([side.protocol.ping(utf8("hi")), side.seen()], [true, ["ping 6869"]]);
  side.protocol.close(1000, "");
  assertFalse(side.protocol.ping(utf8("hi")));
  assertEquals(side.seen(), ["close 1000 "]);
});

Deno.test("ServerProtocol answers the peer's Close with its code and without its reason (RFC 6455 §5.5.1)", () => {
  const side = new Side();
  side.receive(closeFrame(4001, "bye"), masked(TEXT, "late"));
  assertEquals([side.seen(), side.told], [["close 4001 "], ["peer close"]]);
  assertEquals(side.protocol.closing, { code: 4001, reason: "bye", wasClean: true });
  assertEquals(side.protocol.state, STATE.CLOSED);
});

Deno.test("ServerProtocol answers a Close without a code with one without a code, and calls it 1005 (RFC 6455 §7.1.5)", () => {
  const side = new Side();
  side.receive(closeFrame());
  assertEquals(side.written().toHex(), "8800");
  assertEquals(side.protocol.closing, { code: 1005, reason: "", wasClean: true });
});

Deno.test("ServerProtocol.close sends a Close once, and delivers no data after it", () => {
  const side = new Side();
  assertEquals([side.protocol.close(4000, "done"), side.protocol.close(4001, "again")], [true, false]);
  side.receive(masked(TEXT, "late"), masked(BINARY, "late"));
  assertEquals([side.seen(), side.told], [["close 4000 done"], []]);
  assertEquals(side.protocol.closing, { code: 1006, reason: "", wasClean: false });
});

Deno.test("ServerProtocol that closed first does not answer the peer's Close, and the code is the peer's (§7.1.5)", () => {
  const side = new Side();
  side.protocol.close(1001, "");
  side.receive(closeFrame(1000, "ok"));
  assertEquals([side.seen(), side.told], [["close 1001 "], ["peer close"]]);
  assertEquals(side.protocol.closing, { code: 1000, reason: "ok", wasClean: true });
});

Deno.test("ServerProtocol sends no data after a Close frame of either side (RFC 6455 §5.5.1)", () => {
  const closings: ((side: Side) => void)[] = [
    (side) => side.protocol.close(1000, ""),
    (side) => side.receive(closeFrame(1000)),
    (side) => side.protocol.fail("MESSAGE_RATE"),
    (side) => side.protocol.end(),
  ];
  for (const closing of closings) {
    const side = new Side();
    closing(side);
    side.written();
    const { protocol } = side;
    const sent = [protocol.sendText("x"), protocol.sendBinary(utf8("x")), protocol.sendPrepared(prepared("x"))];
    assertEquals([sent, protocol.isOpen, side.output.byteLength], [[false, false, false], false, 0]);
  }
});

Deno.test("ServerProtocol refuses a close reason above 123 bytes and stays open", () => {
  const side = new Side();
  assertThrows(() => side.protocol.close(1000, "x".repeat(124)), RangeError);
  assertEquals([side.protocol.isOpen, side.protocol.sendText("x"), side.seen()], [true, true, ["text 78"]]);
});

Deno.test("ServerProtocol fails on a violation with its row's code and sentence, and looks at nothing more (§7.1.7)", () => {
  const side = new Side();
  const end = side.receive(masked(TEXT, "a"), Uint8Array.of(0x83, 0x80, 0, 0, 0, 0), masked(TEXT, "b"));
  const { sentence } = VIOLATIONS.OPCODE_RESERVED;
  assertEquals([end, side.told], [20, ["text 61", "violation OPCODE_RESERVED"]]);
  assertEquals(side.seen(), [`close 1002 ${sentence}`]);
  side.receive(masked(TEXT, "c"), closeFrame(1000));
  assertEquals([side.told.length, side.seen()], [2, []]);
  assertEquals(side.protocol.closing, { code: 1002, reason: sentence, wasClean: false });
});

Deno.test("ServerProtocol.closing says the same after the transport is gone as before", () => {
  const failed = new Side();
  failed.protocol.fail("MESSAGE_TOO_BIG");
  const closed = new Side();
  closed.receive(closeFrame(1001));
  for (const { protocol } of [failed, closed, new Side()]) {
    const before = protocol.closing;
    protocol.end();
    assertEquals(protocol.closing, before);
  }
  assertEquals(failed.protocol.closing.code, 1009);
});

Deno.test("ServerProtocol that fails after its own Close sends no second one", () => {
  const side = new Side();
  side.protocol.close(1000, "");
  side.receive(Uint8Array.of(0xff, 0xff));
  assertEquals([side.told, side.seen()], [["violation RSV_UNEXPECTED"], ["close 1000 "]]);
  assertEquals([side.protocol.closing.code, side.protocol.closing.wasClean], [1002, false]);
});

Deno.test("ServerProtocol.fail counts once, and never puts 1006 on the wire (RFC 6455 §7.4.1)", () => {
  const side = new Side();
  side.protocol.fail("PONG_TIMEOUT");
  side.protocol.fail("MESSAGE_RATE");
  assertEquals([side.seen(), side.told], [[], ["violation PONG_TIMEOUT"]]);
  assertEquals(side.protocol.closing.code, 1006);
});

Deno.test("ServerProtocol lets go of a half message when it fails", () => {
  const side = new Side();
  side.receive(masked(BINARY, new Uint8Array(5000), { fin: false }));
  side.protocol.fail("SLOW_CONSUMER");
  assertEquals([side.protocol.bufferedBytes, side.seen()], [0, ["close 1013 slow consumer"]]);
});

Deno.test("ServerProtocol may be closed, failed and halted by the message it delivers", () => {
  const closing = new Side();
  closing.onEachMessage = () => closing.protocol.close(1000, "");
  closing.receive(masked(TEXT, "a"), masked(TEXT, "b"));
  assertEquals([closing.told, closing.seen()], [["text 61"], ["close 1000 "]]);
  const failing = new Side();
  failing.onEachMessage = () => failing.protocol.fail("MESSAGE_RATE");
  assertEquals(failing.receive(masked(TEXT, "a"), masked(TEXT, "b")), 14);
  assertEquals(failing.told, ["violation MESSAGE_RATE", "text 61"]);
  const halting = new Side();
  halting.onEachMessage = () => halting.protocol.halt();
  assertEquals(halting.receive(masked(TEXT, "a"), masked(TEXT, "b")), 7);
  assertEquals(halting.told, ["text 61"]);
});

Deno.test("ServerProtocol lets an error of its own user through: only a peer's fault ends in a Close frame", () => {
  const side = new Side();
  side.onEachMessage = () => {
    throw new RangeError("ours");
  };
  assertThrows(() => side.receive(masked(TEXT, "a")), RangeError, "ours");
  assertEquals(side.told, []);
});
