/**
 * Bytes that came before they were wanted, kept in one growing buffer.
 *
 * @module
 */

const EMPTY = new Uint8Array(0);
const MIN_CAPACITY = 512;

/** What was kept, in order. The bound is its owner's to keep. */
export class KeptBytes {
  #buffer: Uint8Array<ArrayBuffer> = EMPTY;
  #length = 0;

  /** How many bytes are kept. */
  get length(): number {
    return this.#length;
  }

  /** Where the bytes lie, from 0 to `length`; until the next `add`. */
  get buffer(): Uint8Array<ArrayBuffer> {
    return this.#buffer;
  }

  /** Keeps a copy of `bytes[start, end)` behind what is here. */
  add(bytes: Uint8Array, start: number, end: number): void {
    const needed = this.#length + end - start;
    if (needed > this.#buffer.length) {
      const grown = new Uint8Array(Math.max(needed, this.#buffer.length * 2, MIN_CAPACITY));
      grown.set(this.#buffer.subarray(0, this.#length));
      this.#buffer = grown;
    }
    this.#buffer.set(bytes.subarray(start, end), this.#length);
    this.#length = needed;
  }

  /** Hands everything over, and is empty. */
  take(): Uint8Array<ArrayBuffer> {
    const bytes = this.#buffer.subarray(0, this.#length);
    this.#buffer = EMPTY;
    this.#length = 0;
    return bytes;
  }
}
