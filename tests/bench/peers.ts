/**
 * Measures this server beside others, in one run, interleaved: `deno task bench:peers`.
 *
 * ```
 * deno task bench:peers [--rounds 3] [--seconds 2] [--only NAME]… [--json FILE]
 * ```
 *
 * `--only` takes names of servers and of workloads. What can be trusted is the ratio of server CPU per message, for it
 * compares runs that are seconds apart on the same core; rates and latencies drift with the machine.
 *
 * @module
 */
import { parseArgs } from "node:util";
import { type Pinning, pinning, Processes, type RunningServer } from "./peers/processes.ts";
import { type Launch, MissingError, OURS, type ServerRow, SERVERS } from "./peers/servers.ts";
import { doubts, summarize, type Summary, table } from "./peers/summary.ts";
import { type Workload, WORKLOADS } from "./peers/workloads.ts";
import { buildLoadGenerator, deflatedLoad, LoadError, type LoadResult, runLoad } from "./wsload.ts";

/** What to measure, and for how long. */
export interface PeersOptions {
  readonly rounds: number;
  /** Of each measurement. */
  readonly seconds: number;
  readonly servers: readonly ServerRow[];
  readonly workloads: readonly Workload[];
  /** Where the whole result goes, as JSON. */
  readonly json: string | undefined;
}

/** A wrong command line. */
export class UsageError extends Error {}

/**
 * Reads the command line.
 *
 * @throws {UsageError} that says what is allowed.
 */
export function readOptions(args: readonly string[]): PeersOptions {
  const { rounds, seconds, only, json } = parsed(args);
  const chosen = <Row extends { readonly name: string }>(rows: readonly Row[]): readonly Row[] => {
    const some = rows.filter(({ name }) => only.includes(name));
    return some.length > 0 ? some : rows;
  };
  const names = [...SERVERS, ...WORKLOADS].map(({ name }) => name);
  const unknown = only.find((name) => !names.includes(name));
  if (unknown !== undefined) throw new UsageError(`--only does not know "${unknown}": use ${names.join(", ")}`);
  return {
    rounds: positive("--rounds", rounds, (value) => Number.isInteger(value)),
    seconds: positive("--seconds", seconds, Number.isFinite),
    servers: chosen(SERVERS),
    workloads: chosen(WORKLOADS),
    json,
  };
}

interface RawOptions {
  readonly rounds: string;
  readonly seconds: string;
  readonly only: readonly string[];
  readonly json: string | undefined;
}

function parsed(args: readonly string[]): RawOptions {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: {
        rounds: { type: "string", default: "3" },
        seconds: { type: "string", default: "2" },
        only: { type: "string", multiple: true, default: [] },
        json: { type: "string" },
      },
    });
    return { rounds: values.rounds, seconds: values.seconds, only: values.only, json: values.json };
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}

function positive(flag: string, text: string, isAllowed: (value: number) => boolean): number {
  const value = Number(text);
  if (value > 0 && isAllowed(value)) return value;
  throw new UsageError(`${flag} takes a number above 0, not "${text}"`);
}

/** What the load generator and other packages are kept in. */
const FOLDER = new URL("../../.tmp/bench", import.meta.url).pathname;

/** So long each server is under load before it is measured. */
const WARM_UP_SECONDS = 0.5;

interface Entrant extends RunningServer {
  readonly row: ServerRow;
  readonly launch: Launch;
}

/** A whole run: every workload, every round, every server in turn. */
class Contest {
  readonly #options: PeersOptions;
  readonly #processes: Processes;
  readonly #pin: Pinning;
  readonly #results = new Map<string, LoadResult[]>();

  constructor(options: PeersOptions, processes: Processes, pin: Pinning) {
    this.#options = options;
    this.#processes = processes;
    this.#pin = pin;
  }

  /** Starts the servers that are on this machine; says what the others lack. */
  async enter(): Promise<readonly Entrant[]> {
    const entrants: Entrant[] = [];
    for (const row of this.#options.servers) {
      try {
        const launch = await row.prepare(FOLDER);
        entrants.push({ row, launch, ...await this.#processes.start(row.name, launch, this.#pin.server) });
        console.log(`${row.name}: ${launch.version}`);
      } catch (error) {
        if (!(error instanceof MissingError)) throw error;
        console.log(`${row.name}: left out, ${error.message}`);
      }
    }
    return entrants;
  }

  async measure(entrants: readonly Entrant[]): Promise<readonly Summary[]> {
    const generator = await buildLoadGenerator(FOLDER);
    for (let round = 0; round < this.#options.rounds; round++) {
      for (const workload of this.#options.workloads) {
        for (const entrant of entrants.filter(canRun(workload))) await this.#run(generator, workload, entrant);
      }
    }
    const resultsOf = (workload: Workload, name: string) => this.#results.get(`${workload.name} ${name}`) ?? [];
    return this.#options.workloads.flatMap((workload) =>
      entrants.filter(canRun(workload)).map(({ row: { name } }) =>
        summarize(workload.name, name, resultsOf(workload, name), resultsOf(workload, OURS))
      )
    );
  }

  async #run(generator: string, { name, load }: Workload, { row, pid, port }: Entrant): Promise<void> {
    const mode = row.speaks === "bytes" ? "raw" : load.mode;
    const target = { port, path: "/echo", pid, seconds: this.#options.seconds, warmUpSeconds: WARM_UP_SECONDS };
    const [program = generator, ...before] = [...this.#pin.load, generator];
    const env = load.isDeflated ? await deflatedLoad(generator, load.messageBytes, FOLDER) : {};
    let result: LoadResult;
    try {
      result = await runLoad([program, ...before], { ...load, mode }, target, this.#processes.add, env);
    } catch (error) {
      if (error instanceof LoadError) throw new LoadError(`${name} on ${row.name}: ${error.message}`);
      throw error;
    }
    const key = `${name} ${row.name}`;
    this.#results.set(key, [...this.#results.get(key) ?? [], result]);
  }
}

/** Whether a server can be put under a workload. */
function canRun({ load }: Workload): (entrant: Entrant) => boolean {
  return ({ row }) => load.isDeflated !== true || row.deflates === true;
}

async function main(args: readonly string[]): Promise<void> {
  const options = readOptions(args);
  const processes = new Processes();
  const stop = (signal: "SIGINT" | "SIGTERM") => async (): Promise<void> => {
    await processes.end();
    Deno.exit(signal === "SIGINT" ? 130 : 143);
  };
  for (const signal of ["SIGINT", "SIGTERM"] as const) Deno.addSignalListener(signal, stop(signal));
  try {
    const pin = await pinning();
    const contest = new Contest(options, processes, pin);
    const entrants = await contest.enter();
    const { rounds, seconds } = options;
    console.log(`${pin.note}; medians of ${rounds} interleaved rounds of ${seconds} s`);
    const summaries = await contest.measure(entrants);
    for (const { name, title } of options.workloads) {
      const own = summaries.filter(({ workload }) => workload === name);
      console.log(`\n${name}: ${title}\n\n${table(own)}`);
      for (const doubt of doubts(own)) console.log(`  ${doubt}`);
    }
    if (options.json !== undefined) {
      await writeJson(options.json, { rounds, seconds, pinning: pin.note }, entrants, summaries);
    }
  } finally {
    await processes.end();
  }
}

async function writeJson(
  path: string,
  setting: Readonly<Record<string, unknown>>,
  entrants: readonly Entrant[],
  summaries: readonly Summary[],
): Promise<void> {
  const cpu = /^model name\s*:\s*(.*)$/m.exec(await Deno.readTextFile("/proc/cpuinfo"))?.[1];
  const machine = { cpu, cores: navigator.hardwareConcurrency, os: Deno.osRelease() };
  const servers = entrants.map(({ row: { name }, launch: { version }, pid }) => ({ name, version, pid }));
  const result = { date: new Date().toISOString(), machine, ...setting, servers, summaries };
  await Deno.writeTextFile(path, `${JSON.stringify(result, null, 2)}\n`);
}

if (import.meta.main) {
  try {
    await main(Deno.args);
  } catch (error) {
    if (!(error instanceof UsageError || error instanceof LoadError)) throw error;
    console.error(`bench:peers: ${error.message}`);
    Deno.exit(error instanceof UsageError ? 2 : 1);
  }
  Deno.exit(0);
}
