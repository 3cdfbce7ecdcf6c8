/**
 * The command that starts a worker: this program as it was started itself.
 *
 * @module
 */

/** The parts of a command line of Deno. */
export interface OwnCommand {
  /** Between `deno` and the program, `run` included. */
  readonly flags: readonly string[];
  readonly program: string;
  readonly args: readonly string[];
}

/** What a worker is started with. */
export interface WorkerCommand {
  readonly command: string;
  readonly args: readonly string[];
}

/** Workers cannot be had here: the message says why, and what to do. */
export class WorkersUnavailableError extends Error {
  override readonly name = "WorkersUnavailableError";
}

/** The last argument of a worker: which one it is. Not an option: nobody but the parent gives it. */
const SEAT_FLAG = "--as-worker=";

/** However many cores there are. */
const MAX_WORKERS = 64;

/** How many workers the option `workers` asks for. */
export function countOf(workers: number | "auto", cores: number = navigator.hardwareConcurrency): number {
  return workers === "auto" ? Math.min(cores, MAX_WORKERS) : workers;
}

/** Whether more than one worker can be had. @throws {WorkersUnavailableError} when not. */
export async function checkWorkers(count: number, os: string = Deno.build.os): Promise<void> {
  if (os !== "linux") {
    throw new WorkersUnavailableError(
      `--workers=${count} needs Linux, whose kernel shares a port among processes, and this is ${os}: leave it out, or ` +
        "start several servers behind a proxy",
    );
  }
  if (!await isGranted({ name: "run", command: Deno.execPath() })) {
    throw new WorkersUnavailableError(
      `--workers=${count} needs the permission to start programs: start the server with "deno task start:workers", or ` +
        "add --allow-run to the flags of deno",
    );
  }
  if (!await isGranted({ name: "net", host: "127.0.0.1" })) {
    throw new WorkersUnavailableError(
      `--workers=${count} needs the permission for 127.0.0.1, by which the processes find each other: add it to --allow-net`,
    );
  }
}

async function isGranted(permission: Deno.PermissionDescriptor): Promise<boolean> {
  return (await Deno.permissions.query(permission)).state === "granted";
}

/**
 * How this process was started. Linux tells whoever may read `/proc`, which a program may that is started without the
 * confines of this one.
 */
export async function ownCommand(): Promise<OwnCommand> {
  const script = `await Deno.stdout.write(Deno.readFileSync("/proc/${Deno.pid}/cmdline"))`;
  const { success, stdout } = await new Deno.Command(Deno.execPath(), {
    args: ["eval", "--no-config", "--no-lock", script],
    env: { DENO_DIR: "/dev/null/none", DENO_NO_UPDATE_CHECK: "1" },
    stderr: "null",
  }).output();
  const words = success ? new TextDecoder().decode(stdout).split("\0").slice(0, -1) : [];
  const found = parseCommand(words, Deno.args);
  if (found !== undefined) return found;
  throw new WorkersUnavailableError(
    "--workers: the command line of this process cannot be read (/proc), with which workers would be started",
  );
}

/** Takes a command line apart. @param args what the program was given; undefined when it does not end so. */
export function parseCommand(words: readonly string[], args: readonly string[]): OwnCommand | undefined {
  const at = words.length - args.length - 1;
  const program = words[at];
  if (at < 1 || program === undefined || args.some((arg, index) => words[at + 1 + index] !== arg)) return undefined;
  return { flags: words.slice(1, at), program, args };
}

/**
 * The command of one worker.
 *
 * The permission to start any program, which the parent needs, equals all there are: a worker has it only where its routes
 * or plug-ins have processes of their own. A list of programs was given for the routes, and stays.
 */
export function workerCommand(
  { flags, program, args }: OwnCommand,
  number: number,
  mayStartPrograms: boolean,
): WorkerCommand {
  const own = flags.filter((flag) => {
    if (/^--inspect/.test(flag)) return false; // The parent has that port.
    return mayStartPrograms || flag !== "--allow-run";
  });
  const isRun = own[0] === "run";
  return {
    command: Deno.execPath(),
    args: ["run", "--unstable-net", ...own.slice(isRun ? 1 : 0), program, ...args, `${SEAT_FLAG}${number}`],
  };
}

/** Whether this process is a worker, and its arguments without what says so. */
export function seatOf(args: readonly string[]): { readonly isWorker: boolean; readonly rest: readonly string[] } {
  const isWorker = args.at(-1)?.startsWith(SEAT_FLAG) === true;
  return { isWorker, rest: isWorker ? args.slice(0, -1) : args };
}
