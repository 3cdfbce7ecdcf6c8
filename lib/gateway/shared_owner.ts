/**
 * Several who use one buffer.
 *
 * @module
 */
import type { SegmentOwner } from "../frame/mod.ts";

/** An owner that gets its buffer when all who share it have given it back. */
export class SharedOwner implements SegmentOwner {
  readonly #owner: SegmentOwner;
  #sharers: number;

  constructor(owner: SegmentOwner, sharers: number) {
    this.#owner = owner;
    this.#sharers = sharers;
  }

  give(buffer: Uint8Array<ArrayBuffer>): void {
    if (--this.#sharers === 0) this.#owner.give(buffer);
  }
}
