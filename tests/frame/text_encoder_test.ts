/** Strings into bytes, in place. @module */
import { assertEquals } from "@std/assert";
import { encodeText, utf8Bytes } from "../../lib/frame/text_encoder.ts";

const encoder = new TextEncoder();
const CHARACTERS = ["a", "é", "€", "𝄞", "\uD800", "\u0000", "\u007f"];

Deno.test("encodeText writes what TextEncoder writes, at every length around the end of its loop", () => {
  for (const character of CHARACTERS) {
    for (let length = 0; length <= 80; length++) {
      for (const text of [character.repeat(length), "x".repeat(length) + character]) {
        const expected = encoder.encode(text);
        const out = new Uint8Array(3 * text.length + 10).fill(0xaa);
        const end = encodeText(text, out, 5);
        assertEquals(out.subarray(5, end).toHex(), expected.toHex());
        assertEquals(out.subarray(0, 5).toHex(), "aa".repeat(5));
      }
    }
  }
});

Deno.test("encodeText writes a lone surrogate as U+FFFD, so that what goes out is always UTF-8", () => {
  const out = new Uint8Array(16);
  assertEquals(out.subarray(0, encodeText("a\uDC00b", out, 0)).toHex(), "61efbfbd62");
});

Deno.test("utf8Bytes is the exact length of what encodeText writes", () => {
  for (const character of CHARACTERS) {
    for (const length of [0, 1, 23, 24, 25, 100, 9000]) {
      const text = character.repeat(length);
      assertEquals(utf8Bytes(text), encoder.encode(text).length);
    }
  }
});
