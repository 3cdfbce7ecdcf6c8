/**
 * Frames that wait to be sent to one viewer: so many and no more. What does not fit is counted, and nobody waits for it.
 *
 * @module
 */
import type { WireBatch, WireFrame } from "./wire.ts";

/** Most that waits. */
export const QUEUE_LIMITS = {
  /** At 20 batches a second, room for 40 000 frames a second. */
  frames: 2000,
  /** Of payloads and contents, as they are sent. */
  bytes: 4 * 1024 * 1024,
} as const;

/** What a frame takes beside its payload. */
const FRAME_BYTES = 100;

/** The frames of one viewer. */
export class FrameQueue {
  readonly #limits: { readonly frames: number; readonly bytes: number };
  #frames: WireFrame[] = [];
  #byteLength = 0;
  #notShown = 0;

  constructor(limits: { readonly frames: number; readonly bytes: number } = QUEUE_LIMITS) {
    this.#limits = limits;
  }

  /** True when there is nothing to tell. */
  get isEmpty(): boolean {
    return this.#frames.length === 0 && this.#notShown === 0;
  }

  /** True when another frame would only be counted: it need not be made. */
  get isFull(): boolean {
    return this.#frames.length >= this.#limits.frames || this.#byteLength >= this.#limits.bytes;
  }

  /** Adds a frame, or counts it. */
  add(frame: WireFrame): void {
    if (this.isFull) return this.skip();
    this.#frames.push(frame);
    this.#byteLength += FRAME_BYTES + frame.p.length + (frame.c?.b.length ?? 0);
  }

  /** Counts a frame that is not shown. */
  skip(): void {
    this.#notShown++;
  }

  /** All that waits. */
  take(): WireBatch {
    const batch = { frames: this.#frames, notShown: this.#notShown };
    this.#frames = [];
    this.#byteLength = this.#notShown = 0;
    return batch;
  }
}
