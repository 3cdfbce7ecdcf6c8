/**
 * A run: every workload on every server in turn, round after round, in another order each round.
 *
 * @module
 */
import { deflatedLoad, LoadError, type LoadResult, runLoad } from "../wsload.ts";
import type { PeersOptions } from "./options.ts";
import { openFilesLimit, type Pinning, type Processes, type RunningServer } from "./processes.ts";
import { canRun, MissingError, OURS, type Program, type ServerRow } from "./servers.ts";
import { summarize, type Summary } from "./summary.ts";
import type { Workload } from "./workloads.ts";

/** A server that can be started here. */
export interface Entrant {
  readonly row: ServerRow;
  readonly program: Program;
}

/** A measurement that came to nothing. */
export interface Failure {
  readonly workload: string;
  readonly server: string;
  readonly reason: string;
}

/**
 * Before its first round a server goes through so many rounds that do not count, each with new connections, until most of
 * its code is compiled: that of the end of a connection, and what is compiled anew after it, too.
 */
const WARM_UP = { rounds: 4, seconds: 1 } as const;

/** So long a round is under load before it is measured: until its connections are open and busy. */
const BUSY_SECONDS = 0.1;

/** There is one long round, or one in which memory is read, for so many of the others. */
const ROUNDS_FOR_A_LONG_ONE = 3;

/** Silent connections are left alone for so long before memory is read. */
const SETTLE_SECONDS = 2;

/** Files that a server or the load has open beside its connections. */
const OTHER_FILES = 100;

/** What a contest runs with. */
export interface ContestSetting {
  readonly options: Pick<PeersOptions, "rounds" | "seconds" | "servers">;
  readonly processes: Processes;
  readonly pin: Pinning;
  /** Path of the load generator. */
  readonly generator: string;
  /** The benchmark's own, for what is installed and generated. */
  readonly folder: string;
}

/** Who takes part, what failed, and the way each workload is measured. */
export class Contest {
  /** Why a server that was chosen does not take part, by its name. */
  readonly missing = new Map<string, string>();
  readonly failures: Failure[] = [];
  /** Ids of all servers that ran. */
  readonly pids: number[] = [];
  readonly entrants: Entrant[] = [];
  readonly #setting: ContestSetting;

  constructor(setting: ContestSetting) {
    this.#setting = setting;
  }

  /** Finds or installs the servers; notes what the missing ones lack. */
  async enter(): Promise<void> {
    for (const row of this.#setting.options.servers) {
      try {
        this.entrants.push({ row, program: await row.prepare(this.#setting.folder) });
      } catch (error) {
        if (!(error instanceof MissingError)) throw error;
        this.missing.set(row.name, error.message);
      }
    }
  }

  /**
   * Measures one workload. Its servers are started for it alone, so that none carries the heap of another workload, and
   * take turns within each round, so that numbers that are compared were taken seconds apart.
   */
  async measure(workload: Workload): Promise<readonly Summary[]> {
    const results = new Map<string, LoadResult[]>();
    const running = new Map<string, RunningServer>();
    const failed = new Set<string>();
    const entrants = this.entrants.filter(({ row }) => canRun(row, workload));
    try {
      await refuseWithoutFiles(workload);
      for (let round = 0; round < this.#roundsOf(workload); round++) {
        for (const { row, program } of inOrder(entrants, round).filter(({ row }) => !failed.has(row.name))) {
          try {
            const result = await this.#run(workload, row, program, running);
            results.set(row.name, [...results.get(row.name) ?? [], result]);
          } catch (error) {
            if (!(error instanceof LoadError)) throw error;
            failed.add(row.name);
            this.failures.push({ workload: workload.name, server: row.name, reason: error.message });
          }
        }
      }
    } catch (error) {
      if (!(error instanceof LoadError)) throw error;
      this.failures.push({ workload: workload.name, server: "every server", reason: error.message });
    } finally {
      await Promise.all([...running.values()].map((server) => server.end()));
    }
    const whole = (name: string): readonly LoadResult[] => failed.has(name) ? [] : results.get(name) ?? [];
    return entrants.filter(({ row: { name } }) => whole(name).length > 0)
      .map(({ row: { name } }) => summarize(workload.name, name, whole(name), whole(OURS)));
  }

  #roundsOf({ load, leastSeconds = 0 }: Workload): number {
    const { rounds, seconds } = this.#setting.options;
    return load.mode === "idle" || leastSeconds > seconds ? Math.ceil(rounds / ROUNDS_FOR_A_LONG_ONE) : rounds;
  }

  /** One measurement, of a server that runs already or is started for it. */
  async #run(
    workload: Workload,
    row: ServerRow,
    program: Program,
    running: Map<string, RunningServer>,
  ): Promise<LoadResult> {
    const { processes, pin } = this.#setting;
    const isFirst = !running.has(row.name);
    const server = running.get(row.name) ?? await processes.start(row.name, program.launch(workload), pin.server);
    if (isFirst) this.pids.push(server.pid);
    running.set(row.name, server);
    const isIdle = workload.load.mode === "idle";
    for (let left = isFirst && !isIdle ? WARM_UP.rounds : 0; left > 0; left--) {
      await this.#load(workload, row, server, WARM_UP.seconds);
    }
    const result = await this.#load(workload, row, server, isIdle ? 0 : BUSY_SECONDS);
    if (isIdle) {
      // What a server grew to in one round would hide what it grows by in the next.
      running.delete(row.name);
      await server.end();
    }
    return result;
  }

  async #load(
    workload: Workload,
    row: ServerRow,
    { port, pid }: RunningServer,
    warmUpSeconds: number,
  ): Promise<LoadResult> {
    const { generator, folder, pin, processes, options } = this.#setting;
    const { load, path, leastSeconds = 0 } = workload;
    const isIdle = load.mode === "idle";
    const [program = generator, ...before] = [...pin.load, generator];
    return await runLoad(
      [program, ...before],
      { ...load, isRaw: !row.knows.includes("messages") },
      {
        port,
        path,
        pid,
        seconds: isIdle ? SETTLE_SECONDS : Math.max(options.seconds, leastSeconds),
        warmUpSeconds,
      },
      processes.add,
      load.isDeflated ? await deflatedLoad(generator, load.messageBytes, folder) : {},
    );
  }
}

/**
 * Who comes when in a round: forwards and backwards in turn, each second time with the last moved to the front. So whatever
 * comes and goes with time falls on everybody: in twice as many rounds as there are servers each is at each place twice.
 */
export function inOrder<T>(entrants: readonly T[], round: number): readonly T[] {
  const turns = (round >> 1) % Math.max(1, entrants.length);
  const turned = [...entrants.slice(entrants.length - turns), ...entrants.slice(0, entrants.length - turns)];
  return round % 2 === 0 ? turned : turned.reverse();
}

/** @throws {LoadError} when a process may not have as many files open as the workload has connections. */
async function refuseWithoutFiles({ load: { connections } }: Workload): Promise<void> {
  const [needed, limit] = [connections + OTHER_FILES, await openFilesLimit()];
  if (limit < needed) {
    throw new LoadError(`needs ${needed} open files, and a process may have ${limit} here: raise "ulimit -Hn"`);
  }
}
