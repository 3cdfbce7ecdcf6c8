/**
 * The short way through a chunk in the arena: the kernel walks and unmasks all frames that are messages of their own in
 * one call, 11 ns a frame of 64 bytes, where a walk in TypeScript takes ten times as long.
 *
 * @module
 */
import { placeOf, PLAIN_FRAME_SHIFT, PLAIN_FRAME_WORDS, sharedArena, TABLE_LIMIT } from "./arena.ts";
import { applyMask, readMaskKey } from "./mask.ts";
import type { MessageForm } from "./message_form.ts";

/** What of the second word of the kernel's table is the form. */
const FORM_BITS = (1 << PLAIN_FRAME_SHIFT) - 1;

const NO_BYTES = new Uint8Array(0);

/** A walk over one chunk. There is one table, so one walk at a time. */
export class PlainFrames {
  #bytes: Uint8Array<ArrayBuffer> = NO_BYTES;
  #place = 0;
  #count = 0;
  #isOpen = false;
  #epoch = 0;

  /** Another number for each walk, for who remembers something of its bytes. */
  get epoch(): number {
    return this.#epoch;
  }

  /**
   * Begins a walk; {@linkcode close} ends it.
   *
   * @returns false when these bytes cannot be walked this way: they lie elsewhere, or a walk is under way.
   */
  open(bytes: Uint8Array<ArrayBuffer>): boolean {
    const place = placeOf(bytes);
    if (place === -1 || this.#isOpen) return false;
    this.#bytes = bytes;
    this.#place = place;
    this.#count = 0;
    this.#epoch++;
    return this.#isOpen = true;
  }

  /**
   * Unmasks the plain frames that lie whole in `bytes[at, end)`, up to the first that is anything else.
   *
   * @param rsv the RSV bits that may be set.
   * @returns how many there were, at most {@linkcode TABLE_LIMIT}.
   */
  walk(at: number, end: number, maxLength: number, rsv: number): number {
    const place = this.#place;
    const { kernel } = sharedArena()!;
    // A length of 16 bits is the longest that the kernel reads, and a greater limit might not fit into its integers.
    const limit = Math.min(maxLength, 0xffff);
    return this.#count = kernel.walk(place + at, place + end, limit, rsv, 0, TABLE_LIMIT);
  }

  /** Where the payload of a frame begins. */
  start(index: number): number {
    return sharedArena()!.table[index * PLAIN_FRAME_WORDS]! - this.#place;
  }

  /** Length of the payload. */
  length(index: number): number {
    return sharedArena()!.table[index * PLAIN_FRAME_WORDS + 1]! >> PLAIN_FRAME_SHIFT;
  }

  /** Text or binary, compressed, ASCII. */
  form(index: number): MessageForm {
    return sharedArena()!.table[index * PLAIN_FRAME_WORDS + 1]! & FORM_BITS;
  }

  /** Masks the frames from this one on once more: they are as they came, and can be walked again. */
  putBack(from: number): void {
    for (let index = from; index < this.#count; index++) {
      const start = this.start(index);
      applyMask(this.#bytes, start, start + this.length(index), readMaskKey(this.#bytes, start - 4));
    }
  }

  /** Where the last payload ends that was walked, when these are the bytes that are being walked; otherwise 0. */
  endIn(bytes: Uint8Array): number {
    if (bytes !== this.#bytes || this.#count === 0) return 0;
    return this.start(this.#count - 1) + this.length(this.#count - 1);
  }

  /** Ends the walk. */
  close(): void {
    this.#bytes = NO_BYTES;
    this.#isOpen = false;
  }
}

/** The walk of this isolate. */
export const PLAIN_FRAMES = new PlainFrames();
