/**
 * Time as the gateway sees it: passed in, so that tests can hold it still.
 *
 * @module
 */

import type { Tracer } from "./tracing.ts";

/** A clock and its alarm. */
export interface Clock {
  /** Whole milliseconds of a monotonic clock, always above 0. */
  now(): number;
  /** Milliseconds since 1970, for dates that people and caches read. */
  wallNow(): number;
  /** Calls once after `delayMs`; the function it returns cancels that. */
  setTimer(callback: () => void, delayMs: number): () => void;
}

/** The same clock, whose alarms belong to no span, whoever sets them: they are for all. */
export function clockOutside(clock: Clock, tracer: Pick<Tracer, "outside">): Clock {
  return {
    now: () => clock.now(),
    wallNow: () => clock.wallNow(),
    setTimer: (callback, delayMs) => tracer.outside(() => clock.setTimer(callback, delayMs)),
  };
}

/** The real one. Whole milliseconds, because small integers cost a connection no memory of their own. */
export const systemClock: Clock = {
  now: () => Math.floor(performance.now()) + 1,
  wallNow: () => Date.now(),
  setTimer: (callback, delayMs) => {
    const timer = setTimeout(callback, delayMs);
    return () => clearTimeout(timer);
  },
};
