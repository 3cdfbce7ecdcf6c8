/**
 * The spans that were measured, and how they are spread.
 *
 * @module
 */

/** Median, 95th percentile and largest, in milliseconds. */
export interface Spread {
  readonly p50: number;
  readonly p95: number;
  readonly max: number;
}

/** Most spans that are kept: of the newest, four a second for ten minutes. */
const MAX_KEPT = 2_400;

/** Spans in milliseconds, the newest {@linkcode MAX_KEPT} of them. */
export class Spans {
  #spans: number[] = [];
  #next = 0;

  add(spanMs: number): void {
    if (this.#spans.length < MAX_KEPT) this.#spans.push(spanMs);
    else this.#spans[this.#next++ % MAX_KEPT] = spanMs;
  }

  get size(): number {
    return this.#spans.length;
  }

  /**
   * Quantiles by nearest rank: each is a span that was measured.
   *
   * @param shiftMs is added to each: the difference between two clocks.
   */
  spread(shiftMs = 0): Spread | undefined {
    if (this.#spans.length === 0) return undefined;
    const sorted = this.#spans.toSorted((a, b) => a - b);
    const at = (share: number) => sorted[Math.ceil(share * sorted.length) - 1]! + shiftMs;
    return { p50: at(0.5), p95: at(0.95), max: at(1) };
  }

  /** How many of the spans fall into each bin of {@linkcode BIN_STARTS_MS}, as shares of all. */
  shares(shiftMs = 0): readonly number[] {
    const counts = BIN_STARTS_MS.map(() => 0);
    for (const span of this.#spans) counts[binOf(span + shiftMs)]!++;
    return counts.map((count) => count / Math.max(1, this.#spans.length));
  }
}

/** Bins of a power of ten. */
const BINS_PER_DECADE = 8;

const DECADES = 4;

/** Where bins begin: from 1 ms to 10 s, evenly on a logarithmic scale. What is outside belongs to the first or last. */
export const BIN_STARTS_MS: readonly number[] = Array.from(
  { length: DECADES * BINS_PER_DECADE },
  (_, index) => 10 ** (index / BINS_PER_DECADE),
);

/** The bin that a span falls into. */
export function binOf(spanMs: number): number {
  if (!(spanMs > 1)) return 0;
  return Math.min(BIN_STARTS_MS.length - 1, Math.floor(Math.log10(spanMs) * BINS_PER_DECADE));
}

/** How many events there were in each of the last seconds. */
export class RateMeter {
  readonly #windowMs: number;
  #at: number[] = [];

  constructor(windowMs = 5_000) {
    this.#windowMs = windowMs;
  }

  count(nowMs: number): void {
    this.#at.push(nowMs);
    this.#forget(nowMs);
  }

  /** Events a second over the window, or over the time since `startMs` while that is shorter. */
  perSecond(nowMs: number, startMs: number): number {
    this.#forget(nowMs);
    const spanMs = Math.min(this.#windowMs, nowMs - startMs);
    return spanMs <= 0 ? 0 : this.#at.length / (spanMs / 1_000);
  }

  #forget(nowMs: number): void {
    const first = this.#at.findIndex((at) => at > nowMs - this.#windowMs);
    if (first > 0) this.#at.splice(0, first);
    else if (first < 0) this.#at.length = 0;
  }
}
