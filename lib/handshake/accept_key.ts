/**
 * The server's proof that it understood the opening handshake. RFC 6455 §1.3, §4.2.2.
 *
 * @module
 */
import { padSha1, sha1 } from "./sha1.ts";

/** What is put behind the key before it is hashed. RFC 6455 §1.3. */
export const GUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";

/** Sixteen octets in base64. */
const KEY_CHARS = 24;

// Key and GUID, the digest and its bytes, reused: each is read before anything else can run.
const input = padSha1(KEY_CHARS + GUID.length);
const digest = new Int32Array(5);
const digestBytes = new Uint8Array(20);
new TextEncoder().encodeInto(GUID, input.subarray(KEY_CHARS));

/**
 * The value of Sec-WebSocket-Accept for a checked Sec-WebSocket-Key: base64 of the SHA-1 of key and GUID.
 *
 * @throws {TypeError} when the key does not have the 24 characters of 16 octets in base64.
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { acceptKey } from "./mod.ts";
 *
 * assertEquals(acceptKey("dGhlIHNhbXBsZSBub25jZQ=="), "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
 * ```
 */
export function acceptKey(key: string): string {
  if (key.length !== KEY_CHARS) throw new TypeError(`Sec-WebSocket-Key must have ${KEY_CHARS} characters.`);
  for (let at = 0; at < KEY_CHARS; at++) input[at] = key.charCodeAt(at);
  sha1(input, digest);
  for (let at = 0; at < 20; at++) digestBytes[at] = digest[at >> 2]! >>> (24 - (at & 3) * 8);
  return digestBytes.toBase64();
}
