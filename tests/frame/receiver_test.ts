/** The receiver: chunks in, messages out. Rules by the table are in tests/vectors, chunking in tests/property. @module */
import { FORM } from "../../lib/frame/mod.ts";
import { assertEquals, assertGreater, assertLessOrEqual, assertStrictEquals, assertThrows } from "@std/assert";
import { HEADROOM_BYTES } from "../../lib/frame/message_assembly.ts";
import { encodeFrame } from "../../lib/frame/header.ts";
import { OPCODE } from "../../lib/frame/opcode.ts";
import { Receiver } from "../../lib/frame/receiver.ts";
import { ProtocolError } from "../../lib/frame/violation.ts";
import { allocatedBy } from "../support/allocations.ts";
import { concat, masked, receive, receiveAll, receiveByByte, Recorder, utf8, WIDE } from "./recorder.ts";

const { CONTINUATION, TEXT, BINARY, CLOSE, PING, PONG } = OPCODE;

function open(options = WIDE): { receiver: Receiver; recorder: Recorder } {
  const recorder = new Recorder();
  return { receiver: new Receiver(options, recorder), recorder };
}

/** Gives the receiver a copy: it unmasks in place. */
function feed(receiver: Receiver, stream: Uint8Array): number {
  return receiver.receive(new Uint8Array(stream), 0, stream.length);
}

Deno.test("Receiver tells every frame of a chunk, in order", () => {
  const stream = concat(masked(TEXT, "a"), masked(PING, "p"), masked(BINARY, "b"), masked(PONG, "q"), masked(TEXT, ""));
  assertEquals(receive(stream).events, ["text 61", "ping 70", "binary 62", "pong 71", "text "]);
  assertEquals(receiveByByte(stream).events, receive(stream).events);
});

Deno.test("Receiver walks bytes[start, end) and leaves what is around alone", () => {
  const { receiver, recorder } = open();
  const bytes = concat(Uint8Array.of(0xff, 0xff), masked(TEXT, "Hello"), Uint8Array.of(0xff));
  assertEquals(receiver.receive(bytes, 2, 13), 13);
  assertEquals(recorder.events, ["text 48656c6c6f"]);
  assertEquals(bytes.toHex(), "ffff818537fa213d48656c6c6fff");
});

Deno.test("Receiver hands a message that lies whole in its chunk on without a copy", () => {
  const chunk = new Uint8Array(masked(BINARY, "Hello"));
  let told: Uint8Array | undefined;
  const receiver = new Receiver(WIDE, {
    onMessage: (form, bytes, start, end) => {
      told = bytes;
      assertEquals([start, end, (form & FORM.BORROWED) !== 0], [6, 11, true]);
    },
    onPing() {},
    onPong() {},
    onClose() {},
  });
  receiver.receive(chunk, 0, chunk.length);
  assertStrictEquals(told, chunk);
});

Deno.test("Receiver gives away the bytes of a message that came in parts, and never touches them again", () => {
  const gifts: Uint8Array[] = [];
  const receiver = new Receiver(WIDE, {
    onMessage: (form, bytes, start, end) => {
      assertEquals(form & FORM.BORROWED, 0);
      gifts.push(bytes.subarray(start, end));
    },
    onPing() {},
    onPong() {},
    onClose() {},
  });
  for (const text of ["first", "second"]) {
    const frame = masked(TEXT, text);
    feed(receiver, frame.subarray(0, 8));
    feed(receiver, frame.subarray(8));
  }
  assertEquals(gifts.map((gift) => gift.toHex()), [utf8("first").toHex(), utf8("second").toHex()]);
});

Deno.test("Receiver joins fragments, empty ones too, with control frames between them (RFC 6455 §5.4)", () => {
  const stream = concat(
    masked(TEXT, "", { fin: false }),
    masked(PING, "1"),
    masked(CONTINUATION, "He", { fin: false }),
    masked(CONTINUATION, "", { fin: false }),
    masked(PONG, "2"),
    masked(CONTINUATION, "llo"),
    masked(BINARY, "x", { fin: false }),
    masked(CONTINUATION, ""),
    masked(TEXT, "next"),
  );
  const events = ["ping 31", "pong 32", "text 48656c6c6f", "binary 78", "text 6e657874"];
  assertEquals(receive(stream).events, events);
  assertEquals(receiveByByte(stream).events, events);
});

Deno.test("Receiver tells of an empty fragmented message", () => {
  const stream = concat(masked(BINARY, "", { fin: false }), masked(CONTINUATION, ""));
  assertEquals(receive(stream), { events: ["binary "], violation: undefined });
});

Deno.test("Receiver takes control frames of 0 and of 125 bytes, cut anywhere (RFC 6455 §5.5)", () => {
  const payload = "x".repeat(125);
  const stream = concat(masked(PING, payload), masked(PING), masked(PONG, payload), masked(PING, "z"));
  const hex = utf8(payload).toHex();
  assertEquals(receiveByByte(stream).events, [`ping ${hex}`, "ping ", `pong ${hex}`, "ping 7a"]);
});

Deno.test("Receiver looks at nothing after a Close frame (RFC 6455 §5.5.1)", () => {
  const stream = concat(masked(CLOSE, Uint8Array.of(0x03, 0xe8)), masked(TEXT, "late"), Uint8Array.of(0xff, 0xff));
  assertEquals(receive(stream), { events: ["close 1000 "], violation: undefined });
  assertEquals(receiveByByte(stream).events, ["close 1000 "]);
  const { receiver, recorder } = open();
  assertEquals(feed(receiver, stream), stream.length);
  assertEquals(feed(receiver, masked(TEXT, "later")), 11);
  assertEquals(recorder.events, ["close 1000 "]);
});

Deno.test("Receiver reads a Close frame without a body as 1005, and one between fragments (RFC 6455 §7.1.5, §5.4)", () => {
  assertEquals(receive(masked(CLOSE)).events, ["close 1005 "]);
  const reason = concat(Uint8Array.of(0x0f, 0xa0), utf8("\uFEFFtschüß"));
  const stream = concat(masked(TEXT, "half", { fin: false }), masked(CLOSE, reason));
  assertEquals(receive(stream).events, ["close 4000 \uFEFFtschüß"]);
});

Deno.test("Receiver fails text at the first bad byte, inside an unfinished frame and before its end (RFC 6455 §8.1)", () => {
  const { receiver } = open();
  const frame = masked(TEXT, concat(utf8("ok"), Uint8Array.of(0xff), utf8("x".repeat(100))));
  feed(receiver, frame.subarray(0, 8));
  const error = assertThrows(() => feed(receiver, frame.subarray(8, 9)), ProtocolError);
  assertEquals(error.violation, "TEXT_NOT_UTF8");
});

Deno.test("Receiver takes a character cut by fragments and by chunks, and refuses one cut by the message's end", () => {
  const face = utf8("😀");
  const cut = (at: number, last: Uint8Array) =>
    concat(masked(TEXT, face.subarray(0, at), { fin: false }), masked(CONTINUATION, last));
  for (let at = 0; at <= 4; at++) {
    assertEquals(receive(cut(at, face.subarray(at))).events, ["text f09f9880"]);
    assertEquals(receiveByByte(cut(at, face.subarray(at))).events, ["text f09f9880"]);
  }
  for (let at = 1; at < 4; at++) {
    assertEquals(receive(cut(at, new Uint8Array())).violation, "TEXT_NOT_UTF8");
    assertEquals(receive(masked(TEXT, face.subarray(0, at))).violation, "TEXT_NOT_UTF8");
    assertEquals(receive(cut(at, utf8("plain"))).violation, "TEXT_NOT_UTF8");
  }
});

Deno.test("Receiver tells of a message that came in parts whether it is ASCII throughout", () => {
  const forms: number[] = [];
  const receiver = new Receiver(WIDE, {
    onMessage: (form) => void forms.push(form & FORM.ASCII),
    onPing() {},
    onPong() {},
    onClose() {},
  });
  for (const text of ["plain", "é, then plain", "plain, then é", "plain"]) {
    const frame = masked(TEXT, text);
    feed(receiver, frame.subarray(0, frame.length - 3));
    feed(receiver, frame.subarray(frame.length - 3));
  }
  assertEquals(forms, [FORM.ASCII, 0, 0, FORM.ASCII]);
});

Deno.test("Receiver refuses ASCII inside a character, though what follows would complete it", () => {
  const stream = concat(
    masked(TEXT, Uint8Array.of(0xe2, 0x82), { fin: false }),
    masked(CONTINUATION, "a", { fin: false }),
    masked(PING),
    masked(CONTINUATION, Uint8Array.of(0xac)),
  );
  assertEquals(receive(stream), { events: [], violation: "TEXT_NOT_UTF8" });
});

Deno.test("Receiver begins each text anew: a bad end does not leak into the next, binary is not looked at", () => {
  const bad = Uint8Array.of(0xf0, 0x9f);
  const stream = concat(masked(BINARY, bad, { fin: false }), masked(CONTINUATION, bad), masked(TEXT, "fine"));
  assertEquals(receive(stream).events, ["binary f09ff09f", "text 66696e65"]);
  assertEquals(receiveByByte(stream).events, ["binary f09ff09f", "text 66696e65"]);
});

Deno.test("Receiver refuses a message by its announced length before a byte of it arrives: maxMessageBytes", () => {
  const options = { ...WIDE, maxMessageBytes: 100 };
  const whole = masked(BINARY, new Uint8Array(101));
  assertEquals(receive(whole.subarray(0, 6), options).violation, "MESSAGE_TOO_BIG");
  assertEquals(receive(masked(BINARY, new Uint8Array(100)), options).violation, undefined);
  const parts = concat(
    masked(BINARY, new Uint8Array(60), { fin: false }),
    masked(CONTINUATION, new Uint8Array(40), { fin: false }),
  );
  assertEquals(receive(parts, options).violation, undefined);
  assertEquals(receive(concat(parts, masked(CONTINUATION, "x")), options).violation, "MESSAGE_TOO_BIG");
  assertEquals(receive(concat(parts, masked(CONTINUATION)), options).events.length, 1);
});

Deno.test("Receiver counts control frames into no message's length and fragments", () => {
  const options = { ...WIDE, maxMessageBytes: 10, maxFragments: 2 };
  const stream = concat(
    masked(BINARY, "12345", { fin: false }),
    masked(PING, "x".repeat(100)),
    masked(CONTINUATION, "67890"),
  );
  assertEquals(receive(stream, options).violation, undefined);
});

Deno.test("Receiver allows exactly maxFragments data frames in a message", () => {
  const options = { ...WIDE, maxFragments: 3 };
  const first = masked(TEXT, "a", { fin: false });
  const middle = masked(CONTINUATION, "b", { fin: false });
  const last = masked(CONTINUATION, "c");
  assertEquals(receive(concat(first, middle, last, first, middle, last), options).events, [
    "text 616263",
    "text 616263",
  ]);
  assertEquals(receive(concat(first, middle, middle, last), options).violation, "TOO_MANY_FRAGMENTS");
  assertEquals(receive(masked(TEXT, "whole"), { ...WIDE, maxFragments: 1 }).events.length, 1);
});

Deno.test("Receiver keeps 63-bit lengths apart: 2^62 is too big, 2^63 breaks the protocol (RFC 6455 §5.2)", () => {
  const options = { ...WIDE, maxMessageBytes: Number.MAX_SAFE_INTEGER };
  const announce = (length: string) => Uint8Array.fromHex(`82ff${length}00000000`);
  assertEquals(receive(announce("4000000000000000"), options).violation, "MESSAGE_TOO_BIG");
  assertEquals(receive(announce("7fffffffffffffff"), options).violation, "MESSAGE_TOO_BIG");
  assertEquals(receive(announce("8000000000000000"), options).violation, "LENGTH_NEGATIVE");
  assertEquals(receive(announce("0000000100000000"), options).violation, undefined);
  assertEquals(
    receive(announce("0000000100000000"), { ...WIDE, maxMessageBytes: 2 ** 32 - 1 }).violation,
    "MESSAGE_TOO_BIG",
  );
});

Deno.test("Receiver holds what arrived, not what was announced", () => {
  const { receiver } = open({ ...WIDE, maxMessageBytes: 2 ** 40 });
  feed(receiver, Uint8Array.fromHex("82ff000000800000000000000000"));
  assertEquals([receiver.bufferedBytes, receiver.isInsideMessage], [0, true]);
  feed(receiver, Uint8Array.of(1));
  assertLessOrEqual(receiver.bufferedBytes, 1024 + HEADROOM_BYTES);
  feed(receiver, new Uint8Array(100_000));
  assertLessOrEqual(receiver.bufferedBytes, 4 * 100_001 + HEADROOM_BYTES);
});

Deno.test("Receiver counts the memory it holds, not only the bytes in it", () => {
  const { receiver } = open();
  const first = new Uint8Array(masked(BINARY, "x", { fin: false }));
  const allocated = allocatedBy(() => receiver.receive(first, 0, first.length));
  assertGreater(allocated, 1);
  assertEquals(receiver.bufferedBytes, allocated);
  feed(receiver, masked(CONTINUATION, "y"));
  assertEquals(receiver.bufferedBytes, 0);
});

Deno.test("Receiver takes no more memory for the last frame of a message than it needs", () => {
  const { receiver, recorder } = open();
  const frame = masked(BINARY, new Uint8Array(5000));
  feed(receiver, frame.subarray(0, 3000));
  feed(receiver, frame.subarray(3000, 5000));
  assertLessOrEqual(receiver.bufferedBytes, 5000 + HEADROOM_BYTES);
  feed(receiver, frame.subarray(5000));
  assertEquals(recorder.events.length, 1);
});

Deno.test("Receiver.partialFrameBytes counts what has come of a header, and of a control frame", () => {
  const { receiver } = open();
  const states: number[] = [];
  const step = (part: Uint8Array) => {
    feed(receiver, part);
    states.push(receiver.partialFrameBytes);
  };
  const frame = masked(TEXT, "Hello");
  for (const end of [1, 3, 6, 8, 11]) step(frame.subarray([0, 1, 3, 6, 8][states.length]!, end));
  const ping = masked(PING, "abc");
  for (const end of [5, 6, 8, 9]) step(ping.subarray([0, 5, 6, 8][states.length - 5]!, end));
  step(masked(TEXT, "x", { fin: false }));
  assertEquals(states, [1, 3, 0, 0, 0, 5, 6, 8, 0, 0]);
});

Deno.test("Receiver.isInsideMessage is true from a message's header to its last byte", () => {
  const { receiver } = open();
  const states: boolean[] = [];
  const step = (part: Uint8Array) => {
    feed(receiver, part);
    states.push(receiver.isInsideMessage);
  };
  const frame = masked(TEXT, "Hello");
  step(frame.subarray(0, 6));
  step(frame.subarray(6, 10));
  step(frame.subarray(10));
  step(masked(TEXT, "x", { fin: false }));
  step(masked(PING, "y").subarray(0, 6));
  step(masked(PING, "y").subarray(6));
  step(masked(CONTINUATION, "z"));
  step(masked(PING, "y").subarray(0, 6));
  assertEquals(states, [true, true, false, true, true, true, false, false]);
});

Deno.test("Receiver.halt stops after the frame under way, and the rest can be taken up", () => {
  const chunk = concat(masked(TEXT, "a"), masked(TEXT, "b"), masked(TEXT, "c"));
  const seen: string[] = [];
  const receiver: Receiver = new Receiver(WIDE, {
    onMessage: (_form, bytes, start, end) => {
      seen.push(bytes.subarray(start, end).toHex());
      receiver.halt();
    },
    onPing() {},
    onPong() {},
    onClose() {},
  });
  assertEquals(receiver.receive(chunk, 0, chunk.length), 7);
  assertEquals(seen, ["61"]);
  assertEquals(receiver.receive(chunk, 7, chunk.length), 14);
  assertEquals(receiver.receive(chunk, 14, chunk.length), 21);
  assertEquals(receiver.receive(chunk, 21, chunk.length), 21);
  assertEquals(seen, ["61", "62", "63"]);
});

Deno.test("Receiver.abandon lets go of what is held, at once and for good, also in the middle of a chunk", () => {
  const { receiver, recorder } = open();
  feed(receiver, masked(TEXT, "half", { fin: false }));
  receiver.abandon();
  assertEquals([receiver.bufferedBytes, feed(receiver, masked(TEXT, "x"))], [0, 7]);
  assertEquals(recorder.events, []);
  const told: number[] = [];
  const inner: Receiver = new Receiver(WIDE, {
    onMessage: (_form, _bytes, start) => {
      told.push(start);
      inner.abandon();
    },
    onPing() {},
    onPong() {},
    onClose() {},
  });
  assertEquals(feed(inner, concat(masked(TEXT, "a"), masked(TEXT, "b"))), 14);
  assertEquals(told, [6]);
});

Deno.test("Receiver on the client's side takes unmasked frames and refuses masked ones (RFC 6455 §5.1)", () => {
  const options = { ...WIDE, expectMasked: false };
  const stream = concat(
    encodeFrame({ opcode: TEXT, payload: utf8("é") }),
    encodeFrame({ opcode: BINARY, payload: new Uint8Array(70_000) }),
    encodeFrame({ opcode: CLOSE, payload: new Uint8Array() }),
  );
  const events = ["text c3a9", `binary ${"00".repeat(70_000)}`, "close 1005 "];
  assertEquals(receive(stream, options).events, events);
  assertEquals(receiveByByte(stream, options).events, events);
  assertEquals(receive(masked(TEXT, "x"), options).violation, "MASK_UNEXPECTED");
  assertEquals(
    receive(encodeFrame({ opcode: TEXT, payload: Uint8Array.of(0xff) }), options).violation,
    "TEXT_NOT_UTF8",
  );
});

Deno.test("Receiver unmasks with the key of each frame, whatever cuts it", () => {
  const payload = Uint8Array.from({ length: 300 }, (_, at) => at);
  const other = Uint8Array.of(0xff, 0x00, 0x80, 0x7f);
  const stream = concat(masked(BINARY, payload), masked(BINARY, payload, { maskKey: other }));
  const hex = payload.toHex();
  for (const size of [1, 2, 3, 5, 7, 64, 101]) {
    const chunks: Uint8Array<ArrayBuffer>[] = [];
    for (let at = 0; at < stream.length; at += size) chunks.push(stream.slice(at, at + size));
    assertEquals(receiveAll(chunks).events, [`binary ${hex}`, `binary ${hex}`], `chunks of ${size}`);
  }
});
