/**
 * Whom the benchmark measures: one row each, ours first.
 *
 * @module
 */
import { installWs } from "./ws_install.ts";

/** How a server is started. */
export interface Launch {
  readonly command: readonly [string, ...string[]];
  /** Added to the environment. */
  readonly env?: Readonly<Record<string, string>>;
  /** What runs: names and versions, for the result. */
  readonly version: string;
}

/** One server. Its program prints `127.0.0.1:PORT` once it listens, and echoes every message at `/echo`. */
export interface ServerRow {
  /** For `--only` and for the result. */
  readonly name: string;
  /** `bytes`: it knows nothing of frames, and gets the workload without them. */
  readonly speaks: "websocket" | "bytes";
  /** True: it knows permessage-deflate. Others are left out of compressed workloads. */
  readonly deflates?: true;
  /**
   * Makes it ready.
   *
   * @param folder the benchmark's own, for what has to be installed.
   * @throws {MissingError} when its program is not on this machine.
   */
  prepare(folder: string): Promise<Launch>;
}

/** The server cannot be measured here, and what to install. */
export class MissingError extends Error {}

/** Ours: what the others are divided by. */
export const OURS = "sockeye";

const PROJECT = new URL("../../../", import.meta.url).pathname;
const PEERS = `${PROJECT}tests/bench/peers/`;
const RUN = [Deno.execPath(), "run", "--no-prompt"] as const;
const DENO = `deno ${Deno.version.deno}`;

/** Every server, in the order of the tables. */
export const SERVERS: readonly ServerRow[] = [
  {
    name: OURS,
    speaks: "websocket",
    deflates: true,
    // With the permissions and the environment of `deno task start`.
    prepare: () =>
      Promise.resolve({
        command: [
          ...RUN,
          "--allow-net",
          `--allow-read=${PROJECT}`,
          "--allow-sys=systemMemoryInfo",
          "--allow-env=PORT,HOST,LOG_LEVEL,SOCKEYE_*",
          `${PROJECT}main.ts`,
          "--host=127.0.0.1",
          "--port=0",
          `--routes=${PROJECT}tests/bench/routes`,
        ],
        // Compression is on, and used with those who offer it only.
        env: { DENO_TOKIO_MAX_IO_EVENTS_PER_TICK: "120", SOCKEYE_PER_MESSAGE_DEFLATE: "on" },
        version: DENO,
      }),
  },
  {
    name: "deno-upgrade",
    speaks: "websocket",
    prepare: () =>
      Promise.resolve({ command: [...RUN, "--allow-net", `${PEERS}deno_upgrade.ts`], version: `Deno.serve, ${DENO}` }),
  },
  {
    name: "ws",
    speaks: "websocket",
    deflates: true,
    async prepare(folder) {
      const node = await versionOf("node", "Node.js (Debian: apt-get install nodejs npm)");
      const { from, version } = await installWs(`${folder}/ws`, PROJECT);
      return { command: ["node", `${PEERS}ws.mjs`, from], version: `${version}, node ${node}` };
    },
  },
  {
    name: "byte-echo",
    speaks: "bytes",
    prepare: () =>
      Promise.resolve({ command: [...RUN, "--allow-net", `${PEERS}byte_echo.ts`], version: `Deno.listen, ${DENO}` }),
  },
];

/** What `program --version` says; a missing one is told with what to install. */
async function versionOf(program: string, install: string): Promise<string> {
  try {
    const { stdout } = await new Deno.Command(program, { args: ["--version"], stderr: "null" }).output();
    return new TextDecoder().decode(stdout).trim().replace(/^v/, "");
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    throw new MissingError(`there is no ${program} on this machine: install ${install}`);
  }
}
