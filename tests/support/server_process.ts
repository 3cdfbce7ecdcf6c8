/**
 * The real server as a child process, with the flags of the start task, on a free port of 127.0.0.1.
 *
 * @module
 */
import { CERT, IS_TLS } from "./certificates.ts";
import { pathOfUrl } from "../../lib/runtime/file_url.ts";
import { cpuSeconds } from "./other_process.ts";
import { PrintingChild } from "./printing_child.ts";
import { type DenoTask, START_TASK } from "./start_task.ts";

/** What may differ from `deno task start --port 0 --host 127.0.0.1`. */
export interface ServerSetting {
  /** Flags of the server, after those above: `["--ping-interval-ms", "200ms"]`. */
  readonly args?: readonly string[];
  /** Folder of route files, relative to the project. Default: `routes`. */
  readonly routes?: string;
  /** Added to the environment of the start task. */
  readonly env?: Readonly<Record<string, string>>;
  /** Flags of `deno run`, after those of the start task: `["--allow-read=/tmp/x"]`. */
  readonly denoFlags?: readonly string[];
  /** Whose flags and environment. Default: those of the start task. */
  readonly task?: DenoTask;
  /** Where its program is, with a slash at its end. Default: the project. */
  readonly entryFolder?: string;
  /** Where it is started, and its `sockeye.config.ts` is. Default: the project. */
  readonly folder?: string;
  /** What runs the flags: a program, with what stands before them. Default: this deno. */
  readonly program?: readonly [string, ...string[]];
  /** It leads a group of processes, to which a signal can be sent. */
  readonly isGroupLeader?: boolean;
  /** Most files the process may have open: `ulimit -n`. */
  readonly maxOpenFiles?: number;
}

/** Where the project is, with a slash at its end. */
export const PROJECT = pathOfUrl(new URL("../../", import.meta.url));

/** What tests look for in a log are its words: of a server that is read by no person it is JSON otherwise. */
export const TEXT_LOG: Readonly<Record<string, string>> = { NO_COLOR: "1", LOG_FORMAT: "text" };

/**
 * Starts the server and waits for the address it prints.
 *
 * @throws {Error} with what it printed, when it ends before that.
 *
 * @example
 * ```ts ignore
 * import { startServer } from "./server_process.ts";
 *
 * await using server = await startServer({ args: ["--max-connections", "2"] });
 * const response = await server.fetch("/health");
 * ```
 */
export async function startServer(setting: ServerSetting = {}): Promise<ServerProcess> {
  const server = new ServerProcess(setting);
  try {
    const [, port] = await server.printed(/listens on https?:\/\/[^\s:]+:(\d+)/);
    server.port = Number(port);
    return server;
  } catch (error) {
    await server[Symbol.asyncDispose]();
    throw error;
  }
}

/** Runs the server until it ends by itself: for starts that fail, `--help` and the like. */
export async function runServer(
  setting: ServerSetting,
): Promise<{ readonly code: number; readonly output: string }> {
  await using server = new ServerProcess(setting);
  const { code } = await server.exited();
  return { code, output: server.output() };
}

/** One running server. */
export class ServerProcess extends PrintingChild {
  /** The port it listens on; 0 until it has said so. */
  port = 0;
  readonly #client = Deno.createHttpClient({ poolMaxIdlePerHost: 0, ...(IS_TLS ? { caCerts: [CERT] } : {}) });

  constructor(setting: ServerSetting) {
    super(commandOf(setting).spawn());
  }

  /** `http://127.0.0.1:12345`, without a slash at its end. */
  get url(): string {
    return `${IS_TLS ? "https" : "http"}://127.0.0.1:${this.port}`;
  }

  /** An HTTP request on a connection of its own. */
  async fetch(path: string, init: RequestInit = {}): Promise<Response> {
    return await fetch(this.url + path, { ...init, client: this.#client });
  }

  /** Resident memory, in bytes. */
  rssBytes(): number {
    const kib = /^VmRSS:\s+(\d+) kB/m.exec(Deno.readTextFileSync(`/proc/${this.pid}/status`))?.[1];
    return Number(kib) * 1024;
  }

  /** Processor time used since the start, in seconds. */
  cpuSeconds(): number {
    return cpuSeconds(this.pid);
  }

  override async [Symbol.asyncDispose](): Promise<void> {
    this.#client.close();
    await super[Symbol.asyncDispose]();
  }
}

function commandOf(setting: ServerSetting): Deno.Command {
  const { args = [], routes, env = {}, denoFlags = [], task = START_TASK, folder = PROJECT, maxOpenFiles } = setting;
  const { env: taskEnv, flags, entry } = task;
  const { entryFolder = PROJECT, program: [program, ...before] = [Deno.execPath()] } = setting;
  const where = routes === undefined ? [] : ["--routes", routes];
  const deno = [
    ...before,
    ...flags,
    ...denoFlags,
    entryFolder + entry,
    "--port",
    "0",
    "--host",
    "127.0.0.1",
    ...where,
    ...args,
  ];
  // `exec` keeps the process id: signals reach the server, not a shell.
  const shell = ["-c", `ulimit -n ${maxOpenFiles}; exec "$0" "$@"`, program, ...deno];
  return new Deno.Command(maxOpenFiles === undefined ? program : "sh", {
    args: maxOpenFiles === undefined ? deno : shell,
    cwd: folder,
    detached: setting.isGroupLeader === true,
    env: { ...TEXT_LOG, ...taskEnv, ...env },
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  });
}
