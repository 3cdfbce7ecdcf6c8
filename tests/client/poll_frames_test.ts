/** Frames as a client writes and reads them. RFC 6455 §5. @module */
import { assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { closePayload, FrameFault, FrameReader, maskedFrame, OPCODE } from "../../lib/client/poll_frames.ts";
import { serverClose, serverFrame } from "../support/poll_server.ts";

/** What comes out of these bytes, cut like that; a fault by its code. */
function read(...chunks: readonly Uint8Array<ArrayBuffer>[]): unknown[] {
  const seen: unknown[] = [];
  const reader = new FrameReader({
    message: (content) => seen.push(typeof content === "string" ? content : [...content]),
    ping: (payload) => seen.push(["ping", ...payload]),
    close: (code, reason) => seen.push(["close", code, reason]),
  });
  try {
    for (const chunk of chunks) reader.take(chunk);
  } catch (error) {
    if (!(error instanceof FrameFault)) throw error;
    seen.push(error.code);
  }
  return seen;
}

const bytes = (...values: number[]) => Uint8Array.from(values);

Deno.test("a frame of a client is masked with a key of its own, in the shortest form (§5.2, §5.3)", () => {
  for (const [length, head] of [[0, 2], [125, 2], [126, 4], [65_535, 4], [65_536, 10]] as const) {
    const payload = new Uint8Array(length).map((_, index) => index);
    const frame = maskedFrame(OPCODE.binary, payload);
    assertEquals([frame[0], frame.length], [0x82, head + 4 + length]);
    assertEquals(frame[1]! >> 7, 1);
    const key = frame.subarray(head, head + 4);
    assertEquals(frame.subarray(head + 4).map((byte, index) => byte ^ key[index & 3]!), payload);
  }
  const keys = new Set(Array.from({ length: 20 }, () => maskedFrame(OPCODE.text, bytes()).subarray(2).join()));
  assertEquals(keys.size, 20);
});

Deno.test("a Close frame has a code and a reason, or nothing (§5.5.1)", () => {
  assertEquals(closePayload(undefined, ""), bytes());
  assertEquals(closePayload(1000, "é"), bytes(3, 232, 0xc3, 0xa9));
});

Deno.test("messages are read in one frame and in several, with control frames between them (§5.4)", () => {
  assertEquals(read(serverFrame(1, "hi"), serverFrame(2, bytes(1, 2)), serverFrame(1)), ["hi", [1, 2], ""]);
  const parts = [serverFrame(1, "h", false), serverFrame(9, "p"), serverFrame(0, "", false), serverFrame(0, "i")];
  assertEquals(read(...parts, serverFrame(10, "?")), [["ping", 112], "hi"]);
  const euro = new TextEncoder().encode("€");
  assertEquals(read(serverFrame(1, euro.subarray(0, 1), false), serverFrame(0, euro.subarray(1))), ["€"]);
  assertEquals(read(serverFrame(1, "\ufeffhi")), ["\ufeffhi"]);
});

Deno.test("long messages are read in each form of the length", () => {
  for (const length of [125, 126, 65_535, 65_536]) {
    const [message] = read(serverFrame(2, new Uint8Array(length).fill(7)));
    assertEquals([(message as number[]).length, (message as number[]).every((byte) => byte === 7)], [length, true]);
  }
});

Deno.test("a Close frame is the last thing that is read", () => {
  assertEquals(read(serverClose(1000, "bye"), serverFrame(1, "late"), bytes(0xff)), [["close", 1000, "bye"]]);
  assertEquals(read(serverFrame(8)), [["close", 1005, ""]]);
  for (const code of [1000, 1003, 1007, 1014, 3000, 4999]) assertEquals(read(serverClose(code)), [["close", code, ""]]);
});

const FAULTS: readonly (readonly [what: string, code: number, ...chunks: Uint8Array<ArrayBuffer>[]])[] = [
  ["a masked frame (§5.1)", 1002, bytes(0x81, 0x80, 0, 0, 0, 0)],
  ["reserved bits (§5.2)", 1002, bytes(0xc1, 0)],
  ["an unknown opcode (§5.2)", 1002, bytes(0x83, 0)],
  ["an unknown control opcode (§5.2)", 1002, bytes(0x8b, 0)],
  ["a length of two bytes that fits into one (§5.2)", 1002, bytes(0x82, 126, 0, 125)],
  ["a length of eight bytes that fits into two (§5.2)", 1002, bytes(0x82, 127, 0, 0, 0, 0, 0, 0, 255, 255)],
  ["a length whose first bit is set (§5.2)", 1002, bytes(0x82, 127, 128, 0, 0, 0, 0, 0, 0, 0)],
  ["a control frame of more than 125 bytes (§5.5)", 1002, bytes(0x89, 126, 0, 126)],
  ["a control frame in fragments (§5.5)", 1002, bytes(0x09, 0)],
  ["a continuation of nothing (§5.4)", 1002, serverFrame(0, "x")],
  ["a message within another (§5.4)", 1002, serverFrame(1, "x", false), serverFrame(1, "y")],
  ["a text that is not UTF-8 (§8.1)", 1007, serverFrame(1, bytes(0xc3))],
  ["a close code in one byte (§5.5.1)", 1002, serverFrame(8, bytes(3))],
  ["close code 1005, which is never sent (§7.4.1)", 1002, serverClose(1005)],
  ["close code 2999, which nobody has (§7.4.2)", 1002, serverClose(2999)],
  ["a reason that is not UTF-8 (§5.5.1)", 1007, serverFrame(8, bytes(3, 232, 0xff))],
];

for (const [what, code, ...chunks] of FAULTS) {
  Deno.test(`FrameReader refuses ${what} with ${code}`, () => {
    assertEquals(read(serverFrame(1, "before"), ...chunks), ["before", code]);
  });
}

Deno.test("an error of the application's own is not one of the server's", () => {
  const reader = new FrameReader({
    message: () => {
      throw new RangeError("mine");
    },
    ping: () => {},
    close: () => {},
  });
  assertThrows(() => reader.take(serverFrame(1, "hi")), RangeError, "mine");
});

const frame = fc.oneof(
  fc.string({ unit: "binary", maxLength: 200 }).map((text) => serverFrame(1, text)),
  fc.uint8Array({ maxLength: 300 }).map((payload) => serverFrame(2, payload)),
  fc.uint8Array({ maxLength: 125 }).map((payload) => serverFrame(9, payload)),
  fc.array(fc.string({ maxLength: 20 }), { minLength: 2, maxLength: 4 }).map((parts) =>
    Uint8Array.from(parts.flatMap((part, n) => [...serverFrame(n ? 0 : 1, part, n === parts.length - 1)]))
  ),
  { arbitrary: fc.constantFrom(...FAULTS.map(([, , ...chunks]) => chunks[0]!)), weight: 1 },
  { arbitrary: fc.constant(serverClose(1000, "bye")), weight: 1 },
);

Deno.test("property: any re-chunking of the server's stream gives the same events", () => {
  fc.assert(fc.property(fc.array(frame, { maxLength: 8 }), fc.array(fc.nat({ max: 40 })), (frames, sizes) => {
    const stream = Uint8Array.from(frames.flatMap((frame) => [...frame]));
    const chunks: Uint8Array<ArrayBuffer>[] = [];
    let at = 0;
    for (const size of sizes) chunks.push(stream.slice(at, at += size));
    chunks.push(stream.slice(at));
    assertEquals(read(...chunks), read(stream));
    assertEquals(read(...[...stream].map((byte) => bytes(byte))), read(stream));
  }));
});
