/**
 * How long to wait before a worker that ended is started again.
 *
 * @module
 */

/** A worker that has lived for so long is started again at once. */
export const STEADY_MS = 10_000;
/** The first pause of one that has not; each one after is twice as long ... */
export const FIRST_PAUSE_MS = 100;
/** ... and none is longer. */
export const MAX_PAUSE_MS = 10_000;

/** The pauses of one worker. It is never given up: it is one of the cores. */
export class RestartPause {
  #endsInARow = 0;

  /** Times that it has ended without having been steady in between. */
  get endsInARow(): number {
    return this.#endsInARow;
  }

  /** The worker has ended. @returns milliseconds to wait. */
  next(livedMs: number): number {
    this.#endsInARow = livedMs >= STEADY_MS ? 1 : this.#endsInARow + 1;
    if (livedMs >= STEADY_MS) return 0;
    return Math.min(MAX_PAUSE_MS, FIRST_PAUSE_MS * 2 ** (this.#endsInARow - 1));
  }
}
