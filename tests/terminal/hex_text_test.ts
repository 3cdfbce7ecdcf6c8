/** Bytes as people write them. @module */
import { assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { bytesOfHex, hexPreview } from "../../lib/terminal/hex_text.ts";

Deno.test("bytesOfHex reads digits with any of the usual separators", () => {
  for (const text of ["48656c", "48 65 6C", " 48:65:6c ", "0x48, 0x65,0x6c", "4865 6c"]) {
    assertEquals(bytesOfHex(text), Uint8Array.of(0x48, 0x65, 0x6c), text);
  }
  assertEquals(bytesOfHex("").length, 0);
});

Deno.test("bytesOfHex refuses what is no hexadecimal, and half a byte", () => {
  assertThrows(() => bytesOfHex("48 6g"), TypeError, '"6g" is not hexadecimal');
  assertThrows(() => bytesOfHex("48 6"), TypeError, "half a byte");
});

Deno.test("bytesOfHex reads what hexPreview writes", () => {
  fc.assert(fc.property(fc.uint8Array(), (bytes) => {
    assertEquals(bytesOfHex(hexPreview(bytes, bytes.length)), new Uint8Array(bytes));
  }));
});

Deno.test("hexPreview says where it was cut", () => {
  assertEquals(hexPreview(Uint8Array.of(1, 2, 255), 2), "01 02 …");
});
