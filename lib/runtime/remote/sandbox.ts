/**
 * How a process is started that runs code nobody vouches for: what it is given, and what is taken from it.
 *
 * @module
 */
import { NO_FOLDER } from "../file_url.ts";
import { DEFAULT_MEMORY_BYTES, type Grants, type Limits } from "./grants.ts";
import { BOOTSTRAP_URL, bootstrapInput } from "./process_bootstrap.ts";
import type { ProcessCommand } from "./process_channel.ts";

/** A sandbox. */
export interface SandboxOrder {
  /** The host, as JavaScript that imports nothing but `node:`. */
  readonly host: string;
  readonly grants: Grants;
  readonly limits: Limits;
  /** Ports of this machine that the code has no business at: that of our own admin listener. */
  readonly deniedPorts: readonly number[];
  /** What has the system hold the limits: without it none of them is held by more than what the code says. */
  readonly keeper?: Keeper | undefined;
  /** The value of an environment variable here. */
  readonly env: (name: string) => string | undefined;
}

/** What starts a sandbox so that the system keeps it within its limits. */
export interface Keeper {
  /** A shell that can set limits. */
  readonly shell: string;
  /**
   * The words of a command that goes before another one: which ends with its parent, whatever it is about, and gets no
   * rights by a program it starts. None, where there is no such command.
   */
  readonly leash: readonly string[];
}

/** What a bare process takes beside the heap and the buffers of its code, resident. */
const BASE_MEMORY_BYTES = 96 * 1024 * 1024;

/** The same as the system counts it for a limit: with what V8 reserves for machine code. */
const BASE_DATA_KIB = 580 * 1024;

/**
 * Where clouds keep their secrets, which a name that was granted may turn out to mean. What is link-local in IPv6 leads
 * nowhere without a zone; a range does not hold for an address of IPv4 that is written as one of IPv6, so that those that
 * are in use are named.
 */
const SECRETS = [
  "169.254.0.0/16",
  "[::ffff:169.254.169.254]",
  "[::ffff:169.254.170.2]",
  "[fd00:ec2::254]",
];

/** Names that this machine calls itself by; what they lead to is refused whatever they are called. */
const SELF = ["127.0.0.1", "0.0.0.0", "[::1]", "[::]"];

/** Open files of a sandbox: its channel, its own, and some connections. */
const MAX_FILES = 256;

/** The command that starts a sandbox. */
export function sandboxCommand(order: SandboxOrder): ProcessCommand {
  const { host, grants, limits, deniedPorts, keeper, env } = order;
  const memoryBytes = limits.memoryBytes ?? DEFAULT_MEMORY_BYTES;
  const { net = [], env: names = [] } = grants;
  const denied = [...SECRETS, ...deniedPorts.flatMap((port) => SELF.map((name) => `${name}:${port}`))];
  const args = [
    "run",
    "--quiet",
    "--no-prompt",
    "--no-remote",
    "--deny-import",
    "--no-npm",
    "--cached-only",
    "--no-config",
    "--no-lock",
    `--v8-flags=--max-old-space-size=${Math.ceil(memoryBytes / 2 ** 20)}`,
    ...(net.length > 0 ? [`--allow-net=${net.join()}`, `--deny-net=${denied.join()}`] : []),
    ...(names.length > 0 ? [`--allow-env=${names.join()}`] : []),
    BOOTSTRAP_URL,
  ];
  const given = names.flatMap((name): [string, string][] => {
    const value = env(name);
    return value === undefined ? [] : [[name, value]];
  });
  return {
    ...limited(Deno.execPath(), args, memoryBytes, keeper),
    env: {
      // Nothing is kept on disk.
      DENO_DIR: NO_FOLDER,
      NO_COLOR: "1",
      ...Object.fromEntries(given),
    },
    folder: Deno.build.os === "windows" ? "C:\\" : "/",
    input: bootstrapInput(host),
  };
}

/**
 * The heap's flag does not hold buffers: where the system limits memory it does, whatever the code says of itself. No file
 * may grow, and no image of the memory is left when it ends.
 */
function limited(
  command: string,
  args: readonly string[],
  memoryBytes: number,
  keeper: Keeper | undefined,
): Pick<ProcessCommand, "command" | "args"> {
  if (keeper === undefined) return { command, args };
  const dataKib = BASE_DATA_KIB + Math.ceil(memoryBytes / 1024);
  const limits = `ulimit -d ${dataKib} && ulimit -c 0 && ulimit -f 0 && ulimit -n ${MAX_FILES}`;
  return {
    command: keeper.shell,
    args: ["-c", `${limits} && exec "$@"`, "sandbox", ...keeper.leash, command, ...args],
  };
}

/**
 * The {@linkcode SandboxOrder.keeper} of this machine, where there is one: on Linux, where the system's limit of data
 * counts what buffers take.
 */
export async function findKeeper(): Promise<Keeper | undefined> {
  if (Deno.build.os !== "linux") return undefined;
  const shell = "/bin/sh";
  if (await saidBy(shell, "ulimit -d unlimited && ulimit -c 0 && ulimit -f 0") === undefined) return undefined;
  const leash = ["--pdeathsig", "KILL", "--no-new-privs", "--"];
  const tried = `command -v setpriv && exec setpriv ${leash.join(" ")} true`;
  const path = (await saidBy(shell, tried))?.trim() ?? "";
  return { shell, leash: path.startsWith("/") ? [path, ...leash] : [] };
}

/** What the shell prints when it does this; undefined when it fails, is not there, or may not be started. */
async function saidBy(shell: string, script: string): Promise<string | undefined> {
  try {
    const { success, stdout } = await new Deno.Command(shell, { args: ["-c", script], stderr: "null" }).output();
    return success ? new TextDecoder().decode(stdout) : undefined;
  } catch {
    return undefined;
  }
}

/** Beyond so many bytes of resident memory a sandbox is ended. */
export function memoryLimitOf({ memoryBytes = DEFAULT_MEMORY_BYTES }: Limits): number {
  return memoryBytes + BASE_MEMORY_BYTES;
}
