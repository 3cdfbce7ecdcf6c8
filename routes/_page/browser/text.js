/**
 * Bytes, times and lengths as text, and back. Pure functions that run in the browser; `../script.ts` says how.
 *
 * @module
 */

/**
 * Bytes as hexadecimal, at most `limit` of them.
 *
 * @param {Uint8Array} bytes
 * @param {number} limit
 * @returns {string} `48 65 6c`, with what was left out at the end: `48 65 … 3 more`.
 */
export function hexOf(bytes, limit = bytes.length) {
  const shown = Array.from(bytes.subarray(0, limit), (byte) => byte.toString(16).padStart(2, "0")).join(" ");
  return bytes.length > limit ? `${shown} … ${(bytes.length - limit).toLocaleString("en")} more` : shown;
}

/**
 * Reads hexadecimal digits, in either case, with spaces, commas, colons or `0x` between the bytes.
 *
 * @param {string} text
 * @returns {Uint8Array<ArrayBuffer>}
 * @throws {Error} that says what is wrong and how to write it.
 */
export function bytesOfHex(text) {
  const digits = text.replace(/0x|[\s,:]/gi, "");
  const wrong = /[^0-9a-f]/i.exec(digits);
  if (wrong) throw new Error(`“${wrong[0]}” is not a hexadecimal digit. Write bytes like 48 65 6c 6c 6f.`);
  if (digits.length % 2) throw new Error("That is half a byte too many. Write two digits for each byte, like 0a.");
  return Uint8Array.from(digits.match(/../g) ?? [], (pair) => parseInt(pair, 16));
}

/**
 * The time of day, to the millisecond, as this computer's clock shows it.
 *
 * @param {Date} date
 */
export function timeOfDay(date) {
  const two = (/** @type {number} */ number) => String(number).padStart(2, "0");
  return `${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}.${
    String(date.getMilliseconds()).padStart(3, "0")
  }`;
}

/**
 * A number of bytes for a reader.
 *
 * @param {number} bytes
 */
export function sizeOf(bytes) {
  if (bytes < 10_000) return `${bytes} B`;
  return bytes < 10_000_000 ? `${Math.round(bytes / 1024)} KiB` : `${(bytes / 1024 / 1024).toFixed(1)} MiB`;
}

/**
 * A span of time for a reader.
 *
 * @param {number} milliseconds
 */
export function spanOf(milliseconds) {
  return `${milliseconds.toFixed(milliseconds < 10 ? 2 : 0)} ms`;
}

/**
 * The middle one of some numbers, and the one that 99 of 100 do not exceed.
 *
 * @param {readonly number[]} numbers at least one.
 * @returns {{ median: number, p99: number }}
 */
export function quantiles(numbers) {
  const sorted = numbers.toSorted((a, b) => a - b);
  const at = (/** @type {number} */ share) =>
    sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
  return { median: at(0.5), p99: at(0.99) };
}
