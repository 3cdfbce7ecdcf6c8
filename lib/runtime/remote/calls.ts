/**
 * Questions that wait for their answers.
 *
 * @module
 */

/** Whoever waits for an answer. */
export interface Waiting {
  answered(value: unknown): void;
  failed(error: unknown): void;
}

/** The open calls of one channel, by number. */
export class Calls {
  readonly #waiting = new Map<number, Waiting>();
  #last = 0;

  /** How many wait. */
  get size(): number {
    return this.#waiting.size;
  }

  /** A number that nobody else has; never 0. */
  open(waiting: Waiting): number {
    do this.#last = (this.#last + 1) >>> 0; while (this.#last === 0 || this.#waiting.has(this.#last));
    this.#waiting.set(this.#last, waiting);
    return this.#last;
  }

  /** A call as a promise. @param send is told the number. */
  ask(send: (id: number) => void): Promise<unknown> {
    const { promise, resolve, reject } = Promise.withResolvers<unknown>();
    send(this.open({ answered: resolve, failed: reject }));
    return promise;
  }

  /** True while somebody waits for this answer. */
  has(id: number): boolean {
    return this.#waiting.has(id);
  }

  /** Who waits for this answer, and waits no longer. */
  take(id: number): Waiting | undefined {
    const waiting = this.#waiting.get(id);
    this.#waiting.delete(id);
    return waiting;
  }

  /** Nothing will be answered any more. */
  failAll(error: unknown): void {
    for (const [id, waiting] of this.#waiting) {
      this.#waiting.delete(id);
      waiting.failed(error);
    }
  }
}
