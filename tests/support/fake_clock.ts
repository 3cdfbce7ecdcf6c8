/**
 * A clock that stands still until a test moves it.
 *
 * @module
 */
import type { Clock } from "../../lib/gateway/clock.ts";

interface Timer {
  readonly dueAt: number;
  readonly callback: () => void;
}

/** What {@linkcode FakeClock.wallNow} says at the clock's zero: 1 January 2026, UTC. */
const WALL_START_MS = Date.UTC(2026, 0, 1);

/**
 * A {@linkcode Clock} for tests.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { FakeClock } from "./fake_clock.ts";
 *
 * const clock = new FakeClock(1_000);
 * const fired: number[] = [];
 * clock.setTimer(() => fired.push(clock.now()), 50);
 * clock.advance(49);
 * assertEquals(fired, []);
 * clock.advance(1);
 * assertEquals(fired, [1_050]);
 * ```
 */
export class FakeClock implements Clock {
  #now: number;
  #timers: Timer[] = [];

  /** @param startMs what `now` says first; above 0. */
  constructor(startMs = 1_000) {
    this.#now = startMs;
  }

  /** Number of timers that are set and have neither fired nor been cancelled. */
  get pendingTimers(): number {
    return this.#timers.length;
  }

  now(): number {
    return this.#now;
  }

  wallNow(): number {
    return WALL_START_MS + this.#now;
  }

  setTimer(callback: () => void, delayMs: number): () => void {
    const timer = { dueAt: this.#now + Math.max(0, delayMs), callback };
    this.#timers.push(timer);
    return () => {
      this.#timers = this.#timers.filter((other) => other !== timer);
    };
  }

  /**
   * Moves the time on. Timers that become due fire in order, each at its own time, those set on the way included.
   */
  advance(ms: number): void {
    const end = this.#now + ms;
    for (let timer = this.#next(end); timer !== undefined; timer = this.#next(end)) {
      this.#fire(timer, timer.dueAt);
    }
    this.#now = end;
  }

  /**
   * Moves the time on in one step, as a machine that was asleep does: what is due fires late, at the end.
   */
  jump(ms: number): void {
    this.#now += ms;
    const due = this.#timers.filter(({ dueAt }) => dueAt <= this.#now).sort((a, b) => a.dueAt - b.dueAt);
    for (const timer of due) if (this.#timers.includes(timer)) this.#fire(timer, this.#now);
  }

  #fire(timer: Timer, at: number): void {
    this.#timers = this.#timers.filter((other) => other !== timer);
    this.#now = Math.max(this.#now, at);
    timer.callback();
  }

  #next(end: number): Timer | undefined {
    return this.#timers.filter(({ dueAt }) => dueAt <= end).sort((a, b) => a.dueAt - b.dueAt)[0];
  }
}
