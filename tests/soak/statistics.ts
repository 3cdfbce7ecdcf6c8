/**
 * The arithmetic of a soak: the slope of what was measured over time, and percentiles of many durations in little room.
 *
 * @module
 */

/** One measurement. */
export interface Point {
  /** When, in any unit. */
  readonly at: number;
  readonly value: number;
}

/** A straight line through points. */
export interface Slope {
  /** Units of the values for one unit of time. */
  readonly perUnit: number;
  /** Standard error of that. */
  readonly error: number;
}

/** The line of least squares. Undefined for fewer than three points, or for points of one moment. */
export function slopeOf(points: readonly Point[]): Slope | undefined {
  const count = points.length;
  if (count < 3) return undefined;
  const mean = (numbers: readonly number[]): number => numbers.reduce((sum, one) => sum + one, 0) / count;
  const [meanAt, meanValue] = [mean(points.map(({ at }) => at)), mean(points.map(({ value }) => value))];
  let [spread, product] = [0, 0];
  for (const { at, value } of points) {
    spread += (at - meanAt) ** 2;
    product += (at - meanAt) * (value - meanValue);
  }
  if (spread === 0) return undefined;
  const perUnit = product / spread;
  const residue = points.reduce((sum, { at, value }) => sum + (value - meanValue - perUnit * (at - meanAt)) ** 2, 0);
  return { perUnit, error: Math.sqrt(residue / (count - 2) / spread) };
}

/** The points of the second half of the time that they cover. */
export function secondHalf(points: readonly Point[]): readonly Point[] {
  const [first, last] = [points[0]?.at ?? 0, points.at(-1)?.at ?? 0];
  return points.filter(({ at }) => at >= (first + last) / 2);
}

/** Durations, as they cross from one process to another. */
export interface DurationCounts {
  /** How many there are in each bucket; buckets at the end that are empty are left out. */
  readonly buckets: readonly number[];
  readonly maxMs: number;
}

/** The first bucket ends here. */
const FINEST_MS = 0.01;
/** Each bucket ends so much later than the one before it: the error of a percentile is at most that. */
const GROWTH = 1.03;

/** Durations in buckets of 3 %: as many as there may be, in the room of some hundred numbers. */
export class Durations {
  readonly #buckets: number[] = [];
  #maxMs = 0;

  /** How many there are. */
  get count(): number {
    return this.#buckets.reduce((sum, count) => sum + count, 0);
  }

  get maxMs(): number {
    return this.#maxMs;
  }

  add(durationMs: number): void {
    const bucket = Math.max(0, Math.ceil(Math.log(durationMs / FINEST_MS) / Math.log(GROWTH)));
    this.#addTo(bucket, 1);
    this.#maxMs = Math.max(this.#maxMs, durationMs);
  }

  /**
   * Adds one, and what would have been measured while it took that long: who asks every so often, and waits meanwhile,
   * would count a standstill once, however long it was.
   */
  addWithMissed(durationMs: number, periodMs: number): void {
    for (let left = durationMs; left > 0; left -= periodMs) this.add(left);
    if (durationMs <= 0) this.add(0);
  }

  /** Adds those of another. */
  merge({ buckets, maxMs }: DurationCounts): void {
    for (const [bucket, count] of buckets.entries()) this.#addTo(bucket, count);
    this.#maxMs = Math.max(this.#maxMs, maxMs);
  }

  /** The duration that so many of them took at the most, rounded up by up to 3 %; NaN when there are none. */
  percentile(share: number): number {
    let left = Math.ceil(this.count * share);
    if (left === 0) return NaN;
    for (const [bucket, count] of this.#buckets.entries()) {
      left -= count;
      if (left <= 0) return Math.min(this.#maxMs, FINEST_MS * GROWTH ** bucket);
    }
    return this.#maxMs;
  }

  toJSON(): DurationCounts {
    return { buckets: this.#buckets, maxMs: this.#maxMs };
  }

  #addTo(bucket: number, count: number): void {
    while (this.#buckets.length <= bucket) this.#buckets.push(0);
    this.#buckets[bucket]! += count;
  }
}
