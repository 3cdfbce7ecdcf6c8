/** Short texts gathered, and encoded together. @module */
import { assert, assertEquals, assertFalse } from "@std/assert";
import fc from "fast-check";
import { encodeFrame } from "../../lib/frame/header.ts";
import { GATHERED_UP_TO, TextBatch, writeTexts } from "../../lib/frame/text_batch.ts";
import { concat, utf8 } from "./recorder.ts";

function frames(texts: readonly string[]): Uint8Array {
  return concat(...texts.map((text) => encodeFrame({ opcode: 1, payload: utf8(text) })));
}

Deno.test("TextBatch hands over what was added, in order, and one alone as it is", () => {
  const batch = new TextBatch();
  assertEquals([batch.take(), batch.byteLength], [undefined, 0]);
  assertEquals([batch.add("one"), batch.byteLength, batch.take(), batch.byteLength], [5, 5, "one", 0]);
  for (const text of ["one", "", "three"]) batch.add(text);
  assertEquals([batch.byteLength, batch.take(), batch.take()], [14, ["one", "", "three"], undefined]);
});

Deno.test("TextBatch is full from 4 KiB on, headers included", () => {
  const batch = new TextBatch();
  for (let bytes = 0; bytes < 4095 - 42; bytes += 42) batch.add("x".repeat(40));
  assertFalse(batch.isFull);
  batch.add("x".repeat(60));
  assert(batch.isFull);
});

Deno.test("writeTexts writes the frames that encodeFrame makes, wherever they begin, and nothing beside them", () => {
  const ascii = fc.array(fc.string({ unit: "binary-ascii", maxLength: GATHERED_UP_TO }), {
    minLength: 1,
    maxLength: 70,
  });
  fc.assert(fc.property(ascii, fc.nat(20), (texts, at) => {
    const expected = frames(texts);
    const out = new Uint8Array(at + expected.length + 8).fill(0xee);
    assert(writeTexts(texts, out, at, expected.length));
    assertEquals(out.subarray(at, at + expected.length).toHex(), expected.toHex());
    assert(out.subarray(0, at).every((byte) => byte === 0xee) && out.subarray(-8).every((byte) => byte === 0xee));
  }));
});

Deno.test("writeTexts says so when a text is not ASCII, be it the first or the last, a lone surrogate or a NUL's neighbour", () => {
  for (const strange of ["é", "€", "😀", "\ud800", "\0é", "\u0080"]) {
    for (const texts of [[strange, "a", "b"], ["a", strange, "b"], ["a", "b", strange]]) {
      const byteLength = texts.reduce((sum, { length }) => sum + 2 + length, 0);
      assertFalse(writeTexts(texts, new Uint8Array(100), 0, byteLength), texts.join());
    }
  }
});
