/**
 * Many runs into one: medians, what each server costs beside ours, and how far the rounds agree on that.
 *
 * @module
 */
import type { LoadResult } from "../wsload.ts";
import { type Measure, MEASURES } from "./bars.ts";

/** Between these two values lies the middle half of the rounds. */
export type Quartiles = readonly [lower: number, upper: number];

/** What each round says, in one number, and how sure that is. */
export interface Middle {
  readonly median: number;
  /** Undefined: one round, which says nothing of others. */
  readonly quartiles: Quartiles | undefined;
}

/** One server under one workload, all rounds together. */
export interface Summary {
  readonly workload: string;
  readonly server: string;
  /** Every round, in order. */
  readonly rounds: readonly LoadResult[];
  /** Of each number the median over the rounds. */
  readonly median: LoadResult;
  /** Peer ÷ ours in the same round. Above 1: it costs more than ours. Undefined: nothing to divide. */
  readonly ratios: Readonly<Record<Measure, Middle | undefined>>;
  /** The same of the rate: above 1 it did more. */
  readonly rateRatio: Middle | undefined;
  /** Ours − peer in the same round, in KiB for each connection. */
  readonly memoryExcessKiB: Middle | undefined;
}

/** The middle value; of an even number the mean of the two in the middle. */
export function median(values: readonly number[]): number {
  return quantile(values.toSorted((a, b) => a - b), 0.5);
}

/** The values a quarter and three quarters of the way from the least to the greatest. */
export function quartiles(values: readonly number[]): Quartiles {
  const sorted = values.toSorted((a, b) => a - b);
  return [quantile(sorted, 0.25), quantile(sorted, 0.75)];
}

/** What stands at this share of the way through sorted values; between two of them in proportion. */
function quantile(sorted: readonly number[], share: number): number {
  const at = (sorted.length - 1) * share;
  const [lower = NaN, upper = lower] = [sorted[Math.floor(at)], sorted[Math.ceil(at)]];
  return lower + (upper - lower) * (at - Math.floor(at));
}

/**
 * Sums up the rounds of one server under one workload.
 *
 * @param ours the same rounds of our server; none when it was not measured.
 */
export function summarize(
  workload: string,
  server: string,
  rounds: readonly LoadResult[],
  ours: readonly LoadResult[],
): Summary {
  const names = Object.keys(rounds[0] ?? {}) as (keyof LoadResult)[];
  const medians = names.map((name) => [name, median(rounds.map((round) => round[name]))]);
  const beside = (
    field: keyof LoadResult,
    compare: (peer: number, own: number) => number,
  ): Middle | undefined => {
    const compared = rounds.map((round, at) => compare(round[field], ours[at]?.[field] ?? NaN));
    if (!compared.every(Number.isFinite)) return undefined;
    return { median: median(compared), quartiles: compared.length > 1 ? quartiles(compared) : undefined };
  };
  const ratio = (field: keyof LoadResult): Middle | undefined => beside(field, (peer, own) => peer / own);
  return {
    workload,
    server,
    rounds,
    median: Object.fromEntries(medians),
    ratios: {
      cpu: ratio(MEASURES.cpu.field),
      memory: ratio(MEASURES.memory.field),
      p99: ratio(MEASURES.p99.field),
    },
    rateRatio: ratio("rate"),
    memoryExcessKiB: beside(MEASURES.memory.field, (peer, own) => own - peer),
  };
}
