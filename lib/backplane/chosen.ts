/**
 * What joins a server to others, and where its histories are, as its options say.
 *
 * @module
 */
import { type Backplane, type HistoryStore, RingHistory } from "../pubsub/mod.ts";
import type { BackplaneParts } from "./broker_backplane.ts";
import { parseBrokerUrl } from "./broker_url.ts";
import { NATS_URL_RULES, NatsBackplane } from "./nats.ts";
import { REDIS_URL_RULES, RedisBackplane } from "./redis.ts";
import { RefusedError } from "./refused_error.ts";
import { type HistoryClock, SqliteHistory } from "./sqlite_history.ts";

/** The options that say so. */
export interface BackplaneOptions {
  readonly natsUrl: string;
  readonly redisUrl: string;
}

/**
 * The broker that the options name.
 *
 * @returns undefined when they name none.
 * @throws {RefusedError} when they name two, or what they name is no address.
 */
export function chosenBroker({ natsUrl, redisUrl }: BackplaneOptions, parts: BackplaneParts): Backplane | undefined {
  if (natsUrl !== "" && redisUrl !== "") {
    throw new RefusedError("NATS_URL and REDIS_URL are both set: one broker joins the servers; leave one out");
  }
  if (natsUrl !== "") return new NatsBackplane({ url: natsUrl, ...parts });
  return redisUrl === "" ? undefined : new RedisBackplane({ url: redisUrl, ...parts });
}

/** Ports of the brokers that the options name: whoever may connect to those may publish as this server. */
export function brokerPorts({ natsUrl, redisUrl }: BackplaneOptions): readonly number[] {
  const named = [[natsUrl, NATS_URL_RULES], [redisUrl, REDIS_URL_RULES]] as const;
  return named.flatMap(([text, rules]) => {
    return text === "" ? [] : parseBrokerUrl(text, rules).hosts.map((host) => Number(/\d+$/.exec(host)?.[0]));
  });
}

/** What says where histories are kept. */
export interface HistoryOptions {
  /** Empty for none. */
  readonly dataDir: string;
  readonly maxHistoryBytes: number;
}

/** What histories need. */
export interface HistoryParts {
  readonly clock: HistoryClock & { now(): number };
  /** Where the module of the thread is that keeps them in a file. */
  hosts(): Promise<{ readonly histories: URL }>;
  readonly log: { warn(message: string, fields?: Readonly<Record<string, unknown>>): void };
}

/**
 * Histories of a server that has no broker: in a file where there is a data folder, otherwise in memory.
 *
 * @throws {HistoryError} when the folder cannot be used.
 */
export async function chosenHistories(
  { dataDir, maxHistoryBytes: maxBytes }: HistoryOptions,
  { clock, hosts, log }: HistoryParts,
): Promise<HistoryStore> {
  if (dataDir === "") {
    return new RingHistory({ maxBytes, now: () => clock.now(), epoch: crypto.randomUUID().slice(0, 8) });
  }
  const { histories: worker } = await hosts();
  const warn = (message: string): void => log.warn(message);
  return await SqliteHistory.open({
    folder: dataDir,
    clock,
    worker,
    maxBytes,
    bootedAt: bootTime(),
    warn,
  });
}

/** When the machine started, where that may be asked. */
function bootTime(): number | undefined {
  const { state } = Deno.permissions.querySync({ name: "sys", kind: "osUptime" });
  return state === "granted" ? Date.now() - Deno.osUptime() * 1000 : undefined;
}
