/** The arena: who has which part, and the kernel against the plain rules. @module */
import { assert, assertEquals, assertStrictEquals } from "@std/assert";
import fc from "fast-check";
import { Arena, placeOf, placeOfView, PLAIN_FRAME_SHIFT, sharedArena, viewOfPart } from "../../lib/frame/arena.ts";
import { encodeFrame } from "../../lib/frame/header.ts";
import { FORM } from "../../lib/frame/message_form.ts";

const PAGE = 64 * 1024;

Deno.test("Arena gives parts that do not overlap, takes them back in any order, and is whole again then", () => {
  fc.assert(fc.property(
    fc.array(fc.record({ size: fc.integer({ min: 1, max: 9000 }), giveAt: fc.nat(20) }), { maxLength: 60 }),
    (steps) => {
      const arena = new Arena(3 * PAGE);
      const whole = arena.freeBytes;
      const parts: Uint8Array<ArrayBuffer>[] = [];
      for (const { size, giveAt } of steps) {
        const part = arena.take(size);
        if (part !== undefined) {
          assertEquals(part.length, size);
          const end = part.byteOffset + size;
          assert(parts.every((other) => other.byteOffset >= end || part.byteOffset >= other.byteOffset + other.length));
          parts.push(part);
        }
        if (giveAt < parts.length) arena.give(parts.splice(giveAt, 1)[0]!);
      }
      assertEquals(arena.freeBytes + parts.reduce((sum, { length }) => sum + length, 0), whole);
      for (const part of parts) arena.give(part);
      assertEquals(arena.freeBytes, whole);
      assertEquals(arena.take(whole)?.length, whole, "what lies side by side has become one again");
    },
  ));
});

Deno.test("Arena.take says when none is left, and never gives the kernel's own page", () => {
  const arena = new Arena(2 * PAGE);
  const only = arena.take(PAGE)!;
  assertEquals([only.byteOffset, arena.take(1)], [PAGE, undefined]);
  arena.give(only);
  assertEquals(arena.take(PAGE)?.byteOffset, PAGE);
});

Deno.test("placeOf tells where an array of the shared arena begins, and -1 for every other", () => {
  const arena = sharedArena()!;
  const part = arena.take(100)!;
  assertEquals([placeOf(part), placeOf(new Uint8Array(4)), placeOf(part)], [part.byteOffset, -1, part.byteOffset]);
  assertEquals(placeOf(new Arena(2 * PAGE).take(8)!), -1, "another arena's");
  arena.give(part);
});

Deno.test("viewOfPart gives the same bytes in the arena and elsewhere, and knows the place of its last one", () => {
  const arena = sharedArena()!;
  for (const bytes of [arena.take(64)!, new Uint8Array(64)]) {
    bytes.set([1, 2, 3, 4], 10);
    const view = viewOfPart(bytes, 10, 14);
    assertEquals([...view], [1, 2, 3, 4]);
    assertStrictEquals(view.buffer, bytes.buffer);
    const isInArena = arena.holds(bytes);
    assertEquals(placeOfView(view), isInArena ? bytes.byteOffset + 10 : -1);
    assertEquals(placeOfView(bytes.subarray(10, 14)), -1);
    if (isInArena) arena.give(bytes);
  }
});

Deno.test("Kernel.mask is RFC 6455 §5.3 to the byte at every length and alignment, and finds bytes above 0x7F", () => {
  const { buffer, kernel } = new Arena(2 * PAGE);
  const bytes = new Uint8Array(buffer, PAGE, 400);
  const key = Uint8Array.of(0x37, 0x7a, 0x21, 0x0d);
  for (let start = 0; start < 17; start++) {
    for (let length = 0; length <= 150; length++) {
      for (const high of [-1, 0, length >> 1, length - 1]) {
        const plain = Uint8Array.from({ length: 400 }, (_, at) => (at * 73 + 11) & 0x7f);
        if (high >= 0 && high < length) plain[start + high]! |= 0x80;
        bytes.set(plain);
        for (let at = 0; at < length; at++) bytes[start + at]! ^= key[at % 4]!;
        const seen = kernel.mask(PAGE + start, PAGE + start + length, 0x0d217a37);
        assertEquals(bytes.toHex(), plain.toHex(), `start ${start}, length ${length}`);
        assertEquals(seen, high >= 0 && high < length ? 0x80 : 0);
      }
    }
  }
});

Deno.test("Kernel.frame copies payloads of every length to every alignment, and touches nothing beside the frame", () => {
  const { buffer, kernel } = new Arena(2 * PAGE);
  const bytes = new Uint8Array(buffer);
  const source = Uint8Array.from({ length: 700 }, (_, at) => (at * 31 + 7) & 0xff);
  bytes.set(source, PAGE);
  for (let shift = 0; shift < 17; shift++) {
    for (const length of [...Array(80).keys(), 255, 256, 257, 258, 600]) {
      bytes.fill(0xee, PAGE + 1000, PAGE + 2000);
      const from = 3 + (shift % 5);
      const frame = encodeFrame({ opcode: 2, payload: source.subarray(from, from + length) });
      kernel.frame(PAGE + 1100 + shift, 0x82, PAGE + from, length);
      const expected = new Uint8Array(1000).fill(0xee);
      expected.set(frame, 100 + shift);
      assertEquals(bytes.subarray(PAGE + 1000, PAGE + 2000).toHex(), expected.toHex(), `${length} bytes`);
    }
  }
});

Deno.test("Kernel.frame writes the header of encodeFrame and the payload, in both of its forms", () => {
  const { buffer, kernel } = new Arena(3 * PAGE);
  const bytes = new Uint8Array(buffer);
  const payload = Uint8Array.from({ length: 0xffff }, (_, at) => (at * 31 + 7) & 0xff);
  bytes.set(payload, PAGE);
  for (const length of [0, 1, 3, 4, 11, 15, 16, 125, 126, 127, 257, 5000]) {
    bytes.fill(0xee, 2 * PAGE, 2 * PAGE + 6000);
    const expected = encodeFrame({ opcode: 2, payload: payload.subarray(0, length) });
    assertEquals(kernel.frame(2 * PAGE + 3, 0x82, PAGE, length), expected.length);
    assertEquals(bytes.subarray(2 * PAGE + 3, 2 * PAGE + 3 + expected.length).toHex(), expected.toHex());
    assertEquals([bytes[2 * PAGE + 2], bytes[2 * PAGE + 3 + expected.length]], [0xee, 0xee]);
  }
});

interface Walked {
  readonly count: number;
  readonly entries: readonly (readonly [text: string, form: number])[];
}

const MASK = Uint8Array.of(1, 2, 3, 4);

/** Walks one chunk, and reads the table. */
function walk(chunk: Uint8Array, { maxLength = 1 << 20, rsv = 0, limit = 64 } = {}): Walked {
  const { buffer, kernel, table } = new Arena(2 * PAGE);
  const bytes = new Uint8Array(buffer);
  bytes.set(chunk, PAGE + 5);
  const count = kernel.walk(PAGE + 5, PAGE + 5 + chunk.length, maxLength, rsv, 0, limit);
  const entries = Array.from({ length: count }, (_, index) => {
    const at = table[index * 2]!;
    const length = table[index * 2 + 1]! >> PLAIN_FRAME_SHIFT;
    const form = table[index * 2 + 1]! & ((1 << PLAIN_FRAME_SHIFT) - 1);
    return [new TextDecoder().decode(bytes.subarray(at, at + length)), form] as const;
  });
  return { count, entries };
}

function frame(opcode: number, text: string, rest: { fin?: boolean; rsv?: number } = {}): Uint8Array {
  return encodeFrame({ opcode, payload: new TextEncoder().encode(text), maskKey: MASK, ...rest });
}

function joined(...parts: Uint8Array[]): Uint8Array {
  return Uint8Array.from(parts.flatMap((part) => [...part]));
}

Deno.test("Kernel.walk tells each plain frame's place, length and form, and unmasks it", () => {
  const chunk = joined(frame(1, "Hello"), frame(2, "é"), frame(1, "ü"), frame(2, ""), frame(1, "x".repeat(300)));
  assertEquals(walk(chunk).entries, [
    ["Hello", FORM.TEXT | FORM.ASCII],
    ["é", 0],
    ["ü", FORM.TEXT],
    ["", FORM.ASCII],
    ["x".repeat(300), FORM.TEXT | FORM.ASCII],
  ]);
});

Deno.test("Kernel.walk stops before everything that is not a plain frame, and before what is not whole", () => {
  const plain = frame(1, "a");
  const stops: readonly (readonly [name: string, frame: Uint8Array])[] = [
    ["a ping", frame(9, "p")],
    ["a Close frame", frame(8, "")],
    ["a first fragment", frame(1, "f", { fin: false })],
    ["a continuation", frame(0, "c")],
    ["a reserved opcode", frame(3, "r")],
    ["RSV1 that was not agreed on", frame(1, "r", { rsv: 4 })],
    ["RSV2", frame(1, "r", { rsv: 2 })],
    ["a frame without a mask", encodeFrame({ opcode: 1, payload: new Uint8Array(8) })],
    ["a length that is not in its shortest form", Uint8Array.of(0x81, 0xfe, 0, 5, 1, 2, 3, 4, 5, 6, 7, 8, 9)],
    ["a length of 64 bits", Uint8Array.of(0x82, 0xff, 0, 0, 0, 0, 0, 1, 0, 0, 1, 2, 3, 4)],
    ["a length above the limit", frame(2, "x".repeat(201))],
  ];
  for (const [name, stop] of stops) {
    assertEquals(walk(joined(plain, stop, plain), { maxLength: 200 }).count, 1, name);
  }
  const last = frame(1, "x".repeat(130));
  for (let cut = 0; cut < last.length; cut++) assertEquals(walk(joined(plain, last.subarray(0, cut))).count, 1);
});

Deno.test("Kernel.walk takes RSV1 where it was agreed on, on both kinds, and stops after its limit", () => {
  const chunk = joined(frame(1, "a", { rsv: 4 }), frame(2, "b", { rsv: 4 }), frame(2, "c", { rsv: 6 }));
  const forms = walk(chunk, { rsv: 0x40 }).entries.map(([, form]) => form & ~FORM.ASCII);
  assertEquals(forms, [FORM.TEXT | FORM.COMPRESSED, FORM.COMPRESSED]);
  assertEquals(walk(joined(frame(1, "a"), frame(1, "b"), frame(1, "c")), { limit: 2 }).count, 2);
});
