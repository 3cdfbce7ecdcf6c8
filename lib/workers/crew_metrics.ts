/**
 * The metrics of a server with workers: each is asked for its own, and the sum is told.
 *
 * @module
 */
import { RequestError } from "../deploy/mod.ts";
import type { Clock } from "../gateway/mod.ts";
import { exposition, type MetricFamily } from "../observe/mod.ts";
import { limited, messageOf } from "../route/table.ts";
import { MetricsSum, type ProcessText } from "./metrics_sum.ts";
import { DOWN } from "./wire.ts";
import type { WorkerLife } from "./worker_life.ts";

/** What it needs. */
export interface CrewMetricsParts {
  readonly crew: { readonly up: readonly Pick<WorkerLife, "number" | "pid" | "call">[] };
  readonly clock: Pick<Clock, "setTimer">;
  /** What the parent measures itself. */
  own(): readonly MetricFamily[];
}

/** A monitor does not wait for longer than ten seconds, by default. */
export const METRICS_TIMEOUT_MS = 5_000;

/** The metrics of all. */
export class CrewMetrics {
  readonly #parts: CrewMetricsParts;
  readonly #sum = new MetricsSum();

  constructor(parts: CrewMetricsParts) {
    this.#parts = parts;
  }

  /**
   * Their text. A part of the workers would look like counters that go back: it is all of those that are up, or none.
   *
   * @throws {RequestError} 503 that names the worker that does not answer.
   */
  async text(): Promise<string> {
    const { crew, own } = this.#parts;
    const { up } = crew;
    if (up.length === 0) throw new RequestError(503, "no worker is up at the moment: try again in a second");
    const workers = await Promise.all(up.map((worker) => this.#ask(worker)));
    return this.#sum.text([{ number: undefined, pid: Deno.pid, text: exposition(own()) }, ...workers]);
  }

  async #ask(worker: CrewMetricsParts["crew"]["up"][number]): Promise<ProcessText> {
    const { number, pid } = worker;
    const limit = { clock: this.#parts.clock, timeoutMs: METRICS_TIMEOUT_MS };
    try {
      return { number, pid, text: await limited(worker.call(DOWN.METRICS, null), "the answer", limit) as string };
    } catch (error) {
      throw new RequestError(503, `worker ${number}: ${messageOf(error)}`, error);
    }
  }
}
