/** What of `@std/encoding/base64` is used, against the vectors of RFC 4648 §10. @module */
import { assertEquals, assertThrows } from "@std/assert";
import { decodeBase64, encodeBase64 } from "@std/encoding";
import fc from "fast-check";

const VECTORS = [
  ["", ""],
  ["f", "Zg=="],
  ["fo", "Zm8="],
  ["foo", "Zm9v"],
  ["foob", "Zm9vYg=="],
  ["fooba", "Zm9vYmE="],
  ["foobar", "Zm9vYmFy"],
] as const;

Deno.test("encodeBase64 encodes the vectors of RFC 4648 §10, given as strings and as bytes", () => {
  for (const [plain, encoded] of VECTORS) {
    assertEquals(encodeBase64(plain), encoded);
    const bytes = new TextEncoder().encode(plain);
    assertEquals(encodeBase64(bytes), encoded);
    assertEquals(encodeBase64(new Uint8Array(bytes).buffer), encoded);
  }
});

Deno.test("decodeBase64 decodes the vectors of RFC 4648 §10", () => {
  for (const [plain, encoded] of VECTORS) assertEquals(decodeBase64(encoded), new TextEncoder().encode(plain));
});

Deno.test("decodeBase64 throws for what is not of the alphabet, and for base64url", () => {
  for (const wrong of ["Zm9v*mFy", "Zm9-", "Zm9_", "Z"]) assertThrows(() => decodeBase64(wrong));
});

Deno.test("property: decodeBase64 undoes encodeBase64", () => {
  fc.assert(fc.property(fc.uint8Array(), (bytes) => {
    const own = new Uint8Array(bytes);
    assertEquals(decodeBase64(encodeBase64(own)), own);
  }));
});
