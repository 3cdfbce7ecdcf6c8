/**
 * Messages of the chunk under way that are sent on as they came: the kernel copies them into frames together, where a
 * call for each would cost as much as its work.
 *
 * @module
 */
import { PARTS_AT, placeOf, sharedArena, TABLE_LIMIT } from "./arena.ts";
import { FIN_BIT, headerBytes, writeHeader } from "./header.ts";

/** Parts of so many bytes are gathered: the longest whose length the kernel writes. */
const PART_UP_TO_BYTES = 0xffff;

/** So many bytes are gathered, headers included, before they are copied. */
const FULL_AT = 16 * 1024;

/** The second word of an entry is `length << OPCODE_BITS | opcode`; the first, where the payload begins in the arena. */
const OPCODE_BITS = 4;
const OPCODE_MASK = (1 << OPCODE_BITS) - 1;

/** The parts in the order in which they were sent. There is one table, so they are of one chunk and for one output. */
export class PartBatch {
  #output: object | undefined;
  #bytes: Uint8Array<ArrayBuffer> | undefined;
  #place = 0;
  #count = 0;
  #byteLength = 0;

  /**
   * Begins to gather what is sent of a chunk to an output; {@linkcode close} ends it, before the chunk's bytes change.
   *
   * @returns false when that cannot be: the chunk lies outside the arena, or another one is being gathered.
   */
  open(output: object, bytes: Uint8Array<ArrayBuffer>): boolean {
    if (this.#output !== undefined) return false;
    const place = placeOf(bytes);
    if (place === -1) return false;
    this.#output = output;
    this.#bytes = bytes;
    this.#place = place;
    return true;
  }

  /** True for what {@linkcode add} takes. */
  takes(output: object, bytes: Uint8Array, byteLength: number): boolean {
    return output === this.#output && bytes === this.#bytes && byteLength <= PART_UP_TO_BYTES;
  }

  /** True while parts wait for this output. */
  isFor(output: object): boolean {
    return this.#count > 0 && output === this.#output;
  }

  /** True when the parts should be copied before more are added. */
  get isFull(): boolean {
    return this.#count === TABLE_LIMIT || this.#byteLength >= FULL_AT;
  }

  /** Adds the part `[start, end)` of the chunk. Returns the length of its frame. */
  add(opcode: number, start: number, end: number): number {
    const { parts } = sharedArena()!;
    const length = end - start;
    const at = this.#count++ * 2;
    parts[at] = this.#place + start;
    parts[at + 1] = length << OPCODE_BITS | opcode;
    const byteLength = headerBytes(length) + length;
    this.#byteLength += byteLength;
    return byteLength;
  }

  /** Length of all frames, in bytes. */
  get byteLength(): number {
    return this.#byteLength;
  }

  /** Begins anew, with the same chunk. The parts can still be written until one is added. */
  take(): number {
    const count = this.#count;
    this.#count = 0;
    this.#byteLength = 0;
    return count;
  }

  /**
   * Writes a frame for each of the first `count` parts, from `at` on.
   *
   * @param place where `out` lies in the arena, or -1.
   */
  write(count: number, out: Uint8Array<ArrayBuffer>, place: number, at: number): void {
    const { kernel, parts } = sharedArena()!;
    if (place !== -1) return void kernel.frames(place + at, PARTS_AT, count);
    for (let index = 0; index < count; index++) {
      const word = parts[index * 2 + 1]!;
      const start = parts[index * 2]! - this.#place;
      const length = word >> OPCODE_BITS;
      at = writeHeader(out, at, FIN_BIT | (word & OPCODE_MASK), length);
      out.set(this.#bytes!.subarray(start, start + length), at);
      at += length;
    }
  }

  /** Ends what {@linkcode open} began. What has not been taken is forgotten. */
  close(): void {
    this.take();
    this.#output = undefined;
    this.#bytes = undefined;
  }
}

/** What is gathered in this isolate. */
export const PART_BATCH = new PartBatch();
