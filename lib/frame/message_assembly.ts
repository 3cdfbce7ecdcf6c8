/**
 * The message under way, gathered from parts: fragments, and payloads that a chunk's end cut in two.
 *
 * The buffer grows with what arrived, never with what was announced. Before the payload there is room for a header, so
 * that the message can be sent back where it lies.
 *
 * @module
 */
import type { SegmentSource } from "./segment.ts";

/** Room for the longest header of a server's frame, and the payload begins at a word. */
export const HEADROOM_BYTES = 16;

/** The first buffer of a message. */
const FIRST_BUFFER_BYTES = 1024;

const EMPTY = new Uint8Array(0);

/** Buffers that nobody recycles. */
export const FRESH_BUFFERS: SegmentSource = { take: (minBytes) => new Uint8Array(minBytes), give() {} };

/** The bytes of one message. */
export class MessageAssembly {
  readonly #source: SegmentSource;
  #bytes = EMPTY;
  #length = 0;
  /** Of the message before: the next is likely to become as long, and then need not grow step by step. */
  #lastLength = 0;
  /** A read into the buffer is under way, or was when it was last heard of: nobody else may have it. */
  #isLent = false;

  constructor(source: SegmentSource) {
    this.#source = source;
  }

  /** Bytes of the payload so far. */
  get length(): number {
    return this.#length;
  }

  /** Memory held, in bytes. */
  get heldBytes(): number {
    return this.#bytes.length;
  }

  /** Where the payload begins in {@linkcode bytes}. An empty one needs no buffer. */
  get start(): number {
    return this.#bytes === EMPTY ? 0 : HEADROOM_BYTES;
  }

  /** Where the payload ends in {@linkcode bytes}. */
  get end(): number {
    return this.start + this.#length;
  }

  /** The buffer. */
  get bytes(): Uint8Array<ArrayBuffer> {
    return this.#bytes;
  }

  /**
   * Adds `bytes[start, end)`.
   *
   * @param total how long the payload can become at most. A final frame says it, and then the buffer grows in larger
   * steps (1 MiB in chunks of 64 KiB: 944 µs by doubling, 780 so).
   */
  append(bytes: Uint8Array, start: number, end: number, total: number, isFinal: boolean): void {
    const length = this.#length + end - start;
    this.#reserve(length, total, isFinal);
    this.#bytes.set(start === 0 && end === bytes.length ? bytes : bytes.subarray(start, end), this.end);
    this.#length = length;
  }

  /** A place for at most `maxBytes` more, for a read that need not be copied; {@linkcode filled} says how many came. */
  lend(maxBytes: number, total: number): Uint8Array<ArrayBuffer> {
    // Only what is full grows, and by what arrived: what is held stays within a small multiple of that.
    this.#reserve(this.#length + Math.min(maxBytes, FIRST_BUFFER_BYTES), total, true);
    this.#isLent = true;
    return this.#bytes.subarray(this.end, Math.min(this.end + maxBytes, this.#bytes.length));
  }

  /** So many bytes, perhaps none, were read into what {@linkcode lend} gave. */
  filled(count: number): void {
    this.#isLent = false;
    this.#length += count;
  }

  /** Hands the buffer over. */
  take(): Uint8Array<ArrayBuffer> {
    const bytes = this.#bytes;
    this.#bytes = EMPTY;
    this.#lastLength = this.#length;
    this.#length = 0;
    return bytes;
  }

  /** Lets go of what is held: at once, or when the read that may still write into it has ended. */
  clear(): void {
    this.#length = 0;
    if (this.#isLent || this.#bytes === EMPTY) return;
    this.#source.give(this.#bytes);
    this.#bytes = EMPTY;
  }

  #reserve(length: number, total: number, isFinal: boolean): void {
    if (HEADROOM_BYTES + length <= this.#bytes.length) return;
    const grown = Math.max(FIRST_BUFFER_BYTES, length * (isFinal ? 4 : 2), this.#lastLength);
    const bytes = this.#source.take(HEADROOM_BYTES + Math.max(length, Math.min(grown, total)));
    if (this.#length > 0) bytes.set(this.#bytes.subarray(HEADROOM_BYTES, this.end), HEADROOM_BYTES);
    if (this.#bytes !== EMPTY) this.#source.give(this.#bytes);
    this.#bytes = bytes;
  }
}
