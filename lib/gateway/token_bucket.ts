/**
 * A rate, and how much of it may come at once.
 *
 * @module
 */

/** A token bucket: so many a second in the long run, and a burst at once. */
export class TokenBucket {
  readonly #perSecond: number;
  readonly #burst: number;
  #tokens: number;
  #filledAt: number;

  /**
   * @param perSecond above 0.
   * @param burst the most at once. Default: what comes in a second.
   */
  constructor(perSecond: number, now: number, burst: number = perSecond) {
    this.#perSecond = perSecond;
    this.#burst = this.#tokens = burst;
    this.#filledAt = now;
  }

  /** Takes a token; false when there is none. */
  take(now: number): boolean {
    const filled = this.#tokens + ((now - this.#filledAt) / 1000) * this.#perSecond;
    this.#tokens = Math.min(this.#burst, filled);
    this.#filledAt = now;
    if (this.#tokens < 1) return false;
    this.#tokens--;
    return true;
  }
}
