/**
 * What a person reads: the tables of a run, in Markdown that is aligned for a terminal too.
 *
 * @module
 */
import { BARS, type Measure, MEASURES } from "./bars.ts";
import { OURS } from "./servers.ts";
import type { Middle, Summary } from "./summary.ts";
import { quartilesText, starved, type Verdict } from "./verdict.ts";
import type { Workload } from "./workloads.ts";

type Column = readonly [title: string, cell: (summary: Summary) => string];

const TRAFFIC_COLUMNS: readonly Column[] = [
  ["server", ({ server }) => server],
  ["messages/s", ({ median }) => Math.round(median.rate).toLocaleString("en")],
  ["÷ ours", ({ rateRatio }) => ratioText(rateRatio)],
  ["server CPU/message", ({ median }) => MEASURES.cpu.show(median.serverUs)],
  ["÷ ours", ({ ratios }) => ratioText(ratios.cpu)],
  ["quartiles", ({ ratios }) => spreadText(ratios.cpu)],
  ["p50 ms", ({ median }) => (median.p50Us / 1e3).toFixed(2)],
  ["p99 ms", ({ median }) => (median.p99Us / 1e3).toFixed(2)],
  ["conn_min", ({ median }) => String(Math.round(median.connMin))],
  ["conn_max", ({ median }) => String(Math.round(median.connMax))],
];

const MEMORY_COLUMNS: readonly Column[] = [
  ["server", ({ server }) => server],
  ["KiB/connection", ({ median }) => median.connectionKiB.toFixed(1)],
  ["÷ ours", ({ ratios }) => ratioText(ratios.memory)],
  ["quartiles", ({ ratios }) => spreadText(ratios.memory)],
  ["server MiB", ({ median }) => median.serverMiB.toFixed(0)],
];

/** All servers under one workload, in all their numbers. */
export function detailTable({ load }: Pick<Workload, "load">, summaries: readonly Summary[]): string {
  const columns = load.mode === "idle" ? MEMORY_COLUMNS : TRAFFIC_COLUMNS;
  return markdown([
    columns.map(([title]) => title),
    ...summaries.map((summary) => columns.map(([, cell]) => cell(summary))),
  ]);
}

/** What stands in the table of ratios. */
export interface RatioTable {
  readonly workloads: readonly Pick<Workload, "name" | "load">[];
  /** Names of all that were chosen, in order, those that are missing included. */
  readonly servers: readonly string[];
  /** Why a server is not there, by its name. */
  readonly missing: ReadonlyMap<string, string>;
  readonly summaries: readonly Summary[];
  readonly verdicts: readonly Verdict[];
}

/** What follows a number that is below its bar. */
export const BELOW = "✗";

/**
 * Workloads by servers: ours in its unit, the others as multiples of it; where there is a bar, the quartiles of what is
 * judged, and the bar in brackets. A row for every measure that a bar speaks of.
 */
export function ratioTable({ workloads, servers, missing, summaries, verdicts }: RatioTable): string {
  const peers = servers.filter((name) => name !== OURS);
  const of = (workload: string, server: string) =>
    summaries.find((one) => one.workload === workload && one.server === server);
  const rows = workloads.flatMap(({ name, load }) =>
    measuresOf(name, load.mode === "idle").map((measure) => {
      const own = of(name, OURS);
      return [
        `${name}, ${MEASURES[measure].title}`,
        own === undefined ? "–" : MEASURES[measure].show(own.median[MEASURES[measure].field]),
        ...peers.map((server) => {
          if (missing.has(server)) return "missing";
          const verdict = verdicts.find((one) =>
            one.workload === name && one.server === server && one.measure === measure
          );
          return cell(of(name, server), measure, verdict);
        }),
      ];
    })
  );
  return markdown([["workload", OURS, ...peers], ...rows]);
}

/** What is compared under a workload: CPU or memory, and whatever else has a bar. */
function measuresOf(workload: string, isIdle: boolean): readonly Measure[] {
  const judged = BARS.filter(({ workloads }) => workloads.includes(workload)).map(({ measure }) => measure);
  return [...new Set<Measure>([isIdle ? "memory" : "cpu", ...judged])];
}

function cell(summary: Summary | undefined, measure: Measure, verdict: Verdict | undefined): string {
  const ratio = ratioText(summary?.ratios[measure]);
  if (verdict === undefined) return ratio;
  const { value, quartiles, bar, isMet } = verdict;
  const isRatio = MEASURES[measure].rule === "ratio";
  const spread = quartiles === undefined ? "" : `, ${quartilesText(quartiles, isRatio ? digitsOf(value) : 1)}`;
  const mark = isMet ? "" : ` ${BELOW}`;
  if (isRatio) return `${ratio}${spread} (${bar})${mark}`;
  return `${ratio}, ours ${value < 0 ? "−" : "+"}${Math.abs(value).toFixed(1)}${spread} (+${bar})${mark}`;
}

/** What makes the numbers of one workload less trustworthy, in sentences; none when nothing does. */
export function doubts({ load }: Pick<Workload, "load">, summaries: readonly Summary[]): readonly string[] {
  const steals = summaries.flatMap(({ rounds }) => rounds.map(({ steal }) => steal));
  const [least = 0, most = 0] = [Math.min(...steals), Math.max(...steals)].map((share) => Math.round(share * 100));
  const named = (where: (summary: Summary) => boolean): string =>
    summaries.filter(where).map(({ server }) => server).join(", ");
  const isTraffic = load.mode !== "idle";
  const sated = named(({ median }) => isTraffic && median.loadCores > 0.9);
  // One connection never fills a core: it waits for its own round trip.
  const idle = named(({ median }) =>
    isTraffic && load.connections > 1 && median.serverCores < 0.9 && median.loadCores <= 0.9
  );
  const replies = summaries.map(({ server, median }) => `${server} ${Math.round(median.replyBytes)}`).join(", ");
  return [
    ...(most >= 2 ? [`other machines took ${least}–${most} % of this one: trust the ratios only`] : []),
    ...(sated !== "" ? [`the load generator was at its own limit with ${sated}`] : []),
    ...(idle !== "" ? [`not at its limit, or short of its core: ${idle}`] : []),
    ...(load.isDeflated && replies !== "" ? [`bytes of a reply: ${replies}`] : []),
    ...starved(summaries).map(({ server, least, most }) =>
      `${server} starved a connection: it got ${least} messages, another ${most}`
    ),
  ];
}

/** Rows of cells as a table; the first row is its head. */
function markdown(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, at) => Math.max(3, ...rows.map((row) => row[at]?.length ?? 0)));
  const lines = rows.map((row) =>
    `| ${row.map((text, at) => at === 0 ? text.padEnd(widths[at]!) : text.padStart(widths[at]!)).join(" | ")} |`
  );
  const rule = `|${
    widths.map((width, at) => at === 0 ? "-".repeat(width + 2) : "-".repeat(width + 1) + ":").join("|")
  }|`;
  return lines.toSpliced(1, 0, rule).join("\n");
}

function ratioText(middle: Middle | undefined): string {
  return middle?.median.toFixed(digitsOf(middle.median)) ?? "–";
}

function spreadText(middle: Middle | undefined): string {
  return middle?.quartiles === undefined ? "–" : quartilesText(middle.quartiles, digitsOf(middle.median));
}

function digitsOf(ratio: number): number {
  return ratio >= 100 ? 0 : ratio >= 10 ? 1 : 2;
}
