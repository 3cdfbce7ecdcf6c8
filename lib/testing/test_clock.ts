/**
 * A clock that stands still until a test moves it.
 *
 * @module
 */

interface Timer {
  readonly dueAt: number;
  readonly callback: () => void;
}

/** What `wallNow` says at the clock's zero: 1 January 2026, UTC. */
const WALL_START_MS = Date.UTC(2026, 0, 1);

const START_MS = 1_000;

/**
 * The time of a test server. Its timeouts, pings and limits follow this clock and no other; `setTimeout` and `Date` in
 * a route's own code are not touched.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { TestClock } from "sockeye/testing";
 *
 * const clock = new TestClock();
 * const fired: number[] = [];
 * clock.setTimer(() => fired.push(1), 50);
 * await clock.advance(49);
 * assertEquals(fired, []);
 * await clock.advance(1);
 * assertEquals(fired, [1]);
 * ```
 */
export class TestClock {
  readonly #settle: () => Promise<void>;
  #now = START_MS;
  #timers: Timer[] = [];

  /**
   * Makes a clock that stands still.
   *
   * @param settle waits until everything that a timer has set going has come to rest. Default: one round of microtasks.
   */
  constructor(settle: () => Promise<void> = () => Promise.resolve()) {
    this.#settle = settle;
  }

  /** Milliseconds since some moment before the test began. */
  now(): number {
    return this.#now;
  }

  /** Milliseconds since 1970; the test begins on 1 January 2026. */
  wallNow(): number {
    return WALL_START_MS + this.#now - START_MS;
  }

  /** Calls once, when the clock has been moved on by `delayMs`; the function returned cancels that. */
  setTimer(callback: () => void, delayMs: number): () => void {
    const timer = { dueAt: this.#now + Math.max(0, delayMs), callback };
    this.#timers.push(timer);
    return () => {
      this.#timers = this.#timers.filter((other) => other !== timer);
    };
  }

  /**
   * Moves the time on. What becomes due happens in order, each at its own time, and what follows from it comes to rest
   * before the next.
   */
  async advance(ms: number): Promise<void> {
    const end = this.#now + ms;
    await this.#settle();
    for (let timer = this.#next(end); timer !== undefined; timer = this.#next(end)) {
      const { dueAt } = timer;
      this.#now = Math.max(this.#now, dueAt);
      let hasFired = false;
      for (; timer !== undefined && timer.dueAt === dueAt; timer = this.#next(end)) {
        this.#timers = this.#timers.filter((other) => other !== timer);
        timer.callback();
        hasFired = true;
      }
      if (hasFired) await this.#settle();
    }
    this.#now = end;
  }

  #next(end: number): Timer | undefined {
    let next: Timer | undefined;
    for (const timer of this.#timers) {
      if (timer.dueAt <= end && (next === undefined || timer.dueAt < next.dueAt)) next = timer;
    }
    return next;
  }
}
