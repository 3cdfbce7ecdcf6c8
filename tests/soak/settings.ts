/**
 * What a soak is told: its flags, and how many connections the machine allows.
 *
 * @module
 */
import { parseArgs } from "node:util";

/** What is done for how long. */
export interface SoakSettings {
  /** Measured, after everybody is connected. */
  readonly seconds: number;
  readonly idle: number;
  readonly busy: number;
  /** Clients that come and go, each second. */
  readonly churn: number;
  readonly broker: "nats" | "redis" | "none";
  /** Seconds from one to the next; 0: none. */
  readonly deployEvery: number;
  readonly killBrokerEvery: number;
  readonly collectEvery: number;
  /** Files for the report, without their ends. */
  readonly report: string | undefined;
  readonly limits: SoakLimits;
}

/** What fails a soak, beside anything that is lost. */
export interface SoakLimits {
  /** KiB a minute that the server's live heap may grow by, twice the error taken off. */
  readonly maxLiveSlopeKib: number;
  /** The same of its resident memory. */
  readonly maxSlopeKib: number;
  /** Milliseconds that 99 % of a prober's round trips may take at the most. */
  readonly maxProbeMs: number;
}

/** A flag is wrong: the message says which, and what it takes. */
export class SettingError extends Error {}

interface NumberFlag {
  readonly min: number;
  readonly max: number;
  readonly byDefault: number;
  readonly doc: string;
}

const NUMBERS = {
  "seconds": { min: 5, max: 604_800, byDefault: 600, doc: "measured time, after everybody is connected" },
  "idle": { min: 0, max: 1_000_000, byDefault: 20_000, doc: "idle connections, as many as the file limit allows" },
  "busy": { min: 10, max: 100_000, byDefault: 2_000, doc: "busy clients: echoes, rooms, and 1 in 20 polls" },
  "churn": { min: 1, max: 1_000, byDefault: 20, doc: "clients that come and go, each second" },
  "deploy-every": { min: 0, max: 86_400, byDefault: 30, doc: "seconds between two deployments; 0: none" },
  "kill-broker-every": { min: 0, max: 86_400, byDefault: 60, doc: "seconds between two kills of the broker; 0: none" },
  "collect-every": {
    min: 0,
    max: 86_400,
    byDefault: 20,
    doc: "seconds between two collections of garbage; 0: V8's own",
  },
  "max-live-slope": { min: 0, max: 1e9, byDefault: 2_048, doc: "KiB a minute that the live heap may grow by" },
  "max-slope": { min: 0, max: 1e9, byDefault: 10_240, doc: "KiB a minute that resident memory may grow by" },
  "max-probe-ms": { min: 1, max: 1e6, byDefault: 250, doc: "longest p99 of a prober, deployments aside" },
} as const satisfies Record<string, NumberFlag>;

const BROKERS = ["nats", "redis", "none"] as const;

/** What `--help` prints. */
export function soakHelp(): string {
  const numbers = Object.entries(NUMBERS).map(([name, { byDefault, doc }]) => [`--${name} N`, `${doc} (${byDefault})`]);
  const others = [
    ["--broker NAME", `${BROKERS.slice(0, -1).join(" or ")}, which the soak starts and kills (nats)`],
    ["--no-broker", "none: histories are in the server's memory"],
    ["--report FILE", "writes FILE.md and FILE.json"],
    ["--help", "prints this"],
  ];
  return [
    "deno task soak [flags]: puts many clients on a server of its own, on 127.0.0.1, and tells what became of them",
    "",
    ...[...numbers, ...others].map(([flag = "", doc = ""]) => `  ${flag.padEnd(22)}${doc}`),
    "",
    "It ends with 0 when nothing was lost and all limits were kept, with 1 when not, with 2 for a wrong flag.",
  ].join("\n");
}

/** Reads the flags. @returns undefined for `--help`. @throws {SettingError} */
export function parseSettings(args: readonly string[]): SoakSettings | undefined {
  const values = valuesOf(args);
  if (values.help === true) return undefined;
  const number = (name: keyof typeof NUMBERS): number => numberOf(name, values[name]);
  const broker = values["no-broker"] === true ? "none" : values.broker ?? "nats";
  const known = BROKERS.find((name) => name === broker);
  if (known === undefined) throw new SettingError(`--broker ${broker}: one of ${BROKERS.join(", ")}`);
  return {
    seconds: number("seconds"),
    idle: number("idle"),
    busy: number("busy"),
    churn: number("churn"),
    broker: known,
    deployEvery: number("deploy-every"),
    killBrokerEvery: known === "none" ? 0 : number("kill-broker-every"),
    collectEvery: number("collect-every"),
    report: values.report?.toString(),
    limits: {
      maxLiveSlopeKib: number("max-live-slope"),
      maxSlopeKib: number("max-slope"),
      maxProbeMs: number("max-probe-ms"),
    },
  };
}

function valuesOf(args: readonly string[]): Readonly<Record<string, string | boolean | undefined>> {
  const flags = Object.keys(NUMBERS).map((name): [string, { type: "string" }] => [name, { type: "string" }]);
  try {
    return parseArgs({
      args: [...args],
      options: {
        ...Object.fromEntries(flags),
        "broker": { type: "string" },
        "no-broker": { type: "boolean" },
        "report": { type: "string" },
        "help": { type: "boolean" },
      },
    }).values;
  } catch (error) {
    throw new SettingError(`${error instanceof Error ? error.message : error}; see --help`);
  }
}

function numberOf(name: keyof typeof NUMBERS, text: string | boolean | undefined): number {
  const { min, max, byDefault } = NUMBERS[name];
  if (text === undefined) return byDefault;
  const value = Number(text);
  if (typeof text === "string" && /^\d+$/.test(text) && min <= value && value <= max) return value;
  throw new SettingError(`--${name} ${text}: a whole number from ${min} to ${max}`);
}

/** How many of each crowd. */
export interface CrowdSizes {
  readonly idle: number;
  readonly echoes: number;
  readonly rooms: number;
  readonly polls: number;
}

/** Files that a process has beside its clients' sockets: listeners, a broker, modules, and those who come and go. */
const OWN_FILES = 600;

/**
 * Shares the clients out. The server has a file for each socket, and a client that polls has two sockets.
 *
 * @param maxFiles that one process may have open.
 */
export function crowdSizes(settings: Pick<SoakSettings, "idle" | "busy">, maxFiles: number): CrowdSizes {
  const free = Math.max(0, maxFiles - OWN_FILES);
  const busy = Math.min(settings.busy, Math.floor(free / 2));
  const polls = Math.floor(busy / 20);
  const rooms = Math.floor(busy / 40) * 10;
  const idle = Math.min(settings.idle, free - busy - polls);
  return { idle, echoes: busy - polls - rooms, rooms, polls };
}
