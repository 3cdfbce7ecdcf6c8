/**
 * Results that nobody measured, for the tests of what is made of results.
 *
 * @module
 */
import type { LoadResult } from "../wsload.ts";
import { summarize, type Summary } from "./summary.ts";

/** A plausible result with these numbers in it. */
export function result(numbers: Partial<LoadResult> = {}): LoadResult {
  return {
    rate: 1000,
    serverUs: 10,
    serverCores: 1,
    loadCores: 0.5,
    p50Us: 1000,
    p99Us: 2000,
    connMin: 90,
    connMax: 100,
    serverMiB: 50,
    connectionKiB: 0,
    replyBytes: 22,
    steal: 0,
    errors: 0,
    ...numbers,
  };
}

/** One server under one workload, beside ours, in one round. */
export function beside(
  workload: string,
  server: string,
  peer: Partial<LoadResult>,
  own: Partial<LoadResult> = {},
): Summary {
  return summarize(workload, server, [result(peer)], [result(own)]);
}
