/**
 * Whom the benchmark measures: one row each, ours first. Each is set up as its users would.
 *
 * @module
 */
import { pathOfUrl } from "../../../lib/runtime/file_url.ts";
import { START_TASK } from "../../support/start_task.ts";
import { installPackages } from "./npm.ts";
import type { Need, Workload } from "./workloads.ts";

/** How a server is started. */
export interface Launch {
  readonly command: readonly [string, ...string[]];
  /** Added to the environment. */
  readonly env?: Readonly<Record<string, string>>;
}

/** A server that is ready to be started. */
export interface Program {
  /** What runs: names and versions, for the result. */
  readonly version: string;
  /** How it is started for a workload: with compression for those that are compressed, and for no other. */
  launch(workload: Workload): Launch;
}

/**
 * One server. Its program prints `127.0.0.1:PORT` once it listens; it relays at `/fan` what one connection sends to all
 * others, and echoes every message elsewhere.
 */
export interface ServerRow {
  /** For `--only` and for the result. */
  readonly name: string;
  /** For a person. */
  readonly title: string;
  /** What it knows. One that does not know messages gets the workload without frames. */
  readonly knows: readonly Need[];
  /**
   * Makes it ready.
   *
   * @param folder the benchmark's own, for what has to be installed.
   * @throws {MissingError} when its program is not on this machine.
   */
  prepare(folder: string): Promise<Program>;
}

/** The server cannot be measured here, and what to install. */
export class MissingError extends Error {}

/** Ours: what the others are divided by. */
export const OURS = "sockeye";

const PROJECT = pathOfUrl(new URL("../../../", import.meta.url));
const PEERS = `${PROJECT}tests/bench/peers/`;
const RUN = [Deno.execPath(), "run", "--no-prompt"] as const;
const DENO = `deno ${Deno.version.deno}`;

/** Programs of Node and Bun may do more for a developer without it. */
const PRODUCTION = { NODE_ENV: "production" } as const;

/** What each connection of the byte echo reads into while memory is measured: little, so that it is a floor. */
const IDLE_BUFFER_BYTES = 1024;

/** Every server, in the order of the tables. */
export const SERVERS: readonly ServerRow[] = [
  {
    name: OURS,
    title: "Sockeye",
    knows: ["bytes", "messages", "deflate"],
    // With the flags and the environment of `deno task start`.
    prepare: () =>
      Promise.resolve({
        version: DENO,
        launch: ({ load }) => ({
          command: [
            Deno.execPath(),
            ...START_TASK.flags.map((flag) => flag.replace(/=\.$/, `=${PROJECT}`)),
            `${PROJECT}${START_TASK.entry}`,
            "--host=127.0.0.1",
            "--port=0",
            `--routes=${PROJECT}tests/bench/routes`,
          ],
          env: { ...START_TASK.env, ...(load.isDeflated ? { SOCKEYE_PER_MESSAGE_DEFLATE: "on" } : {}) },
        }),
      }),
  },
  {
    name: "ws",
    title: "npm ws",
    knows: ["bytes", "messages", "deflate"],
    async prepare(folder) {
      const node = await versionOf("node", "Node.js (Debian: apt-get install nodejs npm)");
      const { from, version } = await wsOrOwn(`${folder}/ws`);
      return {
        version: `${version}, node ${node}`,
        launch: ({ load }) => ({
          command: ["node", `${PEERS}ws.mjs`, from, ...(load.isDeflated ? ["--deflate"] : [])],
          env: PRODUCTION,
        }),
      };
    },
  },
  {
    name: "deno-upgrade",
    title: "Deno.upgradeWebSocket",
    knows: ["bytes", "messages"],
    prepare: () =>
      Promise.resolve({
        version: `Deno.serve, ${DENO}`,
        launch: () => ({ command: [...RUN, "--allow-net", `${PEERS}deno_upgrade.ts`] }),
      }),
  },
  {
    name: "bun",
    title: "Bun",
    knows: ["bytes", "messages", "deflate"],
    async prepare(folder) {
      const { program, version } = await installBun(`${folder}/bun`);
      return {
        version,
        launch: ({ load }) => ({
          command: [program, `${PEERS}bun.mjs`, ...(load.isDeflated ? ["--deflate"] : [])],
          env: PRODUCTION,
        }),
      };
    },
  },
  {
    name: "byte-echo",
    title: "bare Deno.listen",
    knows: ["bytes"],
    prepare: () =>
      Promise.resolve({
        version: `Deno.listen, ${DENO}`,
        launch: ({ load }) => ({
          command: [
            ...RUN,
            "--allow-net",
            `${PEERS}byte_echo.ts`,
            ...(load.mode === "idle" ? [`--buffer=${IDLE_BUFFER_BYTES}`] : []),
          ],
        }),
      }),
  },
];

/** Whether a server can be put under a workload. */
export function canRun({ knows }: ServerRow, { needs }: Workload): boolean {
  return knows.includes(needs);
}

/** `ws` at its fastest, with its native addons; where npm cannot install them, the project's own copy without. */
async function wsOrOwn(folder: string): Promise<{ readonly from: string; readonly version: string }> {
  const found = await installPackages(folder, ["ws@8", "bufferutil@4", "utf-8-validate@6"]);
  if (typeof found !== "string") return found;
  const { version } = JSON.parse(await Deno.readTextFile(`${PROJECT}node_modules/ws/package.json`));
  return { from: PROJECT.replace(/\/$/, ""), version: `ws ${version} without native addons (${found})` };
}

/** The version that the bar was set by. */
const BUN = "bun@1.4.5";

/** Bun's program for this machine, out of the package that npm chose for it; `-baseline` is for older processors. */
async function installBun(folder: string): Promise<{ readonly program: string; readonly version: string }> {
  const found = await installPackages(folder, [BUN]);
  if (typeof found === "string") throw new MissingError(`npm cannot install ${BUN} (${found})`);
  const arch = Deno.build.arch === "aarch64" ? "aarch64" : "x64";
  const packages = ["", "-baseline", "-musl", "-musl-baseline"].map((kind) => `bun-${Deno.build.os}-${arch}${kind}`);
  for (const name of packages) {
    const program = `${folder}/node_modules/@oven/${name}/bin/bun`;
    const version = await ran(program);
    if (version !== undefined) return { program, version: `${name} ${version}` };
  }
  throw new MissingError(`no program of ${BUN} runs on this machine: tried ${packages.join(", ")}`);
}

/** What `program --version` says; a missing one is told with what to install. */
async function versionOf(program: string, install: string): Promise<string> {
  const version = await ran(program);
  if (version === undefined) throw new MissingError(`there is no ${program} on this machine: install ${install}`);
  return version;
}

/** What `program --version` says, or undefined when there is no such program or it does not run here. */
async function ran(program: string): Promise<string | undefined> {
  try {
    const { success, stdout } = await new Deno.Command(program, { args: ["--version"], stderr: "null" }).output();
    return success ? new TextDecoder().decode(stdout).trim().replace(/^v/, "") : undefined;
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    return undefined;
  }
}
