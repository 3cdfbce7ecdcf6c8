/**
 * Which routes are in force for whom: one table for all, and during a canary another for a share of them.
 *
 * @module
 */
import { TopicRules, type TopicSource } from "../pubsub/mod.ts";
import type { RouteEntry, RouteRuntime, RouteTable } from "../route/table.ts";
import { OptionError } from "./option_error.ts";
import { flagOf, type GatewayOptions } from "./option_table.ts";
import { type ConnectionOptions, connectionOptionsOf } from "./options.ts";
import { METRICS_PATH } from "./public_metrics.ts";
import { isInShare } from "./share.ts";

/** The tables in force. */
export interface Routing {
  readonly table: RouteTable;
  /** New code on trial. */
  readonly canary?: Canary | undefined;
}

/** A table for a share of the peers: those see it whole, and the others see nothing of it. */
export interface Canary {
  readonly table: RouteTable;
  /** Above 0, below 1. */
  readonly share: number;
}

/**
 * The table that is in force for one.
 *
 * @param name the id of a peer, or the address a request comes from.
 */
export function tableFor({ table, canary }: Routing, name: string): RouteTable {
  return canary !== undefined && isInShare(name, canary.share) ? canary.table : table;
}

/** Where code of the tables in force runs. */
export function runtimesOf({ table, canary }: Routing): readonly RouteRuntime[] {
  return [...table.runtimes, ...canary?.table.runtimes ?? []];
}

/**
 * What the routes in force say of topics. During a canary its routes only add to what the others say.
 *
 * @throws {TopicRuleError} when two routes disagree.
 */
export function topicRulesOf({ table, canary }: Routing): TopicRules {
  const sources = ({ entries }: RouteTable): readonly TopicSource[] => entries.map(({ descriptor }) => descriptor);
  return new TopicRules(sources(table), canary === undefined ? [] : sources(canary.table));
}

/**
 * What connections run with, for every entry of the tables in force.
 *
 * @throws {OptionError} when a route's options are wrong: these tables could not be served.
 */
export function optionsByEntry(
  options: GatewayOptions,
  { table, canary }: Routing,
): ReadonlyMap<RouteEntry, ConnectionOptions> {
  const entries = [...table.entries, ...canary?.table.entries ?? []];
  const taken = options.publicMetrics && entries.find(({ descriptor }) => descriptor.pattern === METRICS_PATH);
  if (taken) {
    throw new OptionError([
      `${taken.descriptor.file}: ${METRICS_PATH} is where the metrics are: give the route another path, or leave ` +
      `${flagOf("publicMetrics")} off`,
    ]);
  }
  return new Map(entries.map((entry) => {
    const { descriptor } = entry;
    return [entry, connectionOptionsOf(options, descriptor.options, descriptor.file)];
  }));
}

/** Where a table has WebSocket handlers for the peers of a pattern. */
export function webSocketEntry(table: RouteTable, pattern: string): RouteEntry | undefined {
  const entry = table.find(pattern);
  return entry?.descriptor.isWebSocket ? entry : undefined;
}
