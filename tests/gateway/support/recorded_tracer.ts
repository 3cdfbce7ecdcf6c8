/**
 * A tracer that writes down what it is told, and knows whose work is done.
 *
 * @module
 */
import { AsyncLocalStorage } from "node:async_hooks";
import type { RequestTrace, Tracer } from "../../../lib/gateway/mod.ts";

/** Writes down. */
export class RecordedTracer implements Tracer {
  /** `GET /path from address`, `/pattern deployment peer`, and the outcome, of each request. */
  readonly requests: string[][] = [];
  readonly #within = new AsyncLocalStorage<number | undefined>();

  /** Which request's work is done: its place in {@linkcode requests}; undefined for nobody's. */
  get active(): number | undefined {
    return this.#within.getStore();
  }

  begin: Tracer["begin"] = ({ method, path }, { address }): RequestTrace => {
    const told = [`${method} ${path} from ${address}`];
    const at = this.requests.push(told) - 1;
    return {
      matched: ({ descriptor, runtime }, peer = "nobody") =>
        void told.push([descriptor.pattern, runtime.deployment, peer.replace(/.*-/, "#")].join(" ")),
      within: (work) => this.#within.run(at, work),
      end: (outcome) => void told.push(JSON.stringify(outcome)),
    };
  };

  outside<Result>(work: () => Result): Result {
    return this.#within.run(undefined, work);
  }
}
