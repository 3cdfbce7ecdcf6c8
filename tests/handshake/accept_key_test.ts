/**
 * Tests of Sec-WebSocket-Accept.
 *
 * @module
 */
import { assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { acceptKey } from "../../lib/handshake/accept_key.ts";

Deno.test("acceptKey gives the example's answer (RFC 6455 §1.3)", () => {
  assertEquals(acceptKey("dGhlIHNhbXBsZSBub25jZQ=="), "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
});

Deno.test("acceptKey agrees with Web Crypto's SHA-1 of key and GUID, call after call (RFC 6455 §4.2.2)", async () => {
  await fc.assert(
    fc.asyncProperty(fc.uint8Array({ minLength: 16, maxLength: 16 }), async (nonce) => {
      const key = Uint8Array.from(nonce).toBase64();
      const input = new TextEncoder().encode(key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11");
      assertEquals(acceptKey(key), new Uint8Array(await crypto.subtle.digest("SHA-1", input)).toBase64());
    }),
    { numRuns: 50 },
  );
});

Deno.test("acceptKey throws a TypeError for a key that was not checked", () => {
  for (const key of ["", "short", "dGhlIHNhbXBsZSBub25jZQ== "]) assertThrows(() => acceptKey(key), TypeError, "24");
});
