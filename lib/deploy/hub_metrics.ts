/**
 * The hub in numbers.
 *
 * @module
 */
import type { Hub } from "../pubsub/mod.ts";
import type { DeployMetric } from "./deploy_metrics.ts";

/** What joins processes of one machine cannot be away by itself. */
const OWN_BACKPLANES: readonly string[] = ["memory", "workers"];

/** What there is to watch. */
export function hubMetrics(
  { counts, topicCount, subscriptionCount, nodes, backplane }: HubInNumbers,
): readonly DeployMetric[] {
  const { plain, stored, failed, live, replayed } = counts;
  const isBroker = !OWN_BACKPLANES.includes(backplane.name);
  const broker = (value: number) => isBroker ? [{ labels: { broker: backplane.name }, value }] : [];
  return [
    {
      name: "sockeye_publications_total",
      help: "Publications by this server: plain ones, stored ones, and those that could not be stored.",
      type: "counter",
      samples: Object.entries({ plain, stored, failed }).map(([kind, value]) => ({ labels: { kind }, value })),
    },
    {
      name: "sockeye_deliveries_total",
      help: "Publications that went to subscribers here, counted for each: as they came, and from a history.",
      type: "counter",
      samples: Object.entries({ live, replayed }).map(([kind, value]) => ({ labels: { kind }, value })),
    },
    {
      name: "sockeye_subscriptions",
      help: "Subscriptions here: of each peer as many as it has topics.",
      type: "gauge",
      samples: [one(subscriptionCount)],
    },
    { name: "sockeye_topics", help: "Topics with subscribers here.", type: "gauge", samples: [one(topicCount)] },
    {
      name: "sockeye_nodes",
      help: "Nodes of the hub, this one included.",
      type: "gauge",
      samples: [one(nodes.others.length + 1)],
    },
    {
      name: "sockeye_broker_up",
      help: "1 while the broker can be reached, else 0.",
      type: "gauge",
      samples: broker(Number(backplane.isUp)),
    },
    {
      name: "sockeye_broker_held_publications",
      help: "Publications that wait to be stored by the broker.",
      type: "gauge",
      samples: broker(backplane.heldCount ?? 0),
    },
    {
      name: "sockeye_broker_held_bytes",
      help: "Bytes of them.",
      type: "gauge",
      samples: broker(backplane.heldBytes ?? 0),
    },
    {
      name: "sockeye_broker_losses_total",
      help: "Times that the broker could be reached and then could not.",
      type: "counter",
      samples: broker(backplane.losses ?? 0),
    },
  ];
}

/** What of a hub is told. */
export type HubInNumbers = Pick<Hub, "counts" | "topicCount" | "subscriptionCount" | "backplane"> & {
  readonly nodes: Pick<Hub["nodes"], "others">;
};

function one(value: number): DeployMetric["samples"][number] {
  return { labels: {}, value };
}
