/**
 * Work of route code that may not take for ever.
 *
 * @module
 */
import type { Clock } from "./clock.ts";

/** How long it may take, by which clock. */
export interface TimeLimit {
  readonly clock: Pick<Clock, "setTimer">;
  readonly timeoutMs: number;
}

/**
 * Passes the outcome of some work on, or rejects when it takes longer than it may. What it does then nobody hears of.
 *
 * @param what the error says was too slow.
 */
export function limited<T>(work: Promise<T>, what: string, { clock, timeoutMs }: TimeLimit): Promise<T> {
  const { promise, reject } = Promise.withResolvers<never>();
  const cancel = clock.setTimer(() => reject(new Error(`${what} took longer than ${timeoutMs} ms`)), timeoutMs);
  return Promise.race([work, promise]).finally(cancel);
}
