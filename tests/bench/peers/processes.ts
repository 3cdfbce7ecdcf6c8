/**
 * The processes of one benchmark: each on its core, each ended by its own id, whatever happens.
 *
 * @module
 */
import { LoadError } from "../wsload.ts";
import type { Launch } from "./servers.ts";

/** A server that listens. */
export interface RunningServer {
  readonly pid: number;
  readonly port: number;
  /** Ends it, at once. */
  end(): Promise<void>;
}

/** What stands before a command to pin it, and why nothing does where nothing does. */
export interface Pinning {
  readonly server: readonly string[];
  readonly load: readonly string[];
  readonly note: string;
}

/** So long a server may take until it listens. */
const START_TIMEOUT_MS = 20_000;

/** Everything that was started and has not ended. */
export class Processes {
  readonly #running = new Set<Deno.ChildProcess>();

  /** Runs a benchmark, and ends what it has started, whatever comes of it. */
  static async during<Result>(run: (processes: Processes) => Promise<Result>): Promise<Result> {
    const processes = new Processes();
    try {
      return await run(processes);
    } finally {
      await processes.end();
    }
  }

  /** Takes note of a process, until it ends. */
  readonly add = (child: Deno.ChildProcess): void => {
    this.#running.add(child);
    void child.status.then(() => this.#running.delete(child));
  };

  /**
   * Starts a server and waits until it tells its port.
   *
   * @throws {LoadError} when it ends or stays silent instead.
   */
  async start(name: string, launch: Launch, pin: readonly string[]): Promise<RunningServer> {
    const [program, ...args] = [...pin, ...launch.command];
    const child = new Deno.Command(program!, {
      args,
      // As JSON it would say that it serves, between the tables.
      env: { ...launch.env, NO_COLOR: "1", LOG_FORMAT: "text" },
      stdin: "null",
      stdout: "piped",
      stderr: "inherit",
    }).spawn();
    this.add(child);
    // deadline: a server that says nothing must not hang the benchmark
    const deadline = setTimeout(() => child.kill("SIGKILL"), START_TIMEOUT_MS);
    const port = await printedPort(child.stdout);
    clearTimeout(deadline);
    if (port === undefined) throw new LoadError(`${name} did not tell a port; its command: ${args.join(" ")}`);
    return {
      pid: child.pid,
      port,
      end: () => this.#end(child),
    };
  }

  /** Ends every process, at once. */
  async end(): Promise<void> {
    await Promise.all([...this.#running].map((child) => this.#end(child)));
  }

  async #end(child: Deno.ChildProcess): Promise<void> {
    if (this.#running.has(child)) child.kill("SIGKILL");
    await child.status;
  }
}

/** How many files a process may have open here, at most. */
export async function openFilesLimit(): Promise<number> {
  const limits = await Deno.readTextFile("/proc/self/limits");
  const hard = /^Max open files\s+\S+\s+(\S+)/m.exec(limits)?.[1];
  return hard === undefined || hard === "unlimited" ? Infinity : Number(hard);
}

/** The port in the first `127.0.0.1:PORT` of a server's output, which is then left alone. */
async function printedPort(stdout: ReadableStream<Uint8Array<ArrayBuffer>>): Promise<number | undefined> {
  const reader = stdout.pipeThrough(new TextDecoderStream()).getReader();
  let text = "";
  for (;;) {
    const { value, done } = await reader.read();
    if (done) return undefined;
    text += value;
    const port = /127\.0\.0\.1:(\d+)\b(?!$)/.exec(text)?.[1];
    if (port !== undefined) return Number(port);
  }
}

/** Servers on one core and the load on another, where the machine has two and `taskset` is there. */
export async function pinning(): Promise<Pinning> {
  const unpinned = (note: string): Pinning => ({ server: [], load: [], note });
  const cores = await allowedCores();
  const [server, load] = cores;
  if (server === undefined || load === undefined) {
    return unpinned("one core only: server and load take turns on it, so that rates and latencies mean little");
  }
  try {
    await new Deno.Command("taskset", { args: ["--version"], stdout: "null", stderr: "null" }).output();
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    return unpinned("not pinned: taskset (of util-linux) is missing, so that a server may use several cores");
  }
  return {
    server: ["taskset", "-c", String(server)],
    load: ["taskset", "-c", String(load)],
    note: `servers on core ${server}, load on core ${load}`,
  };
}

/** Numbers of the cores that this process may run on. */
async function allowedCores(): Promise<readonly number[]> {
  if (Deno.build.os !== "linux") throw new Error("the load generator needs Linux (epoll): run this in a container");
  const status = await Deno.readTextFile("/proc/self/status");
  const list = /^Cpus_allowed_list:\s*(\S+)$/m.exec(status)?.[1] ?? "0";
  return list.split(",").flatMap((range) => {
    const [first = 0, last = first] = range.split("-").map(Number);
    return Array.from({ length: last - first + 1 }, (_, index) => first + index);
  });
}
