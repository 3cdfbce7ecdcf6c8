/**
 * The bar: what each workload must reach beside each server.
 *
 * @module
 */
import type { LoadResult } from "../wsload.ts";

/** What is compared. */
export type Measure = "cpu" | "memory" | "p99";

/** How one measure is read, and when it is good enough. */
export interface MeasureRow {
  /** For the tables. */
  readonly title: string;
  readonly field: keyof LoadResult;
  /** The number for a person, with its unit. */
  show(value: number): string;
  /**
   * `ratio`: peer ÷ ours must be at least the bar. `excess`: ours may be above the peer by the bar, in the unit of the
   * field.
   */
  readonly rule: "ratio" | "excess";
}

/** Every measure. */
export const MEASURES: Readonly<Record<Measure, MeasureRow>> = {
  cpu: {
    title: "server CPU per message",
    field: "serverUs",
    show: (value) => `${value >= 100 ? value.toFixed(0) : value.toPrecision(3)} µs`,
    rule: "ratio",
  },
  memory: {
    title: "memory per connection",
    field: "connectionKiB",
    show: (value) => `${value.toFixed(1)} KiB`,
    rule: "excess",
  },
  p99: { title: "p99", field: "p99Us", show: (value) => `${(value / 1e3).toFixed(1)} ms`, rule: "ratio" },
};

/** One row of the bar. */
export interface Bar {
  /** In words. */
  readonly title: string;
  readonly workloads: readonly string[];
  readonly measure: Measure;
  /** By server: the least ratio, or the most that ours may be above it. */
  readonly peers: Readonly<Record<string, number>>;
}

/** A row of the bar. */
function bar(measure: Measure, title: string, workloads: Bar["workloads"], peers: Bar["peers"]): Bar {
  return { title, workloads, measure, peers };
}

/** The whole bar, with all checks and limits on. */
export const BARS: readonly Bar[] = [
  bar("cpu", "ping-pong 20 B, 100 and 500 connections", ["ping-100", "ping-500"], {
    ws: 1.2,
    "deno-upgrade": 1.05,
    bun: 0.7,
    "byte-echo": 0.9,
  }),
  bar("cpu", "pipelined 64 B binary", ["pipelined-binary"], { ws: 30, "deno-upgrade": 25, bun: 1.4, "byte-echo": 0.5 }),
  bar("cpu", "pipelined 64 B text, handed over as strings", ["pipelined-text"], { ws: 15, "deno-upgrade": 12, bun: 1 }),
  bar("cpu", "16 KiB echo", ["16k-binary"], { ws: 1.4, "deno-upgrade": 2, bun: 1.25, "byte-echo": 0.95 }),
  bar("cpu", "1 MiB echo (through the borrowed `view`)", ["1m-view"], {
    ws: 2.5,
    "deno-upgrade": 2,
    bun: 2,
    "byte-echo": 1.5,
  }),
  bar("cpu", "fan-out to 500 and 2 000", ["fan-500", "fan-2000"], { ws: 3.5, "deno-upgrade": 2.2, bun: 0.65 }),
  bar("cpu", "handshakes", ["handshakes"], { ws: 3, "deno-upgrade": 1.4, bun: 0.65 }),
  bar("cpu", "1 KiB JSON echo with compression", ["deflate-echo"], { ws: 4, bun: 1 }),
  bar("memory", "idle memory per connection at 8 000", ["idle"], { "byte-echo": 2 }),
  bar("p99", "p99 of ping-pong at 500 and 2 000 connections", ["ping-500", "ping-2000"], { ws: 1 }),
];

/** No connection may get less than this share of what another gets under the same workload. */
export const LEAST_SHARE = 0.1;
