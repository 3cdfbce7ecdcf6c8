/**
 * Every option of the gateway, one row each: its kind and range, its default, and what happens over the limit.
 *
 * Flags, environment names, the help text, the README's table and the checks all come from these rows.
 *
 * @module
 */
import type { PerMessageDeflateOptions } from "../route/mod.ts";
import { DEPLOY_OPTIONS } from "./deploy_options.ts";
import { HUB_OPTIONS } from "./hub_options.ts";
import { LISTEN_OPTIONS } from "./listen_options.ts";
import type { OptionSpec } from "./option_spec.ts";
import { POLL_OPTIONS } from "./poll_options.ts";

const KIB = 1024;
const MIB = 1024 * KIB;
const GIB = 1024 * MIB;

/** The longest delay a timer takes: `setTimeout` fires at once above 2^31 − 1. */
const MAX_TIMER_MS = 2 ** 31 - 1;

/** V8's longest string is 24 bytes under 512 MiB, and a text message becomes one string. */
const MAX_STRING_BYTES = 511 * MIB;

/** The largest size one buffer may be asked to have. */
const MAX_BUFFER_BYTES = 4 * GIB;

const SIZE = { kind: "integer", unit: "bytes", min: 1, max: MAX_BUFFER_BYTES } as const;
const DURATION = { kind: "integer", unit: "ms", min: 1, max: MAX_TIMER_MS } as const;
const CONNECTIONS = { kind: "integer", unit: "connections", min: 1, max: 10_000_000 } as const;
const RATE = { kind: "integer", unit: "per second", min: 1, max: 1_000_000, zeroIsOff: true } as const;

/** The rows, by name. */
export const GATEWAY_OPTIONS = {
  ...LISTEN_OPTIONS,
  allowedOrigins: {
    kind: "list",
    item: "origin",
    group: "HTTP and handshake",
    default: null,
    defaultDoc: "own origin",
    perRoute: true,
    doc: "origins of pages that may connect, beside the server's own",
    consequence: "403 that names the origin and this option",
  },
  trustedProxies: {
    kind: "list",
    item: "network",
    group: "HTTP and handshake",
    default: [],
    defaultDoc: "none",
    perRoute: false,
    doc: "proxies (IPs or CIDR blocks) whose `X-Forwarded-*` or `Forwarded` fields count",
    consequence: "forwarded fields of others are ignored",
  },
  maxHeadBytes: {
    ...SIZE,
    group: "HTTP and handshake",
    default: 16 * KIB,
    min: 256,
    max: MIB,
    perRoute: false,
    doc: "longest request head",
    consequence: "431, closed",
  },
  maxHeaderFields: {
    kind: "integer",
    unit: "fields",
    group: "HTTP and handshake",
    default: 100,
    // RFC 6455 §4.2.1: an opening handshake has at least five fields.
    min: 5,
    max: 10_000,
    perRoute: false,
    doc: "most field lines in one request head",
    consequence: "431, closed",
  },
  handshakeTimeoutMs: {
    ...DURATION,
    group: "HTTP and handshake",
    default: 10_000,
    perRoute: false,
    doc: "longest wait for a whole request head",
    consequence: "408, closed",
  },
  upgradeTimeoutMs: {
    ...DURATION,
    group: "HTTP and handshake",
    default: 10_000,
    perRoute: false,
    doc: "longest wait for what a route's `upgrade` decides",
    consequence: "503, closed; `signal` is aborted, and the log says so",
  },
  authTimeoutMs: {
    ...DURATION,
    group: "HTTP and handshake",
    default: 10_000,
    perRoute: true,
    doc: "longest wait for the token of a client of ours, where a route has `authenticate`",
    consequence: "close 4401",
  },
  responseTimeoutMs: {
    ...DURATION,
    group: "HTTP and handshake",
    default: 30_000,
    perRoute: false,
    doc: "longest wait for the response of a route's `get` or `post`; its body may take longer",
    consequence: "503, closed; `request.signal` is aborted, and the log says so",
  },
  maxBodyBytes: {
    ...SIZE,
    group: "HTTP and handshake",
    default: MIB,
    min: 1,
    max: MAX_STRING_BYTES,
    perRoute: false,
    doc: "longest request body a route's HTTP handler takes",
    consequence: "413, closed",
  },
  keepAliveTimeoutMs: {
    ...DURATION,
    group: "HTTP and handshake",
    default: 60_000,
    perRoute: false,
    doc: "longest silence between two HTTP requests on one connection",
    consequence: "closed",
  },
  maxMessageBytes: {
    ...SIZE,
    group: "Messages",
    default: MIB,
    min: 1,
    max: MAX_STRING_BYTES,
    perRoute: true,
    doc: "longest message from a peer",
    consequence: "close 1009",
  },
  maxFragments: {
    kind: "integer",
    unit: "fragments",
    group: "Messages",
    default: 16_384,
    min: 1,
    max: 2 ** 24,
    perRoute: true,
    doc: "most fragments of one message",
    consequence: "close 1009",
  },
  messageRate: {
    ...RATE,
    group: "Messages",
    default: 0,
    perRoute: true,
    doc: "messages a second from one connection, and in one burst",
    consequence: "close 1008",
  },
  messageTimeoutMs: {
    ...DURATION,
    group: "Messages",
    default: 60_000,
    zeroIsOff: true,
    perRoute: true,
    doc: "longest time from the first to the last byte of one message",
    consequence: "close 1008",
  },
  perMessageDeflate: {
    kind: "deflate",
    group: "Messages",
    default: false,
    perRoute: true,
    doc: "compress messages with clients that offer it: on or off; in code also an object",
    consequence: "inflated beyond `maxMessageBytes`: close 1009",
  },
  pingIntervalMs: {
    ...DURATION,
    group: "Keepalive and timeouts",
    default: 25_000,
    zeroIsOff: true,
    perRoute: true,
    doc: "silence after which a ping is sent",
    consequence: "a ping",
  },
  pongTimeoutMs: {
    ...DURATION,
    group: "Keepalive and timeouts",
    default: 8_000,
    perRoute: true,
    doc: "longest wait for any byte after a ping",
    consequence: "terminated, seen as 1006",
  },
  idleTimeoutMs: {
    ...DURATION,
    group: "Keepalive and timeouts",
    default: 0,
    zeroIsOff: true,
    perRoute: true,
    doc: "longest time without a message either way",
    consequence: "close 1001",
  },
  writeTimeoutMs: {
    ...DURATION,
    group: "Keepalive and timeouts",
    default: 30_000,
    perRoute: true,
    doc: "longest time a write may make no progress",
    consequence: "terminated, seen as 1006",
  },
  closeTimeoutMs: {
    ...DURATION,
    group: "Keepalive and timeouts",
    default: 10_000,
    perRoute: true,
    doc: "longest closing handshake",
    consequence: "terminated",
  },
  highWaterBytes: {
    ...SIZE,
    group: "Buffers and memory",
    default: 64 * KIB,
    perRoute: true,
    doc: "unsent bytes above which a peer counts as slow",
    consequence: "`send` returns false, reading pauses",
  },
  maxBufferedBytes: {
    ...SIZE,
    group: "Buffers and memory",
    default: MIB,
    perRoute: true,
    doc: "most unsent bytes; tests what waits already, so one message may exceed it",
    consequence: "close 1013",
  },
  maxQueuedBytes: {
    ...SIZE,
    group: "Buffers and memory",
    default: 64 * KIB,
    perRoute: true,
    doc: "most received bytes that wait for a pending handler",
    consequence: "reading stops",
  },
  maxMemoryBytes: {
    ...SIZE,
    group: "Buffers and memory",
    default: GIB,
    min: MIB,
    max: 2 ** 50,
    fromMemoryLimit: true,
    defaultDoc: "half of the memory limit (known with --allow-sys=systemMemoryInfo), else 1GiB",
    perRoute: false,
    doc: "most memory for the buffers of all connections together",
    consequence: "upgrades refused with 503, then the largest buffers closed",
  },
  maxConnections: {
    ...CONNECTIONS,
    group: "Admission",
    default: 100_000,
    perRoute: false,
    doc: "most connections at a time",
    consequence: "503 with Retry-After",
  },
  maxConnectionsPerIp: {
    ...CONNECTIONS,
    group: "Admission",
    default: 0,
    zeroIsOff: true,
    perRoute: false,
    doc: "most connections of one IPv4 address or IPv6 /64 at a time",
    consequence: "503 with Retry-After; too many sockets besides: dropped",
  },
  acceptRatePerSecond: {
    ...RATE,
    group: "Admission",
    default: 0,
    perRoute: false,
    doc: "new connections a second",
    consequence: "503 with Retry-After",
  },
  handshakeRatePerIp: {
    ...RATE,
    group: "Admission",
    default: 0,
    perRoute: false,
    doc: "handshakes a second of one IPv4 address or IPv6 /64, and in one burst",
    consequence: "429 with Retry-After",
  },
  drainTimeoutMs: {
    ...DURATION,
    group: "Drain",
    default: 30_000,
    perRoute: false,
    doc: "longest time from the signal to the exit",
    consequence: "the rest is terminated",
  },
  drainBatchSize: {
    ...CONNECTIONS,
    group: "Drain",
    default: 1_000,
    perRoute: false,
    doc: "connections closed in one batch",
    consequence: "close 1012",
  },
  drainIntervalMs: {
    ...DURATION,
    group: "Drain",
    default: 100,
    perRoute: false,
    doc: "pause between two batches",
    consequence: "–",
  },
  ...POLL_OPTIONS,
  ...HUB_OPTIONS,
  ...DEPLOY_OPTIONS,
} as const satisfies Record<string, OptionSpec>;

/** Name of an option. */
export type OptionName = keyof typeof GATEWAY_OPTIONS;

type ValueOf<Spec extends OptionSpec> = Spec extends { kind: "integer" | "port" } ? number
  : Spec extends { kind: "workers" } ? number | "auto"
  : Spec extends { kind: "choice"; choices: readonly (infer Choice)[] } ? Choice
  : Spec extends { kind: "switch" } ? boolean
  : Spec extends { kind: "deflate" } ? boolean | PerMessageDeflateOptions
  : Spec extends { kind: "list"; default: null } ? readonly string[] | null
  : Spec extends { kind: "list" } ? readonly string[]
  : string;

/** A value for every option: what the gateway runs with. */
export type GatewayOptions = { readonly [Name in OptionName]: ValueOf<typeof GATEWAY_OPTIONS[Name]> };

/** Any value an option may have. */
export type OptionValue = GatewayOptions[OptionName];

/** The names, in table order. */
export const OPTION_NAMES: readonly OptionName[] = Object.keys(GATEWAY_OPTIONS) as OptionName[];

/** The defaults of a plain start. `maxMemoryBytes` is the one that holds where the memory limit is not known. */
export const GATEWAY_DEFAULTS: GatewayOptions = Object.freeze(
  Object.fromEntries(OPTION_NAMES.map((name): [string, unknown] => [name, GATEWAY_OPTIONS[name].default])),
) as GatewayOptions;

/** The row of an option, by its general type. */
export function specOf(name: OptionName): OptionSpec {
  return GATEWAY_OPTIONS[name];
}

/** Whether this is the name of an option. */
export function isOptionName(name: string): name is OptionName {
  return Object.hasOwn(GATEWAY_OPTIONS, name);
}

/** The flag of an option: `maxHeadBytes` has `--max-head-bytes`. */
export function flagOf(name: OptionName): string {
  return specOf(name).flag ?? "--" + name.replace(/[A-Z]/g, (letter) => "-" + letter.toLowerCase());
}

/** The environment variable of an option: `maxHeadBytes` has `SOCKEYE_MAX_HEAD_BYTES`. */
export function envOf(name: OptionName): string {
  return specOf(name).env ?? "SOCKEYE_" + name.replace(/[A-Z]/g, "_$&").toUpperCase();
}

/** The environment variables of all options, sorted: what `--allow-env=` must list. */
export function envNames(): string[] {
  return OPTION_NAMES.map(envOf).sort();
}
