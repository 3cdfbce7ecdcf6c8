/**
 * What is put on every server: one row each.
 *
 * @module
 */
import type { Load } from "../wsload.ts";

/** One kind of traffic. */
export interface Workload {
  /** For `--only` and for the result. */
  readonly name: string;
  readonly title: string;
  /** As a WebSocket server gets it; a byte echo gets the same without frames. */
  readonly load: Load & { readonly mode: "echo" };
}

/** Every workload, in the order of the tables. */
export const WORKLOADS: readonly Workload[] = [
  {
    name: "ping",
    title: "ping-pong of 20 bytes on 100 connections",
    load: { mode: "echo", connections: 100, messageBytes: 20, depth: 1, isText: false },
  },
  {
    name: "pipelined",
    title: "messages of 64 bytes, 64 in flight on each of 100 connections",
    load: { mode: "echo", connections: 100, messageBytes: 64, depth: 64, isText: false },
  },
  {
    name: "compressed",
    title: "ping-pong of 1 KiB of JSON, compressed both ways without context, on 100 connections",
    load: { mode: "echo", connections: 100, messageBytes: 1024, depth: 1, isText: true, isDeflated: true },
  },
];
