/**
 * Keeps code running that may end by itself: starts it again, later each time, and gives it up when it will not stay.
 *
 * @module
 */
import { messageOf } from "../../route/table.ts";

/** Time, passed in. */
export interface SupervisorClock {
  /** Milliseconds of a monotonic clock. */
  now(): number;
  /** Calls once after `delayMs`; the function it returns cancels that. */
  setTimer(callback: () => void, delayMs: number): () => void;
}

/** What a supervisor is told and tells. */
export interface SupervisorParts {
  readonly clock: SupervisorClock;
  /** Starts the code. Rejects when it cannot be started. */
  restart(): Promise<void>;
  /** It will not be started again. */
  quarantined(): void;
  /** For the log. */
  told(message: string, fields: Readonly<Record<string, unknown>>): void;
}

/** Waits before the first restart; each one after doubles it. */
export const FIRST_BACKOFF_MS = 100;
/** Longest wait before a restart. */
export const MAX_BACKOFF_MS = 10_000;
/** Code that ends so often ... */
export const MAX_ENDS = 5;
/** ... within this time is not started again. */
export const ENDS_WINDOW_MS = 60_000;

/** Whether the code is there. */
export type SupervisorState = "up" | "down" | "quarantined";

/** The supervisor of one runtime, whose code is up at first. */
export class Supervisor {
  readonly #parts: SupervisorParts;
  #state: SupervisorState = "up";
  /** When the code has ended lately. */
  #endedAt: number[] = [];
  #cancelTimer = () => {};
  #waiting: Array<() => void> = [];
  #isClosed = false;

  constructor(parts: SupervisorParts) {
    this.#parts = parts;
  }

  get state(): SupervisorState {
    return this.#state;
  }

  /** The code has ended, or could not be started again. */
  ended(reason: string): void {
    if (this.#isClosed || this.#state === "quarantined") return;
    const { clock, told } = this.#parts;
    const now = clock.now();
    this.#endedAt = [...this.#endedAt.filter((at) => now - at < ENDS_WINDOW_MS), now];
    const ends = this.#endedAt.length;
    if (ends >= MAX_ENDS) {
      told(`its code has ended ${ends} times within ${ENDS_WINDOW_MS / 1000} s and is not started again`, { reason });
      this.#become("quarantined");
      this.#parts.quarantined();
      return;
    }
    this.#state = "down";
    const delayMs = Math.min(MAX_BACKOFF_MS, FIRST_BACKOFF_MS * 2 ** (ends - 1));
    told(`its code has ended and is started again in ${delayMs} ms`, { reason });
    this.#cancelTimer = clock.setTimer(() => void this.#restart(), delayMs);
  }

  /** Resolves when the code is up, or given up, or after so long. */
  settled(timeoutMs: number): Promise<void> {
    if (this.#state !== "down") return Promise.resolve();
    return new Promise((resolve) => {
      const cancel = this.#parts.clock.setTimer(resolve, timeoutMs);
      this.#waiting.push(() => {
        cancel();
        resolve();
      });
    });
  }

  /** Starts nothing any more. */
  close(): void {
    this.#isClosed = true;
    this.#cancelTimer();
    this.#become(this.#state === "up" ? "up" : "quarantined");
  }

  async #restart(): Promise<void> {
    const known = this.#endedAt;
    try {
      await this.#parts.restart();
    } catch (error) {
      return this.ended(messageOf(error));
    }
    // It may have ended again before all was as it had been: then the next start is waited for.
    if (!this.#isClosed && this.#endedAt === known) this.#become("up");
  }

  #become(state: SupervisorState): void {
    this.#state = state;
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const resolve of waiting) resolve();
  }
}
