/**
 * The native load generator: built when needed, run on its own core, its line of JSON parsed.
 *
 * @module
 */

import { constants, deflateRawSync } from "node:zlib";

/** What the load does: see the head of `wsload.c`. */
export type LoadMode = "echo" | "fan" | "handshakes" | "idle";

/** What is put on a server. */
export interface Load {
  readonly mode: LoadMode;
  /** True for a bare byte echo: the same bytes back, no handshake and no frames. */
  readonly isRaw?: boolean;
  readonly connections: number;
  readonly messageBytes: number;
  /** Messages in flight on each connection; of a fan-out publications under way at once. */
  readonly depth: number;
  readonly isText: boolean;
  /** Messages are compressed, and permessage-deflate is offered with no context kept on either side. */
  readonly isDeflated?: boolean;
}

/** 64 bytes to and fro: so many connections, with so many messages in flight on each. */
export function echoLoad(connections: number, depth: number): Load {
  return { mode: "echo", connections, messageBytes: 64, depth, isText: false };
}

/** Where it is put, and for how long. */
export interface LoadTarget {
  /** Of several servers: the connections take turns, the publisher of a fan-out being the last. */
  readonly port: number | readonly number[];
  readonly path: string;
  /** Of several processes: their CPU time and memory are added up. */
  readonly pid: number | readonly number[];
  readonly seconds: number;
  readonly warmUpSeconds: number;
}

/** What one run of the load generator tells. */
export interface LoadResult {
  /** Messages a second. */
  readonly rate: number;
  /** CPU time of the server for one message, in microseconds. */
  readonly serverUs: number;
  /** Cores that the server used: 1 is all of its own. */
  readonly serverCores: number;
  /** Cores that the load used: near 1 it is the load that was measured. */
  readonly loadCores: number;
  /** Round trip, in microseconds; of a fan-out from publication to delivery. */
  readonly p50Us: number;
  readonly p99Us: number;
  /** Fewest and most messages that any one connection got. */
  readonly connMin: number;
  readonly connMax: number;
  /** Resident memory of the server, in MiB. */
  readonly serverMiB: number;
  /** What it grew by for each connection that is open and silent, in KiB; 0 under every other load. */
  readonly connectionKiB: number;
  /** What comes from the server for one message, headers included, in bytes. */
  readonly replyBytes: number;
  /** Share of the machine that its neighbours took meanwhile, 0 to 1. */
  readonly steal: number;
  readonly errors: number;
}

/** Why there is no result. */
export class LoadError extends Error {}

/** How long beyond its own duration a run may take: it gives up by itself when connections do not open in 20 s. */
const GRACE_SECONDS = 25;

/**
 * Compiles `wsload.c` into `folder`, unless what is there is newer than the source.
 *
 * @returns the path of the program.
 * @throws {LoadError} without a C compiler, or when it fails.
 */
export async function buildLoadGenerator(folder: string, compiler = Deno.env.get("CC") ?? "cc"): Promise<string> {
  const source = new URL("wsload.c", import.meta.url).pathname;
  const program = `${folder}/wsload`;
  if (await modifiedAt(program) > await modifiedAt(source)) return program;
  await Deno.mkdir(folder, { recursive: true });
  let output: Deno.CommandOutput;
  try {
    output = await new Deno.Command(compiler, { args: ["-O2", "-o", program, source] }).output();
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    throw new LoadError(
      `The load generator is written in C and there is no compiler "${compiler}": install one ` +
        "(Debian: apt-get install gcc libc6-dev), or name another in CC.",
    );
  }
  if (!output.success) {
    throw new LoadError(`${compiler} cannot compile ${source}:\n${new TextDecoder().decode(output.stderr)}`);
  }
  return program;
}

/** What is offered with a compressed load: each server then does the same work for each message. */
const DEFLATE_OFFER = "permessage-deflate; server_no_context_takeover; client_no_context_takeover";

/**
 * Compresses the payload that the load generator sends, as it cannot do that itself.
 *
 * @param folder for the file.
 * @returns the environment to run it with.
 */
export async function deflatedLoad(
  program: string,
  messageBytes: number,
  folder: string,
): Promise<Readonly<Record<string, string>>> {
  const plain = `${folder}/payload-${messageBytes}`;
  // It ends with an error, for it has no compressed payload yet; the plain one is written.
  const args = ["-z", "-s", String(messageBytes)];
  await new Deno.Command(program, { args, env: { DUMP: plain }, stderr: "null" }).output();
  const settings = { finishFlush: constants.Z_SYNC_FLUSH };
  await Deno.writeFile(`${plain}.deflated`, deflateRawSync(await Deno.readFile(plain), settings).subarray(0, -4));
  return { DEFLATED: `${plain}.deflated`, ZOFFER: `Sec-WebSocket-Extensions: ${DEFLATE_OFFER}\r\n` };
}

/** The words of the load generator, and those for a server that speaks no WebSocket. */
const MODES = {
  echo: ["echo", "raw"],
  fan: ["fan", "fan"],
  handshakes: ["hs", "hs"],
  idle: ["idle", "idle"],
} as const satisfies Record<LoadMode, readonly [framed: string, raw: string]>;

/** How the load generator is told what to do, after its name. */
export function loadArguments(load: Load, target: LoadTarget): readonly string[] {
  const options = {
    "-m": MODES[load.mode][load.isRaw ? 1 : 0],
    "-c": load.connections,
    "-s": load.messageBytes,
    "-d": load.depth,
    "-p": target.port,
    "-u": target.path,
    "-P": target.pid,
    "-t": target.seconds,
    "-w": target.warmUpSeconds,
  };
  const switches = [
    ...(load.isText ? ["-x"] : []),
    ...(load.isDeflated ? ["-z"] : []),
    ...(load.isRaw && load.mode === "idle" ? ["-R"] : []),
  ];
  return [...Object.entries(options).flatMap(([flag, value]) => [flag, String(value)]), ...switches];
}

/**
 * Runs the load generator once.
 *
 * @param command the program, with what pins it to a core before it.
 * @param started is given the process, so that it can be ended from outside.
 * @param env of {@linkcode deflatedLoad}, for a compressed load.
 * @throws {LoadError} when it fails, does not end in time, or the server made mistakes.
 */
export async function runLoad(
  command: readonly [string, ...string[]],
  load: Load,
  target: LoadTarget,
  started: (child: Deno.ChildProcess) => void = () => {},
  env: Readonly<Record<string, string>> = {},
): Promise<LoadResult> {
  const [program, ...before] = command;
  const child = new Deno.Command(program, {
    args: [...before, ...loadArguments(load, target)],
    env,
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  started(child);
  // deadline: a server that hangs must not hang the benchmark
  const deadline = setTimeout(
    () => child.kill("SIGKILL"),
    (target.seconds + target.warmUpSeconds + GRACE_SECONDS) * 1e3,
  );
  const { success, code, signal, stdout, stderr } = await child.output();
  clearTimeout(deadline);
  const [line, complaints] = [stdout, stderr].map((bytes) => new TextDecoder().decode(bytes).trim());
  if (signal === "SIGKILL") throw new LoadError("the load generator was ended: the server did not answer in time");
  if (!success) throw new LoadError(`the load generator failed (${signal ?? `exit code ${code}`}): ${complaints}`);
  try {
    return parseLoadResult(line ?? "");
  } catch (error) {
    if (error instanceof LoadError && complaints !== "") throw new LoadError(`${error.message} (${complaints})`);
    throw error;
  }
}

const FIELDS = {
  rate: "rate",
  serverUs: "srv_us",
  serverCores: "srv_cpu",
  loadCores: "cli_cpu",
  p50Us: "p50_us",
  p99Us: "p99_us",
  connMin: "conn_min",
  connMax: "conn_max",
  serverMiB: "srv_rss_mb",
  connectionKiB: "kib_per_conn",
  replyBytes: "reply_bytes",
  steal: "steal",
  errors: "errs",
} as const satisfies Record<keyof LoadResult, string>;

/**
 * Reads the line that the load generator prints.
 *
 * @throws {LoadError} when it is not that line, or tells of errors or of no message at all.
 */
export function parseLoadResult(line: string): LoadResult {
  let fields: Readonly<Record<string, unknown>>;
  try {
    fields = JSON.parse(line);
  } catch {
    throw new LoadError(`the load generator did not print a line of JSON but: ${line.trim()}`);
  }
  const read = (name: string): number => {
    const value = fields[name];
    if (typeof value !== "number") {
      throw new LoadError(`the load generator's line has no number "${name}": ${line.trim()}`);
    }
    return value;
  };
  const result = Object.fromEntries(
    Object.entries(FIELDS).map(([name, field]) => [name, read(field)]),
  ) as Record<keyof LoadResult, number>;
  if (result.errors > 0) throw new LoadError(`${result.errors} errors on the connections: ${line.trim()}`);
  if (result.rate === 0) throw new LoadError("no message was answered");
  return result;
}

async function modifiedAt(path: string): Promise<number> {
  try {
    return (await Deno.stat(path)).mtime?.getTime() ?? 0;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return 0;
    throw error;
  }
}
