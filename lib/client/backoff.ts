/**
 * How long the client waits before it comes back: exponential, with full jitter. docs/PROTOCOL.md §Closing.
 *
 * @module
 */
import { type AfterClose, afterClose } from "./close_code.ts";

/** Between what the wait lies. */
export interface BackoffTerms {
  /** The first wait is at most that long, in milliseconds; each after it twice as long. Default: 500. */
  readonly minWaitMs: number;
  /** No wait is longer, in milliseconds. Default: 30 000. */
  readonly maxWaitMs: number;
}

/** And where in between. */
export interface RandomTerms extends BackoffTerms {
  /** From 0 to 1. */
  readonly random: () => number;
}

/** Remembers what has been tried in vain. */
export interface Backoff {
  /**
   * How long to wait now that a connection has ended.
   *
   * @param livedMs time since its `hello`; NaN where there was none.
   * @returns undefined: not at all, it is over.
   */
  waitAfter(code: number, livedMs: number): number | undefined;
  /** How long to wait when there is a reason to think that it works now. */
  nudge(): number;
}

/** Longest wait of a page that is seen again, or is online again. */
const NUDGE_MS = 100;

/**
 * A random time from 0 to `min(maxWaitMs, minWaitMs × 2ⁿ)`.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { jittered } from "./backoff.ts";
 *
 * const terms = { minWaitMs: 500, maxWaitMs: 30_000, random: () => 0.5 };
 * assertEquals([0, 1, 9].map((n) => jittered(n, terms)), [250, 500, 15_000]);
 * ```
 */
export function jittered(n: number, { minWaitMs, maxWaitMs, random }: RandomTerms): number {
  return random() * Math.min(maxWaitMs, minWaitMs * 2 ** n);
}

/** A backoff for one client. */
export function createBackoff(terms: RandomTerms): Backoff {
  // The wait before the connection that is under way.
  let waitMs = 0;
  let attempt = 0;
  // What has been done since a connection lived.
  const done = new Set<AfterClose>();
  return {
    waitAfter(code, livedMs) {
      if (livedMs > waitMs) {
        attempt = 0;
        done.clear();
      }
      const action = afterClose(code);
      const isAgain = done.has(action);
      done.add(action);
      if (action === "stop" || (action === "refresh" && isAgain)) return undefined;
      waitMs = jittered(action === "wait" || isAgain ? attempt : 0, terms);
      attempt++;
      return waitMs;
    },
    nudge: () => waitMs = terms.random() * NUDGE_MS,
  };
}
