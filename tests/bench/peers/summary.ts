/**
 * Many runs into one table: medians, and what each server costs beside ours.
 *
 * @module
 */
import type { LoadResult } from "../wsload.ts";

/** One server under one workload, all rounds together. */
export interface Summary {
  readonly workload: string;
  readonly server: string;
  /** Every round, in order. */
  readonly rounds: readonly LoadResult[];
  /** Of each number the median over the rounds. */
  readonly median: LoadResult;
  /** Server CPU for a message ÷ ours in the same round, the median of it. Above 1: it costs more than ours. */
  readonly cpuRatio: number | undefined;
  /** Rate ÷ ours in the same round, the median of it. */
  readonly rateRatio: number | undefined;
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
  const ratioOf = (name: "serverUs" | "rate"): number | undefined =>
    ours.length === 0 ? undefined : median(rounds.map((round, at) => round[name] / (ours[at]?.[name] ?? NaN)));
  return {
    workload,
    server,
    rounds,
    median: Object.fromEntries(medians),
    cpuRatio: ratioOf("serverUs"),
    rateRatio: ratioOf("rate"),
  };
}

const COLUMNS: ReadonlyArray<readonly [title: string, cell: (summary: Summary) => string]> = [
  ["server", ({ server }) => server],
  ["messages/s", ({ median }) => Math.round(median.rate).toLocaleString("en")],
  ["÷ ours", ({ rateRatio }) => ratio(rateRatio)],
  ["server CPU µs/message", ({ median }) => median.serverUs.toPrecision(3)],
  ["÷ ours", ({ cpuRatio }) => ratio(cpuRatio)],
  ["p50 ms", ({ median }) => (median.p50Us / 1e3).toFixed(2)],
  ["p99 ms", ({ median }) => (median.p99Us / 1e3).toFixed(2)],
  ["conn_min", ({ median }) => String(Math.round(median.connMin))],
  ["conn_max", ({ median }) => String(Math.round(median.connMax))],
];

/** The summaries as a Markdown table that is aligned for a terminal too. */
export function table(summaries: readonly Summary[]): string {
  const rows = [COLUMNS.map(([title]) => title), ...summaries.map((row) => COLUMNS.map(([, cell]) => cell(row)))];
  const widths = COLUMNS.map((_, at) => Math.max(...rows.map((row) => row[at]?.length ?? 0)));
  const lines = rows.map((row) =>
    `| ${row.map((cell, at) => at === 0 ? cell.padEnd(widths[at]!) : cell.padStart(widths[at]!)).join(" | ")} |`
  );
  const rule = `|${
    widths.map((width, at) => at === 0 ? "-".repeat(width + 2) : "-".repeat(width + 1) + ":").join("|")
  }|`;
  return lines.toSpliced(1, 0, rule).join("\n");
}

/** What makes these numbers less trustworthy, in sentences; none when nothing does. */
export function doubts(summaries: readonly Summary[]): readonly string[] {
  const steals = summaries.flatMap(({ rounds }) => rounds.map(({ steal }) => steal));
  const [least, most] = [Math.min(...steals), Math.max(...steals)].map((share) => Math.round(share * 100));
  const sated = summaries.filter(({ median }) => median.loadCores > 0.9).map(({ server }) => server);
  const idle = summaries.filter(({ median }) => median.serverCores < 0.9 && median.loadCores <= 0.9)
    .map(({ server }) => server);
  return [
    ...(most! >= 2 ? [`other machines took ${least}–${most} % of this one: trust the ratios only`] : []),
    ...(sated.length > 0 ? [`the load generator was at its own limit with ${sated.join(", ")}`] : []),
    ...(idle.length > 0 ? [`not at its limit, or short of its core: ${idle.join(", ")}`] : []),
  ];
}

function ratio(value: number | undefined): string {
  return value === undefined ? "–" : value.toFixed(2);
}
