/**
 * Metrics as text: the exposition format of Prometheus, version 0.0.4, which OpenMetrics collectors read as well.
 *
 * @module
 */

/** What is measured under one name. */
export interface MetricFamily {
  /** ASCII letters, digits, `_` and `:`; of a counter it ends in `_total`. */
  readonly name: string;
  readonly help: string;
  readonly type: "counter" | "gauge" | "histogram";
  readonly samples: readonly MetricSample[];
}

/** One value, and what tells it from the others of its family. */
export interface MetricSample {
  /** Of a histogram: which of its rows it is. */
  readonly part?: "bucket" | "sum" | "count";
  readonly labels?: Readonly<Record<string, string>>;
  readonly value: number;
}

/** The media type of {@linkcode exposition}. */
export const EXPOSITION_TYPE = "text/plain; version=0.0.4; charset=utf-8";

/**
 * The text of these families, in their order. One without samples is left out.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { exposition } from "./exposition.ts";
 *
 * const samples = [{ labels: { route: "/chat" }, value: 3 }];
 * assertEquals(
 *   exposition([{ name: "sockeye_peers", help: "Open peers.", type: "gauge", samples }]),
 *   '# HELP sockeye_peers Open peers.\n# TYPE sockeye_peers gauge\nsockeye_peers{route="/chat"} 3\n',
 * );
 * ```
 */
export function exposition(families: readonly MetricFamily[]): string {
  return families.filter(({ samples }) => samples.length > 0).map(textOf).join("");
}

function textOf({ name, help, type, samples }: MetricFamily): string {
  const lines = samples.map(({ part, labels, value }) => {
    const row = part === undefined ? name : `${name}_${part}`;
    return `${row}${labelsOf(labels)} ${valueOf(value)}\n`;
  });
  return `# HELP ${name} ${escaped(help, /[\\\n]/g)}\n# TYPE ${name} ${type}\n${lines.join("")}`;
}

function labelsOf(labels: MetricSample["labels"] = {}): string {
  const pairs = Object.entries(labels).map(([name, value]) => `${name}="${escaped(value, /[\\\n"]/g)}"`);
  return pairs.length === 0 ? "" : `{${pairs.join(",")}}`;
}

function escaped(text: string, special: RegExp): string {
  return text.replaceAll(special, (character) => character === "\n" ? "\\n" : `\\${character}`);
}

function valueOf(value: number): string {
  if (Number.isFinite(value) || Number.isNaN(value)) return String(value);
  return value > 0 ? "+Inf" : "-Inf";
}
