/**
 * Work of route code that may not take for ever.
 *
 * @module
 */

/** How long it may take, by which clock. */
export interface TimeLimit {
  readonly clock: {
    /** Calls once after `delayMs`; the function it returns cancels that. */
    setTimer(callback: () => void, delayMs: number): () => void;
  };
  readonly timeoutMs: number;
}

/** It took too long. */
export class TimeLimitError extends Error {}

/**
 * Passes the outcome of some work on, or rejects with {@linkcode TimeLimitError} when it takes longer than it may. What it
 * does then nobody hears of.
 *
 * @param what the error says was too slow.
 */
export function limited<T>(work: Promise<T>, what: string, { clock, timeoutMs }: TimeLimit): Promise<T> {
  const { promise, reject } = Promise.withResolvers<never>();
  const cancel = clock.setTimer(
    () => reject(new TimeLimitError(`${what} took longer than ${timeoutMs} ms`)),
    timeoutMs,
  );
  return Promise.race([work, promise]).finally(cancel);
}
