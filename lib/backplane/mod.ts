/**
 * What joins several nodes, and what keeps histories, outside this process: NATS, Redis, a file.
 *
 * @module
 */
export { type BackplaneParts, BrokerBackplane } from "./broker_backplane.ts";
export type { BackplaneClock } from "./broker.ts";
export { brokerPorts, chosenHistories } from "./chosen.ts";
export { HELD_LIMITS, type HeldLimits } from "./held_appends.ts";
export { HistoryError } from "./history_error.ts";
export { NatsBackplane, type NatsOptions } from "./nats.ts";
export { RedisBackplane, type RedisOptions } from "./redis.ts";
export { RefusedError } from "./refused_error.ts";
export { type ServerBackplane, ServerHub, type ServerHubParts } from "./server_hub.ts";
export {
  type HistoryClock,
  SQLITE_HISTORY_DEFAULTS,
  SqliteHistory,
  type SqliteHistoryOptions,
} from "./sqlite_history.ts";
