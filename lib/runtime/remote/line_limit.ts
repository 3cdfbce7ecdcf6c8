/**
 * What code says to the log, so many lines a second.
 *
 * @module
 */
import type { SupervisorClock } from "./supervisor.ts";

/** So many lines a second reach the log. */
export const LINES_PER_SECOND = 100;

/** Lets lines through, and counts those that it does not. */
export class LineLimit {
  readonly #clock: Pick<SupervisorClock, "now">;
  readonly #told: (count: number) => void;
  #left = LINES_PER_SECOND;
  #since: number;
  #leftOut = 0;

  /** @param told how many lines were left out, when the next second has begun and one more comes. */
  constructor(clock: Pick<SupervisorClock, "now">, told: (count: number) => void) {
    this.#clock = clock;
    this.#told = told;
    this.#since = clock.now();
  }

  /** Whether one more line may pass. */
  passes(): boolean {
    const now = this.#clock.now();
    if (now - this.#since >= 1000) {
      this.#since = now;
      this.#left = LINES_PER_SECOND;
      if (this.#leftOut > 0) this.#told(this.#leftOut);
      this.#leftOut = 0;
    }
    if (this.#left > 0) {
      this.#left--;
      return true;
    }
    this.#leftOut++;
    return false;
  }
}
