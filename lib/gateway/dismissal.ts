/**
 * Sending many away in batches, so that they do not all come back at once.
 *
 * @module
 */
import type { Clock } from "./clock.ts";

/** How many at a time, and how often. */
export interface DismissalTerms {
  readonly drainBatchSize: number;
  readonly drainIntervalMs: number;
  readonly drainTimeoutMs: number;
}

/**
 * Sends them away, so many at a time; more at a time when the drain's time would not suffice.
 *
 * @returns stops it.
 */
export function dismissInBatches<Item>(
  waiting: readonly Item[],
  dismiss: (item: Item) => void,
  { drainBatchSize, drainIntervalMs, drainTimeoutMs }: DismissalTerms,
  clock: Clock,
): () => void {
  // Half of the time is for closing, the other half for the answers.
  const rounds = Math.max(1, Math.floor(drainTimeoutMs / 2 / drainIntervalMs));
  const batchSize = Math.max(drainBatchSize, Math.ceil(waiting.length / rounds));
  let at = 0;
  let cancel = (): void => {};
  const dismissBatch = (): void => {
    const end = at + batchSize;
    for (const item of waiting.slice(at, end)) dismiss(item);
    at = end;
    if (at < waiting.length) cancel = clock.setTimer(dismissBatch, drainIntervalMs);
  };
  dismissBatch();
  return () => cancel();
}
