/**
 * The options of the transports that are made of HTTP requests: rows of the option table.
 *
 * @module
 */
import type { OptionSpec } from "./option_spec.ts";

const DURATION = { kind: "integer", unit: "ms", min: 1, max: 2 ** 31 - 1 } as const;

/** The rows, by name. */
export const POLL_OPTIONS = {
  pollWaitMs: {
    ...DURATION,
    group: "Polling",
    default: 25_000,
    perRoute: false,
    doc: "longest time a long poll is held; below what proxies wait for an answer",
    consequence: "an empty answer",
  },
  sessionTimeoutMs: {
    ...DURATION,
    group: "Polling",
    default: 60_000,
    perRoute: false,
    doc: "longest time without a request of a client that polls",
    consequence: "terminated, seen as 1006",
  },
} as const satisfies Record<string, OptionSpec>;
