/**
 * Buffers for reading and writing, recycled: a fresh 64 KiB buffer costs more than the message in it.
 *
 * They lie in the arena as long as it has room. A busy moment may take as many as it needs; what has not been needed for
 * a while goes back to the arena or to the system.
 *
 * @module
 */
import type { Arena, SegmentSource } from "../frame/mod.ts";

/** The size of the smallest class, in bytes: what a connection that is silent waits with. */
export const MIN_BUFFER_BYTES = 256;
/** The size of the largest class that is read into and written from, in bytes. */
export const MAX_BUFFER_BYTES = 64 * 1024;
/** The size of the largest class that is recycled, in bytes: long messages come together in such. */
const MAX_RECYCLED_BYTES = 4 * 1024 * 1024;
/** Of each class above 64 KiB so many bytes are kept at most: what is rarely needed costs too much to keep. */
const MAX_FREE_BYTES = 32 * 1024 * 1024;
/** So much longer than its class says is each buffer: a frame of a round size finds room with its header. */
const SLACK_BYTES = 64;

const MIN_BUFFER_BITS = Math.log2(MIN_BUFFER_BYTES);
const CLASSES = Math.log2(MAX_RECYCLED_BYTES / MIN_BUFFER_BYTES) + 1;
const FIRST_BOUNDED_CLASS = Math.log2(MAX_BUFFER_BYTES / MIN_BUFFER_BYTES) + 1;
const LARGEST_BYTES = MAX_RECYCLED_BYTES + SLACK_BYTES;

/** Free lists of buffers of 256 bytes, 512, 1 KiB … 4 MiB, each a little longer. */
export class BufferPool implements SegmentSource {
  readonly #free: Uint8Array<ArrayBuffer>[][] = Array.from({ length: CLASSES }, () => []);
  /** The fewest free buffers of each class since the last trim: so many were never needed. */
  readonly #idle: number[] = new Array(CLASSES).fill(0);
  readonly #arena: Arena | undefined;
  #isClosed = false;

  /** @param arena where buffers lie as long as it has room. Default: none. */
  constructor(arena?: Arena) {
    this.#arena = arena;
  }

  /** Bytes lying free. */
  get freeBytes(): number {
    return this.#free.reduce((sum, list, index) => sum + list.length * sizeOf(index), 0);
  }

  /** A buffer of at least this many bytes; one above the largest class has exactly that many and is not recycled. */
  take(minBytes: number): Uint8Array<ArrayBuffer> {
    if (minBytes > LARGEST_BYTES) return new Uint8Array(minBytes);
    const index = classOf(minBytes);
    const list = this.#free[index]!;
    const buffer = list.pop();
    if (buffer === undefined) return this.#arena?.take(sizeOf(index)) ?? new Uint8Array(sizeOf(index));
    if (list.length < this.#idle[index]!) this.#idle[index] = list.length;
    return buffer;
  }

  /** Takes a buffer back; it must not be used any more by who gave it. One of another size is left to the collector. */
  give(buffer: Uint8Array<ArrayBuffer>): void {
    if (buffer.length > LARGEST_BYTES) return;
    const index = classOf(buffer.length);
    const size = sizeOf(index);
    if (buffer.length !== size) return;
    const list = this.#free[index]!;
    const isKept = !this.#isClosed && (index < FIRST_BOUNDED_CLASS || list.length * size < MAX_FREE_BYTES);
    if (isKept) list.push(buffer);
    else this.#drop(buffer);
  }

  /** Lets half of what lay idle since the last call go. For a slow, regular beat. */
  trim(): void {
    for (const [index, list] of this.#free.entries()) {
      for (let count = Math.ceil(this.#idle[index]! / 2); count > 0; count--) this.#drop(list.pop()!);
      this.#idle[index] = list.length;
    }
  }

  /** Keeps nothing any more, of what lies free and of what is given from now on. */
  close(): void {
    this.#isClosed = true;
    for (const list of this.#free) {
      for (const buffer of list.splice(0)) this.#drop(buffer);
    }
  }

  #drop(buffer: Uint8Array<ArrayBuffer>): void {
    if (this.#arena?.holds(buffer)) this.#arena.give(buffer);
  }
}

/** The size of the buffer that {@linkcode BufferPool.take} gives for so many bytes, up to the largest class. */
export function bufferSize(minBytes: number): number {
  return sizeOf(classOf(minBytes));
}

function sizeOf(index: number): number {
  return (MIN_BUFFER_BYTES << index) + SLACK_BYTES;
}

/** The class of this many bytes: 0 for up to 256 and the slack, 1 for 512, and so on. */
function classOf(byteLength: number): number {
  const units = (byteLength - SLACK_BYTES - 1) >> MIN_BUFFER_BITS;
  return units <= 0 ? 0 : 32 - Math.clz32(units);
}
