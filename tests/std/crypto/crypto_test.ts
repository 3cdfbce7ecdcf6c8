/** What of `@std/crypto` is used: digests, against the examples of FIPS 180-4. @module */
import { assertEquals, assertInstanceOf } from "@std/assert";
import { crypto } from "@std/crypto";
import { encodeHex } from "@std/encoding";

const ABC = new TextEncoder().encode("abc");

Deno.test("digestSync gives the SHA-1 of FIPS 180-4 as an ArrayBuffer of exactly 20 bytes", () => {
  const digest = crypto.subtle.digestSync("SHA-1", ABC);
  assertInstanceOf(digest, ArrayBuffer);
  assertEquals(digest.byteLength, 20);
  assertEquals(encodeHex(digest), "a9993e364706816aba3e25717850c26c9cd0d89d");
});

Deno.test("digestSync gives the SHA-256 of FIPS 180-4", () => {
  assertEquals(
    encodeHex(crypto.subtle.digestSync("SHA-256", ABC)),
    "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
  );
});

Deno.test("digestSync digests a view, not the buffer behind it", () => {
  const view = new TextEncoder().encode("xabcx").subarray(1, 4);
  assertEquals(crypto.subtle.digestSync("SHA-1", view), crypto.subtle.digestSync("SHA-1", ABC));
});
