/** Masking in place, by bytes and by words, at every alignment. @module */
import { assertEquals } from "@std/assert";
import { applyMask, NON_ASCII, readMaskKey, rotateMaskKey } from "../../lib/frame/mask.ts";

const KEY = Uint8Array.of(0x37, 0xfa, 0x21, 0x8d);

/** RFC 6455 §5.3, as it is written: "transformed-octet-i = original-octet-i XOR masking-key-octet-(i MOD 4)". */
function maskByTheBook(bytes: Uint8Array, start: number, end: number): Uint8Array {
  return bytes.map((byte, at) => at < start || at >= end ? byte : byte ^ KEY[(at - start) % 4]!);
}

function pattern(length: number): Uint8Array<ArrayBuffer> {
  return Uint8Array.from({ length }, (_, at) => (at * 73 + 11) & 0x7f);
}

Deno.test("applyMask is RFC 6455 §5.3 to the byte, at every length, alignment and offset, and touches nothing else", () => {
  for (let byteOffset = 0; byteOffset < 4; byteOffset++) {
    for (let start = 0; start < 4; start++) {
      for (let length = 0; length <= 140; length++) {
        const bytes = new Uint8Array(new ArrayBuffer(160), byteOffset, 150);
        bytes.set(pattern(150));
        const expected = maskByTheBook(bytes, start, start + length);
        applyMask(bytes, start, start + length, readMaskKey(KEY, 0));
        assertEquals(bytes.toHex(), expected.toHex(), `offset ${byteOffset}, start ${start}, length ${length}`);
      }
    }
  }
});

Deno.test("applyMask reaches the last bytes of a buffer whose size is no multiple of four", () => {
  for (const length of [61, 62, 63, 64, 65]) {
    const bytes = pattern(length);
    const expected = maskByTheBook(bytes, 0, length);
    applyMask(bytes, 0, length, readMaskKey(KEY, 0));
    assertEquals(bytes.toHex(), expected.toHex());
  }
});

Deno.test("applyMask twice is the identity", () => {
  const bytes = pattern(1000);
  applyMask(bytes, 3, 997, readMaskKey(KEY, 0));
  applyMask(bytes, 3, 997, readMaskKey(KEY, 0));
  assertEquals(bytes.toHex(), pattern(1000).toHex());
});

Deno.test("applyMask tells of a result above 0x7F wherever it stands, and only of results", () => {
  for (const length of [1, 4, 20, 47, 48, 49, 64, 100, 131]) {
    for (let at = 0; at < length; at++) {
      const bytes = pattern(length + 1);
      applyMask(bytes, 1, length + 1, readMaskKey(KEY, 0));
      assertEquals(applyMask(bytes.slice(), 1, length + 1, readMaskKey(KEY, 0)) & NON_ASCII, 0, `length ${length}`);
      bytes[1 + at] = bytes[1 + at]! ^ 0x80;
      const seen = applyMask(bytes, 1, length + 1, readMaskKey(KEY, 0));
      assertEquals(seen & NON_ASCII, NON_ASCII, `length ${length}, byte ${at}`);
    }
  }
});

Deno.test("rotateMaskKey carries the key over pieces of any size", () => {
  for (let cut = 0; cut <= 70; cut++) {
    const bytes = pattern(150);
    const expected = maskByTheBook(bytes, 0, 150);
    applyMask(bytes, 0, cut, readMaskKey(KEY, 0));
    applyMask(bytes, cut, 150, rotateMaskKey(readMaskKey(KEY, 0), cut));
    assertEquals(bytes.toHex(), expected.toHex(), `cut at ${cut}`);
  }
});

Deno.test("readMaskKey reads from where it is told", () => {
  assertEquals(readMaskKey(Uint8Array.of(9, 9, 0x37, 0xfa, 0x21, 0x8d), 2), readMaskKey(KEY, 0));
});
