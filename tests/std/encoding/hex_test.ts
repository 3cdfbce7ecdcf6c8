/** What of `@std/encoding/hex` is used, against the vectors of RFC 4648 §10. @module */
import { assertEquals, assertThrows } from "@std/assert";
import { decodeHex, encodeHex } from "@std/encoding";
import fc from "fast-check";

Deno.test("encodeHex writes lower-case digits, of strings, bytes and buffers", () => {
  const bytes = new Uint8Array([0x00, 0x0f, 0xab, 0xff]);
  assertEquals(encodeHex(bytes), "000fabff");
  assertEquals(encodeHex(bytes.buffer), "000fabff");
  assertEquals(encodeHex(bytes.subarray(2)), "abff");
  assertEquals(encodeHex("foobar"), "666f6f626172");
});

Deno.test("decodeHex reads digits of either case", () => {
  assertEquals(decodeHex("000FabFF"), new Uint8Array([0x00, 0x0f, 0xab, 0xff]));
  assertEquals(decodeHex(""), new Uint8Array());
});

Deno.test("decodeHex throws for an odd number of digits and for what is no digit", () => {
  for (const wrong of ["abc", "zz", "0 "]) assertThrows(() => decodeHex(wrong), Error, "Cannot decode input as hex");
});

Deno.test("property: decodeHex undoes encodeHex", () => {
  fc.assert(fc.property(fc.uint8Array(), (bytes) => {
    const own = new Uint8Array(bytes);
    assertEquals(decodeHex(encodeHex(own)), own);
  }));
});
