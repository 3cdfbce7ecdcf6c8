/**
 * The beginning of something long: so many bytes are kept, and the rest goes by.
 *
 * @module
 */

/** Room grows with what has come, never with what was announced. */
const FIRST_ROOM_BYTES = 128;

/** What is kept. */
export class KeptStart {
  readonly #limit: number;
  #bytes = new Uint8Array(0);
  #length = 0;

  /** @param limit most bytes that are kept. */
  constructor(limit: number) {
    this.#limit = limit;
  }

  /** What is there so far; valid until more is added. */
  get bytes(): Uint8Array<ArrayBuffer> {
    return this.#bytes.subarray(0, this.#length);
  }

  /** Adds a copy of as many as there is room for. */
  add(bytes: Uint8Array): void {
    const count = Math.min(bytes.length, this.#limit - this.#length);
    if (count <= 0) return;
    const needed = this.#length + count;
    if (needed > this.#bytes.length) {
      const size = Math.min(this.#limit, Math.max(needed, this.#bytes.length * 2, FIRST_ROOM_BYTES));
      const grown = new Uint8Array(size);
      grown.set(this.bytes);
      this.#bytes = grown;
    }
    this.#bytes.set(bytes.subarray(0, count), this.#length);
    this.#length = needed;
  }

  /** Forgets all of it. */
  clear(): void {
    this.#length = 0;
  }
}
