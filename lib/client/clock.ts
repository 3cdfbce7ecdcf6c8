/**
 * The time, as the client asks for it: tests pass in one of their own.
 *
 * @module
 */

/** Tells the time and waits. */
export interface Clock {
  /** Milliseconds that only grow. */
  now(): number;
  /** Calls back once after this many milliseconds, unless what it returns is called before. */
  setTimer(callback: () => void, delayMs: number): () => void;
}

/** The time of the machine. */
export const SYSTEM_CLOCK: Clock = {
  now: () => performance.now(),
  setTimer(callback, delayMs) {
    const timer = setTimeout(callback, delayMs);
    return () => clearTimeout(timer);
  },
};
