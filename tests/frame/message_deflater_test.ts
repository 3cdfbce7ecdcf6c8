/** Whole messages are compressed, alone or with the context of those before. @module */
import { assert, assertEquals, assertLess, assertNotEquals } from "@std/assert";
import { constants, inflateRawSync } from "node:zlib";
import { deflateAlone, deflateKey, MessageDeflater } from "../../lib/frame/message_deflater.ts";
import { utf8 } from "./recorder.ts";

const PARAMETERS = { windowBits: 15, level: 1, memLevel: 8 };
const TEXT = utf8("The quick brown fox jumps over the lazy dog. ".repeat(20));

/** The oracle: zlib's own whole-buffer call on one or several messages. */
function inflate(...messages: readonly Uint8Array[]): Uint8Array {
  const stream = messages.flatMap((message) => [...message, 0x00, 0x00, 0xff, 0xff]);
  return new Uint8Array(inflateRawSync(Uint8Array.from(stream), { finishFlush: constants.Z_SYNC_FLUSH }));
}

Deno.test("deflateAlone compresses each message by itself, with streams and without", () => {
  for (const usesStreams of [true, false]) {
    const first = deflateAlone(TEXT, PARAMETERS, usesStreams)!.slice();
    const second = deflateAlone(TEXT, PARAMETERS, usesStreams)!.slice();
    assertEquals(second, first);
    assertLess(first.length, TEXT.length / 5);
    assertEquals(inflate(first), TEXT);
  }
});

Deno.test("deflateAlone gives nothing when the result would not be smaller", () => {
  const noise = crypto.getRandomValues(new Uint8Array(500));
  for (const usesStreams of [true, false]) {
    assertEquals(deflateAlone(noise, PARAMETERS, usesStreams), undefined);
    assertEquals(deflateAlone(new Uint8Array(0), PARAMETERS, usesStreams), undefined);
  }
});

Deno.test("deflateAlone keeps to the window: a smaller one finds less", () => {
  const far = new Uint8Array(4000);
  crypto.getRandomValues(far.subarray(0, 1000));
  far.copyWithin(3000, 0, 1000);
  const size = (windowBits: number) => deflateAlone(far, { windowBits, level: 9, memLevel: 8 })!.length;
  assertLess(size(15), 1100);
  assertLess(2000, size(9));
});

Deno.test("deflateAlone has room for what does not compress, of any length", () => {
  for (const length of [1, 100, 16_383, 16_384, 65_536, 140_000, 1_100_000]) {
    const noise = Uint8Array.from({ length }, (_, at) => Math.imul(at + 7, 0x9e3779b1) >>> 24);
    const deflater = new MessageDeflater({ windowBits: 9, level: 1, memLevel: 1 });
    assertEquals(inflate(deflater.deflate(noise)), noise);
    deflater.close();
  }
});

Deno.test("MessageDeflater refers to the messages before, until it is reset", () => {
  const deflater = new MessageDeflater(PARAMETERS);
  const first = deflater.deflate(TEXT).slice();
  const second = deflater.deflate(TEXT).slice();
  assertLess(second.length, first.length / 2);
  assertEquals(inflate(first, second), Uint8Array.from([...TEXT, ...TEXT]));
  deflater.reset();
  assertEquals(deflater.deflate(TEXT), first);
  deflater.close();
});

Deno.test("MessageDeflater holds nothing before its first message, and nothing after it was closed", () => {
  const deflater = new MessageDeflater(PARAMETERS);
  deflater.reset();
  assertEquals(deflater.heldBytes, 0);
  deflater.deflate(TEXT);
  assertLess(200 * 1024, deflater.heldBytes);
  deflater.close();
  deflater.close();
  assertEquals(deflater.heldBytes, 0);
});

Deno.test("deflateKey is another number for other parameters", () => {
  const keys = new Set<number>();
  for (let windowBits = 9; windowBits <= 15; windowBits++) {
    for (let level = 1; level <= 9; level++) {
      for (let memLevel = 1; memLevel <= 9; memLevel++) keys.add(deflateKey({ windowBits, level, memLevel }));
    }
  }
  assertEquals(keys.size, 7 * 9 * 9);
  assertNotEquals(deflateKey(PARAMETERS), deflateKey({ ...PARAMETERS, level: 2 }));
  assert([...keys].every(Number.isSafeInteger));
});
