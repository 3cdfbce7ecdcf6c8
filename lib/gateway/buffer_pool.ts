/**
 * Buffers for reading and writing, recycled: a fresh 64 KiB buffer costs more than the message in it.
 *
 * A busy moment may take as many as it needs; what has not been needed for a while goes back to the system.
 *
 * @module
 */
import type { SegmentSource } from "../frame/mod.ts";

/** The smallest buffer, in bytes. */
export const MIN_BUFFER_BYTES = 1024;
/** The largest buffer that is recycled, in bytes. */
export const MAX_BUFFER_BYTES = 64 * 1024;

const CLASSES = Math.log2(MAX_BUFFER_BYTES / MIN_BUFFER_BYTES) + 1;

/** Free lists of buffers of 1, 2, 4 … 64 KiB. */
export class BufferPool implements SegmentSource {
  readonly #free: Uint8Array<ArrayBuffer>[][] = Array.from({ length: CLASSES }, () => []);
  /** The fewest free buffers of each class since the last trim: so many were never needed. */
  readonly #idle: number[] = new Array(CLASSES).fill(0);

  /** Bytes lying free. */
  get freeBytes(): number {
    return this.#free.reduce((sum, list, index) => sum + list.length * (MIN_BUFFER_BYTES << index), 0);
  }

  /** A buffer of at least this many bytes; above 64 KiB it has exactly that many and is not recycled. */
  take(minBytes: number): Uint8Array<ArrayBuffer> {
    if (minBytes > MAX_BUFFER_BYTES) return new Uint8Array(minBytes);
    const index = classOf(minBytes);
    const list = this.#free[index]!;
    const buffer = list.pop();
    if (buffer === undefined) return new Uint8Array(MIN_BUFFER_BYTES << index);
    if (list.length < this.#idle[index]!) this.#idle[index] = list.length;
    return buffer;
  }

  /** Takes a buffer back. It must not be used any more by who gave it. */
  give(buffer: Uint8Array<ArrayBuffer>): void {
    if (buffer.length > MAX_BUFFER_BYTES) return;
    this.#free[classOf(buffer.length)]!.push(buffer);
  }

  /** Lets half of what lay idle since the last call go. For a slow, regular beat. */
  trim(): void {
    for (const [index, list] of this.#free.entries()) {
      list.length -= Math.ceil(this.#idle[index]! / 2);
      this.#idle[index] = list.length;
    }
  }
}

/** The free list for this size: 0 for up to 1 KiB, 1 for 2 KiB, and so on. */
function classOf(byteLength: number): number {
  return byteLength <= MIN_BUFFER_BYTES ? 0 : 32 - Math.clz32((byteLength - 1) >> 10);
}
