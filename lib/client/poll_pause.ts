/**
 * A wait that can be ended before its time.
 *
 * @module
 */
import type { Clock } from "./clock.ts";

/** Waits, one at a time. */
export interface Pause {
  /** Until that time has passed; with Infinity, until it is ended. */
  wait(ms: number): Promise<void>;
  /** Ends the wait; where there is none, the next one. */
  wake(): void;
}

/** For one that waits. */
export function createPause(clock: Clock): Pause {
  let isAwake = false;
  let end: (() => void) | undefined;
  return {
    wait: (ms) =>
      new Promise((resolve) => {
        if (isAwake || ms <= 0) {
          isAwake = false;
          return resolve();
        }
        const cancel = ms < Infinity ? clock.setTimer(() => end?.(), ms) : () => {};
        end = () => {
          end = undefined;
          cancel();
          resolve();
        };
      }),
    wake() {
      if (end) end();
      else isAwake = true;
    },
  };
}
