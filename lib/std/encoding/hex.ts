/**
 * Stand-in for `@std/encoding/hex`, over `Uint8Array.toHex` and `Uint8Array.fromHex`.
 *
 * @module
 */

/** Bytes, or the UTF-8 of a string, as lower-case hexadecimal. RFC 4648 §8. */
export function encodeHex(source: ArrayBuffer | Uint8Array<ArrayBuffer> | string): string {
  if (typeof source === "string") return new TextEncoder().encode(source).toHex();
  return (source instanceof Uint8Array ? source : new Uint8Array(source)).toHex();
}

/**
 * The bytes of a hexadecimal text.
 *
 * @throws {TypeError} when the text is not hexadecimal.
 */
export function decodeHex(text: string): Uint8Array<ArrayBuffer> {
  try {
    return Uint8Array.fromHex(text);
  } catch (cause) {
    throw new TypeError(`Cannot decode input as hex: ${text}`, { cause });
  }
}
