/**
 * Stand-in for `@std/encoding/base64`, over `Uint8Array.toBase64` and `Uint8Array.fromBase64`.
 *
 * @module
 */

/** Bytes, or the UTF-8 of a string, as base64 with padding. RFC 4648 §4. */
export function encodeBase64(source: ArrayBuffer | Uint8Array<ArrayBuffer> | string): string {
  if (typeof source === "string") return new TextEncoder().encode(source).toBase64();
  return (source instanceof Uint8Array ? source : new Uint8Array(source)).toBase64();
}

/**
 * The bytes of a base64 text.
 *
 * @throws {TypeError} when the text is not base64.
 */
export function decodeBase64(text: string): Uint8Array<ArrayBuffer> {
  try {
    return Uint8Array.fromBase64(text);
  } catch (cause) {
    throw new TypeError(`Cannot decode input as base64: ${text}`, { cause });
  }
}
