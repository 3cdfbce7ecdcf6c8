/**
 * What is in the routes folder takes over in all workers, or in none.
 *
 * @module
 */
import type { Clock, SwapReport } from "../gateway/mod.ts";
import { limited, messageOf } from "../route/table.ts";
import type { Crew } from "./crew.ts";
import { DOWN, type ReloadAsk } from "./wire.ts";
import type { WorkerLife } from "./worker_life.ts";

/** What is asked of a worker. */
export type ReloadedWorker = Pick<WorkerLife, "number" | "call">;

/** What it is done with. */
export interface CrewReloadParts {
  readonly crew: Pick<Crew, "inTurn"> & { readonly up: readonly ReloadedWorker[] };
  readonly clock: Pick<Clock, "setTimer">;
  /** A worker that has not answered then has failed. */
  readonly timeoutMs: number;
}

/**
 * One worker first: what fails there the others are not asked for.
 *
 * @param version of the folder: another one each time.
 * @param reloaded is called when all have it, before anything else is done with the workers.
 * @throws when one could not; those that had it have gone back.
 */
export function reloadAll(
  { crew, clock, timeoutMs }: CrewReloadParts,
  version: string,
  reloaded: () => Promise<void>,
): Promise<SwapReport> {
  const call = (worker: ReloadedWorker, kind: number, value?: unknown): Promise<unknown> =>
    limited(worker.call(kind, value), "the answer", { clock, timeoutMs });
  return crew.inTurn(async () => {
    const ask: ReloadAsk = { version };
    const [first, ...others] = crew.up;
    if (first === undefined) throw new Error("no worker is up at the moment");
    const reports = [await call(first, DOWN.RELOAD, ask) as SwapReport];
    const outcomes = await Promise.allSettled(others.map((worker) => call(worker, DOWN.RELOAD, ask)));
    const failedAt = outcomes.findIndex(({ status }) => status === "rejected");
    if (failedAt < 0) {
      for (const outcome of outcomes) if (outcome.status === "fulfilled") reports.push(outcome.value as SwapReport);
      await reloaded();
      return sum(reports);
    }
    const done = [first, ...others.filter((_, at) => outcomes[at]!.status === "fulfilled")];
    const problems = await Promise.all(
      done.map((worker) => call(worker, DOWN.RELOAD_BACK).then(() => [], (error) => [problemOf(worker, error)])),
    );
    const { reason } = outcomes[failedAt] as PromiseRejectedResult;
    throw new Error([`worker ${others[failedAt]!.number}: ${messageOf(reason)}`, ...problems.flat()].join("\n"));
  });
}

function problemOf({ number }: ReloadedWorker, error: unknown): string {
  return `worker ${number} did NOT go back: ${messageOf(error)}`;
}

function sum(reports: readonly SwapReport[]): SwapReport {
  const of = (pick: (report: SwapReport) => number): number => reports.reduce((all, one) => all + pick(one), 0);
  return { moved: of(({ moved }) => moved), dismissed: of(({ dismissed }) => dismissed), lost: of(({ lost }) => lost) };
}
