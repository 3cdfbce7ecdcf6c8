/**
 * Bytes as hexadecimal digits, the way people write them.
 *
 * @module
 */

/**
 * The bytes of `48 65 6c`, `48656c`, `0x48,0x65` or `48:65:6c`.
 *
 * @throws {TypeError} when there is something else in it, or half a byte.
 */
export function bytesOfHex(text: string): Uint8Array<ArrayBuffer> {
  const groups = text.trim().split(/[\s,:]+/).filter((group) => group !== "").map((group) => group.replace(/^0x/i, ""));
  for (const group of groups) {
    if (!/^[\da-f]*$/i.test(group)) {
      throw new TypeError(`"${group}" is not hexadecimal: write bytes as 48 65 6c or 48656c`);
    }
    if (group.length % 2 !== 0) throw new TypeError(`"${group}" ends with half a byte: write two digits for each`);
  }
  return Uint8Array.fromHex(groups.join(""));
}

/** At most so many bytes as `48 65 6c`. */
export function hexPreview(bytes: Uint8Array, maxBytes: number): string {
  const shown = Array.from(bytes.subarray(0, maxBytes), (byte) => byte.toString(16).padStart(2, "0")).join(" ");
  return bytes.length > maxBytes ? `${shown} …` : shown;
}
