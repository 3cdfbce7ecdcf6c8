/**
 * Somebody who has nothing to do with what is going on, and asks for one echo after the other: on a thread of its own, so
 * that it waits for the server alone.
 *
 * @module
 */

/** The times its echoes took, in milliseconds, the fastest first. */
export type EchoTimes = readonly number[];

/** It asks from when it is made until it is closed. */
export class Bystander implements Disposable {
  readonly #worker: Worker;

  private constructor(worker: Worker) {
    this.#worker = worker;
  }

  /** Connects to an echo. */
  static async at(url: string): Promise<Bystander> {
    const worker = new Worker(new URL("bystander_worker.ts", import.meta.url), { type: "module" });
    const bystander = new Bystander(worker);
    await bystander.#ask(url);
    return bystander;
  }

  /** What its echoes took since it was asked last. It rests a little between two. */
  take(): Promise<EchoTimes> {
    return this.#ask("take") as Promise<EchoTimes>;
  }

  [Symbol.dispose](): void {
    this.#worker.terminate();
  }

  #ask(question: string): Promise<unknown> {
    const { promise, resolve, reject } = Promise.withResolvers<unknown>();
    this.#worker.onmessage = ({ data }) => resolve(data);
    this.#worker.onerror = (event) => {
      event.preventDefault();
      reject(new Error(event.message));
    };
    this.#worker.postMessage(question);
    return promise;
  }
}

/** The time that so many of them took at the most. @param share 0 to 1. */
export function percentile(sorted: readonly number[], share: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? NaN;
}
