/**
 * A warning for what may happen many times a second: one line a minute tells it, and how often it was.
 *
 * @module
 */
import type { Clock } from "./clock.ts";

const INTERVAL_MS = 60_000;

/** Where it is written. */
export interface WarningLog {
  warn(message: string, fields?: Readonly<Record<string, unknown>>): void;
}

/** @returns what is called each time. */
export function rareWarning(
  message: string,
  log: WarningLog,
  clock: Pick<Clock, "now">,
): (fields: Readonly<Record<string, unknown>>) => void {
  let count = 0;
  let toldAt = -Infinity;
  return (fields) => {
    count++;
    if (clock.now() - toldAt < INTERVAL_MS) return;
    log.warn(message, { times: count, ...fields });
    toldAt = clock.now();
    count = 0;
  };
}
