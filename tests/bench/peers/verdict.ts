/**
 * Who is below the bar, and who starves connections.
 *
 * @module
 */
import { type Bar, LEAST_SHARE, type Measure, MEASURES } from "./bars.ts";
import { OURS } from "./servers.ts";
import type { Quartiles, Summary } from "./summary.ts";

/** Ours beside one server under one workload, against the bar. */
export interface Verdict {
  readonly workload: string;
  readonly server: string;
  readonly measure: Measure;
  /** The ratio, or for memory what ours is above the peer, in KiB. */
  readonly value: number;
  /** Between these is the value of the middle half of the rounds; undefined with one round. */
  readonly quartiles: Quartiles | undefined;
  readonly bar: number;
  readonly isMet: boolean;
}

/** A server that gave one connection less than a tenth of what another got. */
export interface Starvation {
  readonly workload: string;
  readonly server: string;
  /** Messages of the connection that got the fewest, in the worst round. */
  readonly least: number;
  /** And of the one that got the most. */
  readonly most: number;
}

/** Holds every summary against the bar. What has no summary, or no bar, gets no verdict. */
export function judge(summaries: readonly Summary[], bars: readonly Bar[]): readonly Verdict[] {
  return bars.flatMap(({ workloads, measure, peers }) =>
    workloads.flatMap((workload) =>
      Object.entries(peers).flatMap(([server, bar]): readonly Verdict[] => {
        const summary = summaries.find((one) => one.workload === workload && one.server === server);
        const isExcess = MEASURES[measure].rule === "excess";
        const middle = isExcess ? summary?.memoryExcessKiB : summary?.ratios[measure];
        if (middle === undefined) return [];
        const { median: value, quartiles } = middle;
        return [{ workload, server, measure, value, quartiles, bar, isMet: isExcess ? value <= bar : value >= bar }];
      })
    )
  );
}

/**
 * Below so many messages of the busiest connection in a round, shares say nothing: a tenth of fewer is one message, more
 * or less. A server that starves some feeds the others the more, so that its busiest connection is above this even in a
 * round of half a second on 2,000 connections, in which a fair one gives each a dozen. Rounds are not added up:
 * connections are new in each, and one starved round would go down in the sum.
 */
const FEWEST_TO_COUNT = 20;

/** Every server that starved a connection, in any round. */
export function starved(summaries: readonly Summary[]): readonly Starvation[] {
  return summaries.flatMap(({ workload, server, rounds }): readonly Starvation[] => {
    const shares = rounds.filter(({ connMax }) => connMax >= FEWEST_TO_COUNT);
    const worst = shares.toSorted((a, b) => a.connMin / a.connMax - b.connMin / b.connMax)[0];
    if (worst === undefined || worst.connMin >= worst.connMax * LEAST_SHARE) return [];
    return [{ workload, server, least: worst.connMin, most: worst.connMax }];
  });
}

/** Both, for a person. */
export function quartilesText(quartiles: Quartiles, digits: number): string {
  return quartiles.map((value) => value.toFixed(digits).replace("-", "−")).join("–");
}

/** What of ours is below the bar, in sentences; none when nothing is. */
export function shortfalls(verdicts: readonly Verdict[], starvations: readonly Starvation[]): readonly string[] {
  return [
    ...verdicts.filter(({ isMet }) => !isMet).map(({ workload, server, measure, value, quartiles, bar }) => {
      const isExcess = MEASURES[measure].rule === "excess";
      const spread = quartiles === undefined ? "" : `, quartiles ${quartilesText(quartiles, isExcess ? 1 : 2)}`;
      return isExcess
        ? `${workload}: ${value.toFixed(1)} KiB a connection above ${server} (at most ${bar}${spread})`
        : `${workload} beside ${server}: ${measure === "cpu" ? "" : `${measure} `}${value.toFixed(2)} ` +
          `(at least ${bar}${spread})`;
    }),
    ...starvations.filter(({ server }) => server === OURS).map(({ workload, least, most }) =>
      `${workload}: one connection got ${least} messages, another ${most}`
    ),
  ];
}
