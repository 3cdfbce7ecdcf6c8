/**
 * The server at one moment: connections, routes, deployments, topics, and what there is of each.
 *
 * @module
 */
import type { Connection, Gateway } from "../../gateway/mod.ts";
import type { RouteEntry } from "../../route/table.ts";
import { redactUrl } from "./redact.ts";
import type { Watches } from "./watches.ts";
import type { WireConnection, WireDeployment, WireOverview, WireRoute } from "./wire.ts";

/** Of each list so many are told. */
export const LIST_LIMITS = { connections: 100, topics: 100, routes: 200, deployments: 20, closeCodes: 20 } as const;

/** What the overview looks at. */
export interface OverviewParts {
  readonly gateway: Gateway;
  readonly watches: Watches;
  readonly deployments: () => readonly WireDeployment[];
}

/** @param search connections whose id, route or address has this in it; empty for all. */
export function overviewOf({ gateway, watches, deployments }: OverviewParts, search: string): WireOverview {
  const { hub, memory, clock } = gateway;
  const peers = gateway.peers();
  const found = search === "" ? peers : peers.filter((connection) => isLike(connection, search));
  const { plain, stored } = hub.counts;
  return {
    at: clock.wallNow(),
    node: hub.node,
    isDraining: gateway.isDraining,
    isBrokerAway: gateway.isBrokerAway,
    memory: { held: memory.heldBytes, max: gateway.options.maxMemoryBytes },
    counts: {
      open: gateway.connectionCount,
      opened: watches.opened,
      closed: watches.closed,
      publications: plain + stored,
      topics: hub.topicCount,
    },
    closeCodes: [...watches.closeCodes].sort(([, a], [, b]) => b - a).slice(0, LIST_LIMITS.closeCodes),
    connections: inOrder(found).slice(0, LIST_LIMITS.connections)
      .map((connection) => wireConnection(connection, watches)),
    found: found.length,
    routes: routesOf(gateway, peers),
    deployments: deployments().slice(0, LIST_LIMITS.deployments)
      .map(({ name, state, share, peers, readyAt }) => ({
        name,
        state,
        peers,
        readyAt,
        ...(share === undefined ? {} : { share }),
      })),
    topics: [...firstOf(hub.topicNames(), LIST_LIMITS.topics)]
      .map((name) => ({ name, subscribers: hub.subscriberCount(name) })),
  };
}

/** One connection, as the list has it. */
export function wireConnection(connection: Connection, watches: Watches): WireConnection {
  const { id, entry, request, transport, subprotocol, bufferedAmount, ends } = connection;
  const openedAt = watches.openedAt(connection);
  const { bytesIn, bytesOut } = ends.transport.traffic;
  return {
    id,
    route: entry.descriptor.pattern,
    target: redactUrl(request.url),
    address: request.remoteAddress,
    transport,
    subprotocol,
    runtime: entry.runtime.kind,
    ...(openedAt === undefined ? {} : { openedAt }),
    buffered: bufferedAmount,
    bytesIn,
    bytesOut,
    topics: connection.topics.names.size,
    state: connection.isOpen ? "open" : "closing",
    isWatched: watches.isWatched(connection),
  };
}

function isLike({ id, entry, request }: Connection, search: string): boolean {
  return id.includes(search) || entry.descriptor.pattern.includes(search) || request.remoteAddress.includes(search);
}

/** More are not sorted every second. */
const MAX_SORTED = 1000;

/** As they came, so that a list does not jump when somebody leaves. */
function inOrder(connections: readonly Connection[]): readonly Connection[] {
  if (connections.length > MAX_SORTED) return connections;
  return connections.toSorted((a, b) => a.id.length - b.id.length || (a.id < b.id ? -1 : 1));
}

function routesOf({ routing }: Gateway, peers: readonly Connection[]): readonly WireRoute[] {
  const counts = new Map<RouteEntry, number>();
  for (const { entry } of peers) counts.set(entry, (counts.get(entry) ?? 0) + 1);
  return routing.table.entries.slice(0, LIST_LIMITS.routes).map((entry) => {
    const { pattern, file, isWebSocket, methods } = entry.descriptor;
    const takes = [...(isWebSocket ? ["WebSocket"] : []), ...methods].join(", ");
    return { pattern, file, takes, peers: counts.get(entry) ?? 0 };
  });
}

function* firstOf<Item>(items: Iterable<Item>, count: number): Generator<Item> {
  if (count === 0) return;
  for (const item of items) {
    yield item;
    if (--count === 0) return;
  }
}
