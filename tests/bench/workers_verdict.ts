/**
 * What two workers must reach beside one.
 *
 * @module
 */

/** CPU time of a server for one message under one load, in microseconds, of each round in order. */
export interface WorkersFigure {
  readonly title: string;
  readonly one: readonly number[];
  readonly two: readonly number[];
}

/** One bar, and whether it is met. */
export interface WorkersVerdict {
  readonly title: string;
  readonly figure: string;
  readonly bar: string;
  readonly isMet: boolean;
}

/** CPU of a message with two, as a multiple of that with one; and the share of the connections that each must have. */
export const WORKERS_BARS = { timesCpu: 1.15, leastShare: 0.4 } as const;

/** Judges the CPU, by the ratios within each round, and the split of the connections. */
export function judgeWorkers(
  figures: readonly WorkersFigure[],
  split: readonly number[],
  median: (values: readonly number[]) => number,
): readonly WorkersVerdict[] {
  const { timesCpu, leastShare } = WORKERS_BARS;
  const all = split.reduce((sum, count) => sum + count, 0);
  const shares = split.map((count) => count / all);
  return [
    ...figures.map(({ title, one, two }) => {
      const times = median(two.map((cpu, round) => cpu / one[round]!));
      return {
        title: `${title}: CPU of a message, two beside one`,
        figure: times.toFixed(2),
        bar: `at most ${timesCpu}`,
        isMet: times <= timesCpu,
      };
    }),
    {
      title: `${all} connections`,
      figure: shares.map((share) => `${(share * 100).toFixed(1)} %`).join(" and "),
      bar: `each at least ${leastShare * 100} %`,
      isMet: shares.length === 2 && shares.every((share) => share >= leastShare),
    },
  ];
}
