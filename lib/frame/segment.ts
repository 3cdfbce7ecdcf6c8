/**
 * Parts of an output, who their buffers come from, and who gets them back. Types only.
 *
 * @module
 */

/** Who gets a buffer when it is not needed any more. */
export interface SegmentOwner {
  give(buffer: Uint8Array<ArrayBuffer>): void;
}

/** Where buffers come from and go back to. */
export interface SegmentSource extends SegmentOwner {
  /** A buffer of at least this many bytes. Its content is undefined. `give` takes it back. */
  take(minBytes: number): Uint8Array<ArrayBuffer>;
}

/** A payload `bytes[start, end)` that is sent where it lies. */
export interface LentBytes {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly start: number;
  readonly end: number;
  /** Gets the bytes when they have been sent. */
  readonly owner: SegmentOwner;
}

/** A part of an output that is written in one go. */
export interface Segment {
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** Where the bytes begin in the arena; -1 when they lie elsewhere. */
  readonly place: number;
  /** Where in the bytes it begins. */
  readonly start: number;
  /** Where the first byte stands in the whole stream. */
  readonly streamStart: number;
  length: number;
  /** What it keeps from being used for something else, beyond its own bytes. */
  readonly excessBytes: number;
  /** Undefined for bytes that are shared: they are not given back. */
  readonly owner: SegmentOwner | undefined;
}
