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

/** The whole bar, with all checks and limits on. */
export const BARS: readonly Bar[] = [
  {
    title: "ping-pong 20 B, 100 and 500 connections",
    workloads: ["ping-100", "ping-500"],
    measure: "cpu",
    peers: { ws: 1.2, "deno-upgrade": 1.05, bun: 0.7, "byte-echo": 0.9 },
  },
  {
    title: "pipelined 64 B binary",
    workloads: ["pipelined-binary"],
    measure: "cpu",
    peers: { ws: 30, "deno-upgrade": 25, bun: 1.4, "byte-echo": 0.5 },
  },
  {
    title: "pipelined 64 B text, handed over as strings",
    workloads: ["pipelined-text"],
    measure: "cpu",
    peers: { ws: 15, "deno-upgrade": 12, bun: 1 },
  },
  {
    title: "16 KiB echo",
    workloads: ["16k-binary"],
    measure: "cpu",
    peers: { ws: 1.4, "deno-upgrade": 2, bun: 1.25, "byte-echo": 0.95 },
  },
  {
    title: "1 MiB echo (through the borrowed `view`)",
    workloads: ["1m-view"],
    measure: "cpu",
    peers: { ws: 2.5, "deno-upgrade": 2, bun: 2, "byte-echo": 1.5 },
  },
  {
    title: "fan-out to 500 and 2 000",
    workloads: ["fan-500", "fan-2000"],
    measure: "cpu",
    peers: { ws: 3.5, "deno-upgrade": 2.2, bun: 0.65 },
  },
  {
    title: "handshakes",
    workloads: ["handshakes"],
    measure: "cpu",
    peers: { ws: 3, "deno-upgrade": 1.4, bun: 0.65 },
  },
  {
    title: "1 KiB JSON echo with compression",
    workloads: ["deflate-echo"],
    measure: "cpu",
    peers: { ws: 4, bun: 1 },
  },
  {
    title: "idle memory per connection at 8 000",
    workloads: ["idle"],
    measure: "memory",
    peers: { "byte-echo": 2 },
  },
  {
    title: "p99 of ping-pong at 500 and 2 000 connections",
    workloads: ["ping-500", "ping-2000"],
    measure: "p99",
    peers: { ws: 1 },
  },
];

/** No connection may get less than this share of what another gets under the same workload. */
export const LEAST_SHARE = 0.1;
