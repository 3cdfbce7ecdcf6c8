/**
 * Knowing when everything has come to rest, without waiting for any length of time.
 *
 * @module
 */
import { setImmediate } from "node:timers";

/** So many rounds of the event loop without a byte moving count as rest. */
const QUIET_ROUNDS = 3;

/** Counts what moves, and tells when nothing does. */
export class Quiet {
  #activity = 0;
  readonly #pending = new Set<Promise<unknown>>();
  /** Whether there is work that waits for a later round; set by who makes the server. */
  isDue: () => boolean = () => false;

  /** Something moved. */
  readonly mark = (): void => {
    this.#activity++;
  };

  /** Route code went asynchronous: `settled` waits for it. */
  track<T>(pending: T): T {
    if (!(pending instanceof Promise)) return pending;
    const done: Promise<void> = pending.then(() => this.#done(done), () => this.#done(done));
    this.#pending.add(done);
    return pending;
  }

  /** Resolves when no byte moves any more. Handlers may still be pending: on a timer, or on the clock. */
  async still(): Promise<void> {
    let seen = -1;
    for (let rounds = 0; rounds < QUIET_ROUNDS; rounds++) {
      if (seen !== this.#activity || this.isDue()) rounds = 0;
      seen = this.#activity;
      await new Promise<void>((resolve) => void setImmediate(resolve));
    }
  }

  /** Resolves when no byte moves and no handler is pending any more. */
  async settled(): Promise<void> {
    await this.still();
    while (this.#pending.size > 0) {
      await Promise.race(this.#pending);
      await this.still();
    }
  }

  #done(pending: Promise<unknown>): void {
    this.#pending.delete(pending);
    this.mark();
  }
}
