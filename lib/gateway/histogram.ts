/**
 * How often something took how long: a count for each bound.
 *
 * @module
 */

/** Counts of one measure. */
export class Histogram {
  /** Upper bounds, inclusive, ascending; what is above the last is counted all the same. */
  readonly bounds: readonly number[];
  readonly #counts: number[];
  #sum = 0;

  /**
   * Begins with nothing.
   *
   * @example
   * ```ts
   * import { assertEquals } from "@std/assert";
   * import { Histogram } from "./histogram.ts";
   *
   * const waits = new Histogram([1, 10]);
   * for (const ms of [0.5, 3, 4, 50]) waits.add(ms);
   * assertEquals(waits.cumulative, [1, 3, 4]);
   * assertEquals(waits.sum, 57.5);
   * ```
   */
  constructor(bounds: readonly number[]) {
    this.bounds = bounds;
    this.#counts = new Array(bounds.length + 1).fill(0);
  }

  /** One more. */
  add(value: number): void {
    const at = this.bounds.findIndex((bound) => value <= bound);
    this.#counts[at === -1 ? this.bounds.length : at]!++;
    this.#sum += value;
  }

  /** How many were at most as long as each bound, and how many there were. */
  get cumulative(): readonly number[] {
    let sum = 0;
    return this.#counts.map((count) => sum += count);
  }

  /** Of all values. */
  get sum(): number {
    return this.#sum;
  }
}
