/**
 * What is said of an image: its configuration, and the annotations of its manifest.
 *
 * @module
 */
import { GATEWAY_DEFAULTS } from "../../gateway/mod.ts";
import type { Architecture } from "./architecture.ts";
import type { Layer } from "./layer.ts";
import { APP_FOLDER, DENO_PATH, type StartCommand } from "./start_command.ts";
import { USER_ID } from "./system_files.ts";

/** What differs from image to image. */
export interface ImageFacts {
  readonly architecture: Architecture;
  readonly start: StartCommand;
  readonly layers: readonly Layer[];
  readonly annotations: Readonly<Record<string, string>>;
  /** RFC 3339. */
  readonly created: string;
}

/** What an image is named by. */
export interface ImageLabels {
  readonly version: string;
  readonly deployment: string;
  readonly created: string;
  /** Of the source, where it is known. */
  readonly revision?: string | undefined;
}

/** Where the health check is in the image. */
export const HEALTH_FILE = "health.js";

/** The health check. Nothing may be read or written by it: it asks over the network. */
export const HEALTH_COMMAND: readonly string[] = [
  DENO_PATH,
  "run",
  "--no-prompt",
  "--no-remote",
  "--no-npm",
  "--cached-only",
  "--no-config",
  "--no-lock",
  "--allow-net",
  "--allow-env=PORT,HOST",
  `${APP_FOLDER}/${HEALTH_FILE}`,
];

const SECOND_NS = 1_000_000_000;

/** The signal at which the server drains. */
export const STOP_SIGNAL = "SIGTERM";

/** Annotations, which are the labels of the configuration too: some tools show these, some those. */
export function annotationsOf({ version, deployment, created, revision }: ImageLabels): Record<string, string> {
  return {
    "org.opencontainers.image.created": created,
    "org.opencontainers.image.description": "A self-hosted WebSocket edge server on Deno",
    "org.opencontainers.image.licenses": "MIT",
    ...(revision === undefined ? {} : { "org.opencontainers.image.revision": revision }),
    "org.opencontainers.image.title": "sockeye",
    "org.opencontainers.image.version": version,
    "sockeye.deployment": deployment,
  };
}

/** The configuration, in the form of the OCI image specification. */
export function imageConfig({ architecture, start, layers, annotations, created }: ImageFacts): object {
  return {
    created,
    architecture,
    os: "linux",
    config: {
      User: `${USER_ID}:${USER_ID}`,
      ExposedPorts: { [`${GATEWAY_DEFAULTS.port}/tcp`]: {} },
      Env: envOf(start),
      Entrypoint: start.entrypoint,
      // Flags of the server are all that is added: `podman run IMAGE --max-connections 1000`.
      Cmd: [],
      WorkingDir: APP_FOLDER,
      Labels: annotations,
      StopSignal: STOP_SIGNAL,
      // Deviation: not of the specification, which has no health check and has others ignore what they do not know.
      // Docker reads it here, and so does everything where the image is copied with `--format v2s2`.
      Healthcheck: {
        Test: ["CMD", ...HEALTH_COMMAND],
        Interval: 30 * SECOND_NS,
        Timeout: 5 * SECOND_NS,
        StartPeriod: 5 * SECOND_NS,
        Retries: 3,
      },
    },
    rootfs: { type: "layers", diff_ids: layers.map(({ diffId }) => diffId) },
    history: layers.map(({ title }) => ({ created, created_by: `deno task image: ${title}` })),
  };
}

function envOf({ env }: StartCommand): readonly string[] {
  const whole: Readonly<Record<string, string>> = {
    ...env,
    // Nothing is cached: nothing is there to be written, and nobody could.
    DENO_DIR: "/tmp/deno",
    DENO_NO_UPDATE_CHECK: "1",
    // The file of the image, which can be mounted over, in place of the list within deno, which cannot.
    DENO_TLS_CA_STORE: "system",
    PATH: DENO_PATH.slice(0, DENO_PATH.lastIndexOf("/")),
  };
  return Object.entries(whole).map(([name, value]) => `${name}=${value}`).sort();
}
