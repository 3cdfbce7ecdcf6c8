import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { decodeText } from "../../lib/runtime/text_decode.ts";

/** `text` out of the middle of a view of the middle of a buffer. */
function decoded(bytes: Uint8Array): string {
  const chunk = new Uint8Array(bytes.length + 30).fill(0x58).subarray(7);
  chunk.set(bytes, 11);
  return decodeText(chunk, 11, 11 + bytes.length);
}

Deno.test("decodeText decodes just its range, at every length around the switch of ways", () => {
  for (const length of [0, 1, 20, 255, 256, 257, 1024, 65_536]) {
    for (const unit of ["a", "é", "€", "😀"]) {
      const text = unit.repeat(length);
      assertEquals(decoded(new TextEncoder().encode(text)), text);
    }
  }
});

Deno.test("decodeText keeps a byte order mark, short or long", () => {
  for (const rest of ["", "a", "a".repeat(1000)]) {
    assertEquals(decoded(new TextEncoder().encode("\ufeff" + rest)), "\ufeff" + rest);
  }
});

Deno.test("decodeText gives U+FFFD for what is not UTF-8, as TextDecoder does", () => {
  const decoder = new TextDecoder("utf-8", { ignoreBOM: true });
  fc.assert(fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
    assertEquals(decoded(bytes), decoder.decode(bytes));
  }));
});
