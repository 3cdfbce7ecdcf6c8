/**
 * The backplane over Redis.
 *
 * @module
 */
import type { Broker } from "./broker.ts";
import { type BackplaneParts, BrokerBackplane } from "./broker_backplane.ts";
import { parseBrokerUrl, type UrlRules } from "./broker_url.ts";
import { loaded, RefusedError } from "./refused_error.ts";

/** What a Redis backplane needs. */
export interface RedisOptions extends BackplaneParts {
  /** `redis://user:password@host:port/database`, or `rediss://…` for TLS. */
  readonly url: string;
  /** What all keys and channels begin with: two servers that share a database, and nothing else, have two. */
  readonly prefix?: string;
}

/**
 * Topics without history over its channels, histories in streams. docs/BACKPLANES.md says what that keeps.
 *
 * @example
 * ```ts ignore
 * const backplane = new RedisBackplane({ url: "redis://127.0.0.1:6379", clock: systemClock, told: console.warn });
 * await backplane.open({ onMessage() {}, onReset() {}, onState() {} });
 * ```
 */
export class RedisBackplane extends BrokerBackplane {
  /** @throws {Error} when the address is none. */
  constructor(options: RedisOptions) {
    super(redisBroker(options), options);
  }
}

/** What `REDIS_URL` may look like. */
export const REDIS_URL_RULES: UrlRules = {
  option: "REDIS_URL",
  schemes: { redis: false, rediss: true },
  port: 6379,
  example: "redis://127.0.0.1:6379",
};

function redisBroker({ url: text, prefix = "sockeye" }: RedisOptions): Broker {
  if (!/^[A-Za-z0-9_-]+$/.test(prefix)) throw new RefusedError(`a prefix is letters, digits, - and _; got ${prefix}`);
  const url = parseBrokerUrl(text, REDIS_URL_RULES);
  if (url.hosts.length > 1) throw new RefusedError("REDIS_URL names several servers; it takes one");
  if (!/^\d{0,5}$/.test(url.path)) {
    throw new RefusedError(`REDIS_URL ends with "/${url.path}"; what follows the host is the number of a database`);
  }
  const nodeId = crypto.randomUUID();
  const space = { prefix, database: Number(url.path) };
  return {
    name: "redis",
    where: url.where,
    async connect(events) {
      // Loaded here: a server without Redis never loads its client.
      const { connectRedis } = await loaded(import("./redis_session.ts"), "REDIS_URL");
      return await connectRedis({ url, space, nodeId, events });
    },
  };
}
