/** SHA-1 against the RFC's examples, Web Crypto, and the standard library's. @module */
import { assertEquals } from "@std/assert";
import { crypto as std } from "@std/crypto";
import fc from "fast-check";
import { padSha1, sha1 } from "../../lib/handshake/sha1.ts";

function digestOf(message: Uint8Array): string {
  const padded = padSha1(message.length);
  padded.set(message);
  const words = new Int32Array(5);
  sha1(padded, words);
  return Array.from(words, (word) => (word >>> 0).toString(16).padStart(8, "0")).join("");
}

Deno.test("sha1 gives the digests of the examples (RFC 3174 §7.3)", () => {
  const encoder = new TextEncoder();
  assertEquals(digestOf(encoder.encode("abc")), "a9993e364706816aba3e25717850c26c9cd0d89d");
  assertEquals(
    digestOf(encoder.encode("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq")),
    "84983e441c3bd26ebaae4aa1f95129e5e54670f1",
  );
  assertEquals(digestOf(encoder.encode("01234567".repeat(80))), "dea356a2cddd90c7a7ecedc5ebb563934f460452");
});

Deno.test("sha1 agrees with Web Crypto at every length around one and two blocks, and beyond", async () => {
  await fc.assert(
    fc.asyncProperty(fc.uint8Array({ maxLength: 300 }), async (message) => {
      const bytes = Uint8Array.from(message);
      assertEquals(digestOf(bytes), new Uint8Array(await crypto.subtle.digest("SHA-1", bytes)).toHex());
    }),
    { numRuns: 300 },
  );
});

Deno.test("sha1 agrees with @std/crypto for any bytes of each length from 0 to 200, where the padding takes every form", () => {
  for (let length = 0; length <= 200; length++) {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: length, maxLength: length }), (message) => {
        const bytes = Uint8Array.from(message);
        assertEquals(digestOf(bytes), new Uint8Array(std.subtle.digestSync("SHA-1", bytes)).toHex());
      }),
      { numRuns: 5 },
    );
  }
});
