/** The hub in numbers. @module */
import { assertEquals } from "@std/assert";
import { hubMetrics } from "../../lib/deploy/hub_metrics.ts";
import { Hub, TopicRules } from "../../lib/pubsub/mod.ts";
import { TopicPeer } from "../support/topic_peer.ts";

/** Rows as Prometheus would name them. */
function rows(hub: Parameters<typeof hubMetrics>[0]): readonly string[] {
  return hubMetrics(hub).flatMap(({ name, samples }) =>
    samples.map(({ labels, value }) => `${name} ${Object.values(labels).join(" ")} ${value}`.replace("  ", " "))
  );
}

Deno.test("hubMetrics counts what is published, and what could not be stored", () => {
  const hub = new Hub({ rules: new TopicRules([{ file: "a.ts", topics: { kept: { history: true } } }]) });
  for (const topic of ["plain", "other"]) hub.subscribe(new TopicPeer("a", { isPlain: true }), topic);
  hub.subscribe(new TopicPeer("b", { isPlain: true }), "plain");
  hub.publish("plain", "x");
  hub.publish("kept", "x");
  hub.publish("kept", "y");
  assertEquals(rows(hub), [
    "sockeye_publications_total plain 1",
    "sockeye_publications_total stored 2",
    "sockeye_publications_total failed 0",
    "sockeye_deliveries_total live 2",
    "sockeye_deliveries_total replayed 0",
    "sockeye_subscriptions 3",
    "sockeye_topics 2",
    "sockeye_nodes 1",
  ]);
});

Deno.test("hubMetrics tells of the broker where there is one", () => {
  const hub = {
    counts: { plain: 0, stored: 0, failed: 3, live: 4, replayed: 5 },
    topicCount: 2,
    subscriptionCount: 6,
    nodes: { others: ["a", "b"] },
    backplane: { name: "nats", isUp: false, heldCount: 7, heldBytes: 8, losses: 9 },
  };
  assertEquals(rows(hub).slice(2), [
    "sockeye_publications_total failed 3",
    "sockeye_deliveries_total live 4",
    "sockeye_deliveries_total replayed 5",
    "sockeye_subscriptions 6",
    "sockeye_topics 2",
    "sockeye_nodes 3",
    "sockeye_broker_up nats 0",
    "sockeye_broker_held_publications nats 7",
    "sockeye_broker_held_bytes nats 8",
    "sockeye_broker_losses_total nats 9",
  ]);
});
