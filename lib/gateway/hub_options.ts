/**
 * The options of topics: rows of the option table.
 *
 * @module
 */
import { HUB_DEFAULTS } from "../pubsub/mod.ts";
import type { OptionSpec } from "./option_spec.ts";

/** The rows, by name. */
export const HUB_OPTIONS = {
  natsUrl: {
    kind: "url",
    schemes: ["nats", "tls"],
    group: "Topics",
    default: "",
    defaultDoc: "none",
    perRoute: false,
    flag: "--nats-url",
    env: "NATS_URL",
    doc: "NATS server that joins several servers to one hub: nats://host:4222",
    consequence: "an error at start that names the server",
  },
  redisUrl: {
    kind: "url",
    schemes: ["redis", "rediss"],
    group: "Topics",
    default: "",
    defaultDoc: "none",
    perRoute: false,
    flag: "--redis-url",
    env: "REDIS_URL",
    doc: "Redis server that does the same: redis://host:6379",
    consequence: "an error at start that names the server",
  },
  maxTopicsPerPeer: {
    kind: "integer",
    unit: "topics",
    min: 1,
    max: 10_000,
    group: "Topics",
    default: HUB_DEFAULTS.maxTopicsPerPeer,
    perRoute: false,
    doc: "most topics that one peer is in; as many it may be present in, and watch",
    consequence: "the promise of `subscribe` rejects; a client of ours is refused",
  },
  maxTopics: {
    kind: "integer",
    unit: "topics",
    min: 1,
    max: 10_000_000,
    group: "Topics",
    default: HUB_DEFAULTS.maxTopics,
    perRoute: false,
    doc: "most topics that have a subscriber on this server",
    consequence: "the same",
  },
  maxHistoryBytes: {
    kind: "integer",
    unit: "bytes",
    min: 1024,
    max: 2 ** 40,
    group: "Topics",
    default: HUB_DEFAULTS.maxHistoryBytes,
    perRoute: false,
    doc: "most bytes for the histories of topics, in memory or in the data folder; not with a broker",
    consequence: "the oldest publications are forgotten",
  },
  presenceTtlMs: {
    kind: "integer",
    unit: "ms",
    min: 100,
    max: 2 ** 31 - 1,
    group: "Topics",
    default: HUB_DEFAULTS.presenceTtlMs,
    perRoute: false,
    doc: "how long who is away, or on a server that is not heard of, stays present",
    consequence: "a `leave` event",
  },
} as const satisfies Record<string, OptionSpec>;
