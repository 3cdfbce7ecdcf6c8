/**
 * What a soak has found, for people and for programs.
 *
 * @module
 */
import type { Sample } from "./sampling.ts";
import type { ProbedSecond, SoakResult } from "./soak.ts";
import type { Durations, Slope } from "./statistics.ts";

/** Where and when it was. */
export interface SoakPlace {
  readonly date: string;
  readonly deno: string;
  readonly system: string;
  readonly processor: string;
  readonly cores: number;
  readonly memoryGib: number;
  /** Of the last minute, before it began. */
  readonly load: number;
}

/** So many rows has the table of memory over time. */
const ROWS = 12;
/** So many slow seconds are told. */
const SLOW_ROWS = 5;

/** Whether everything was as it must be. */
export function isGood({ judgements }: Pick<SoakResult, "judgements">): boolean {
  return judgements.every(({ isSo }) => isSo);
}

/** For programs: all of it, durations as buckets. */
export function soakJson(place: SoakPlace, result: SoakResult): string {
  return `${JSON.stringify({ isGood: isGood(result), place, ...result }, null, 1)}\n`;
}

/** For people, in Markdown. */
export function soakMarkdown(place: SoakPlace, result: SoakResult): string {
  const { settings, sizes, samples, slopes } = result;
  const clients = `${sizes.idle} idle connections, and ${sizes.echoes + sizes.rooms + sizes.polls} busy clients: ` +
    `${sizes.echoes} that have a message echoed each second, ${sizes.rooms} in rooms with history, ${sizes.polls} that poll`;
  return [
    `# Soak of ${place.date}: ${isGood(result) ? "passed" : "FAILED"}`,
    "",
    `${place.system}, ${place.processor}, ${place.cores} cores, ${place.memoryGib.toFixed(0)} GiB, a load of ` +
    `${place.load.toFixed(1)} before; Deno ${place.deno}; ${result.maxFiles} files for each process.`,
    "",
    `${clients}; ${settings.churn} a second that come and go. ${settings.seconds} s, after ` +
    `${result.connectSeconds.toFixed(0)} s of connecting. Broker: ${settings.broker}.`,
    "",
    ...section(
      "Verdict",
      table(
        ["it must be so that", "", "found"],
        result.judgements.map(({ what, isSo, found }) => [what, isSo ? "yes" : "NO", found]),
      ),
    ),
    ...section(
      "Round trips and delays, in milliseconds",
      table(
        ["", "count", "p50", "p99", "p99.9", "longest"],
        Object.entries(result.durations).map(([name, durations]) => [name, ...durationCells(durations)]),
      ),
    ),
    ...section(
      "The slowest seconds of the prober",
      table(["at second", "slowest echo, in milliseconds", "meanwhile"], slowest(result.probed).map(probedCells)),
    ),
    ...section("Memory of the server, in MiB", [
      ...table(["seconds", "resident", "heap", "live heap", "buffers", "cores"], spread(samples).map(sampleCells)),
      "",
      `Slope over the second half, with twice its error: resident ${slopeText(slopes.rss)}, live heap ` +
      `${slopeText(slopes.live)}, buffers ${slopeText(slopes.external)} KiB a minute.`,
    ]),
    ...section(
      "Counts",
      table(["what", "how many"], Object.entries(result.counts).map(([what, count]) => [what, String(count)])),
    ),
    ...section(
      "What the server counted",
      table(["what", "by"], [
        ["close codes", recordText(result.closeCodes)],
        ["refusals", recordText(result.refusals)],
        ["rules broken", recordText(result.violations)],
      ]),
    ),
    ...(result.problems.length === 0 ? [] : section("Problems", result.problems.map((problem) => `- ${problem}`))),
  ].join("\n").trimEnd() + "\n";
}

function section(title: string, lines: readonly string[]): readonly string[] {
  return [`## ${title}`, "", ...lines, ""];
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): readonly string[] {
  const cells = [head, ...rows].map((row) => row.map((cell) => cell.replaceAll("|", "\\|").replaceAll("\n", " ")));
  const widths = head.map((_, column) => Math.max(3, ...cells.map((row) => row[column]!.length)));
  const lineOf = (row: readonly string[]): string =>
    `| ${row.map((cell, at) => cell.padEnd(widths[at]!)).join(" | ")} |`;
  const [first, ...others] = cells.map(lineOf);
  return [first!, lineOf(widths.map((width) => "-".repeat(width))), ...others];
}

function slowest(probed: readonly ProbedSecond[]): readonly ProbedSecond[] {
  return probed.toSorted((a, b) => b.slowestMs - a.slowestMs).slice(0, SLOW_ROWS);
}

function probedCells({ seconds, slowestMs, hasDeployed, wasBrokerAway }: ProbedSecond): readonly string[] {
  const meanwhile = [...(hasDeployed ? ["a deployment"] : []), ...(wasBrokerAway ? ["no broker"] : [])];
  return [seconds.toFixed(0), slowestMs.toFixed(1), meanwhile.join(", ") || "nothing of the soak's"];
}

function durationCells(durations: Durations): readonly string[] {
  const shares = [0.5, 0.99, 0.999].map((share) => durations.percentile(share));
  return [String(durations.count), ...[...shares, durations.maxMs].map((ms) => Number.isNaN(ms) ? "–" : ms.toFixed(1))];
}

/** As many as there are rows, of those after a collection where there are enough. */
function spread(all: readonly Sample[]): readonly Sample[] {
  const collected = all.filter(({ liveKib }) => liveKib !== undefined);
  const samples = collected.length >= ROWS / 2 ? collected : all;
  if (samples.length <= ROWS) return samples;
  return Array.from({ length: ROWS }, (_, at) => samples[Math.round(at * (samples.length - 1) / (ROWS - 1))]!);
}

function sampleCells({ seconds, rssKib, heapKib, liveKib, externalKib, cores }: Sample): readonly string[] {
  const sizes = [rssKib, heapKib, liveKib, externalKib];
  const cells = sizes.map((kib) => kib === undefined ? "" : (kib / 1024).toFixed(1));
  return [seconds.toFixed(0), ...cells, cores.toFixed(2)];
}

function slopeText(slope: Slope | undefined): string {
  return slope === undefined ? "unknown" : `${slope.perUnit.toFixed(0)} ± ${(2 * slope.error).toFixed(0)}`;
}

function recordText(counts: Readonly<Record<string, number>>): string {
  return Object.entries(counts).map(([name, count]) => `${name}: ${count}`).join(", ") || "none";
}
