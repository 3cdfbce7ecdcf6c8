/**
 * The end of a session: told once, and to everybody who waits for an answer that will not come.
 *
 * @module
 */

/** See the module. */
export class Ending {
  /** Resolves at the end, with the reason. */
  readonly ended: Promise<string>;
  readonly #resolve: (reason: string) => void;
  /** Each takes itself out when it has its answer: on a promise for the end, reactions would pile up. */
  readonly #waiting = new Set<(error: Error) => void>();
  #reason: string | undefined;

  constructor() {
    const { promise, resolve } = Promise.withResolvers<string>();
    this.ended = promise;
    this.#resolve = resolve;
  }

  /** Undefined until it has ended. */
  get reason(): string | undefined {
    return this.#reason;
  }

  /** It has ended. What is said after the first time is not heard. */
  end(reason: string): void {
    if (this.#reason !== undefined) return;
    this.#reason = reason;
    this.#resolve(reason);
    for (const reject of this.#waiting) reject(this.#error());
    this.#waiting.clear();
  }

  /** Passes the outcome of some work on, or rejects when the end comes first. */
  during<T>(work: Promise<T>): Promise<T> {
    const { promise, resolve, reject } = Promise.withResolvers<T>();
    const settled = () => void this.#waiting.delete(reject);
    // In every case: what is left over must not be an unhandled rejection.
    work.then(resolve, reject).finally(settled);
    if (this.#reason !== undefined) reject(this.#error());
    else this.#waiting.add(reject);
    return promise;
  }

  #error(): Error {
    return new Error(`the broker has gone away: ${this.#reason}`);
  }
}
