/**
 * A source of segments that keeps its books: what was taken, what came back, and that nothing comes back twice.
 *
 * @module
 */
import { assert } from "@std/assert";
import type { SegmentSource } from "../../lib/frame/mod.ts";

/** Gives buffers of the next power of two, from 1 KiB on, filled with what nobody may rely on. */
export class CountingSource implements SegmentSource {
  readonly #out = new Set<Uint8Array>();
  /** Sizes asked for, in order. */
  readonly taken: number[] = [];

  /** Number of buffers that have not come back. */
  get outstanding(): number {
    return this.#out.size;
  }

  take(minBytes: number): Uint8Array<ArrayBuffer> {
    this.taken.push(minBytes);
    const size = Math.max(1024, 2 ** Math.ceil(Math.log2(Math.max(1, minBytes))));
    const buffer = new Uint8Array(size).fill(0xee);
    this.#out.add(buffer);
    return buffer;
  }

  give(buffer: Uint8Array<ArrayBuffer>): void {
    assert(this.#out.delete(buffer), "a buffer came back twice, or was never taken");
    // Whoever still reads it will notice.
    buffer.fill(0xdd);
  }
}
