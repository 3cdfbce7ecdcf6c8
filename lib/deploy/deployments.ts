/**
 * What serves now, and how something else comes to: start the new, swap, stop the old.
 *
 * @module
 */
import { limited, type SwapReport, type SwapRules, type TimeLimit } from "../gateway/mod.ts";
import { type RouteRuntime, RouteTable } from "../route/table.ts";
import type { RuntimeLog } from "../runtime/mod.ts";

/** What a deployment acts on: the gateway, its clock and its limits. */
export interface DeploymentsHost {
  readonly clock: TimeLimit["clock"];
  /** Also for `start` of the new code, and for what the old still has to do. */
  readonly swapTimeoutMs: number;
  swap(table: RouteTable, rules?: SwapRules): Promise<SwapReport>;
}

/** The deployments of one gateway. */
export class Deployments {
  readonly #host: DeploymentsHost;
  readonly #log: RuntimeLog;
  #current: RouteRuntime;
  /** What is to take its place. */
  #next: RouteRuntime | undefined;
  #last: Promise<unknown> = Promise.resolve();

  /** @param current what serves already, and has been started. */
  constructor(host: DeploymentsHost, current: RouteRuntime, log: RuntimeLog) {
    this.#host = host;
    this.#current = current;
    this.#log = log;
  }

  /**
   * Has a runtime take the place of the one that serves. One after the other, in the order of the calls.
   *
   * @param next a runtime that was not started yet.
   * @throws when the old one goes on; the message says why. The new one is stopped then.
   */
  activate(next: RouteRuntime, rules?: SwapRules): Promise<SwapReport> {
    const activated = this.#last.then(() => this.#activate(next, rules));
    this.#last = activated.catch(() => {});
    return activated;
  }

  /** Stops what serves, and what was about to: a swap that is under way is not waited for. */
  async stop(): Promise<void> {
    await Promise.all([this.#current.stop(), this.#next?.stop()]);
  }

  async #activate(next: RouteRuntime, rules?: SwapRules): Promise<SwapReport> {
    // Two routes for the same paths: nothing was started yet.
    const table = RouteTable.of([next]);
    const before = this.#current;
    this.#next = next;
    try {
      await this.#limited(next.start(), "start");
      const report = await this.#host.swap(table, rules);
      this.#current = next;
      return report;
    } catch (error) {
      await this.#retire(next);
      throw error;
    } finally {
      this.#next = undefined;
      if (this.#current === next) await this.#retire(before);
    }
  }

  /** Requests that it still answers are waited for. */
  async #retire(runtime: RouteRuntime): Promise<void> {
    try {
      await this.#limited(runtime.idle(), "the last request").catch((error) => this.#warn(error));
      await this.#limited(runtime.stop(), "stop");
    } catch (error) {
      this.#warn(error);
    }
  }

  #warn(error: unknown): void {
    this.#log.warn("code that was replaced has not come to its end", { error });
  }

  #limited<T>(work: Promise<T>, what: string): Promise<T> {
    const { clock, swapTimeoutMs: timeoutMs } = this.#host;
    return limited(work, what, { clock, timeoutMs });
  }
}
