/**
 * Many runs into one: medians, and what each server costs beside ours.
 *
 * @module
 */
import type { LoadResult } from "../wsload.ts";
import { type Measure, MEASURES } from "./bars.ts";

/** One server under one workload, all rounds together. */
export interface Summary {
  readonly workload: string;
  readonly server: string;
  /** Every round, in order. */
  readonly rounds: readonly LoadResult[];
  /** Of each number the median over the rounds. */
  readonly median: LoadResult;
  /** Peer ÷ ours in the same round, the median of it. Above 1: it costs more than ours. Undefined: nothing to divide. */
  readonly ratios: Readonly<Record<Measure, number | undefined>>;
  /** The same of the rate: above 1 it did more. */
  readonly rateRatio: number | undefined;
  /** Ours − peer in the same round, the median of it, in KiB for each connection. */
  readonly memoryExcessKiB: number | undefined;
}

/** The middle value; of an even number the mean of the two in the middle. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? NaN) + upper) / 2;
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
  ): number | undefined => {
    const compared = rounds.map((round, at) => compare(round[field], ours[at]?.[field] ?? NaN));
    const middle = median(compared);
    return Number.isFinite(middle) ? middle : undefined;
  };
  const ratio = (field: keyof LoadResult): number | undefined => beside(field, (peer, own) => peer / own);
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
