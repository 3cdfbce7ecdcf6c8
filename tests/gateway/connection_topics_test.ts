/** What one connection does with topics, for its code. @module */
import { assertEquals, assertThrows } from "@std/assert";
import { ConnectionTopics, type TopicOwner } from "../../lib/gateway/connection_topics.ts";
import { type Delivery, Hub } from "../../lib/pubsub/mod.ts";

function owner(id: string, log: string[], isOpen = true): TopicOwner {
  return {
    id,
    isOpen,
    bufferedAmount: 0,
    highWaterBytes: 1,
    notices: { passed() {}, reset() {}, unsubscribed: (topic) => void log.push(`${id} left ${topic}`) },
    deliver: ({ plain }: Delivery) => void log.push(`${id} ${new TextDecoder().decode(plain.payload)}`),
    drained: () => Promise.resolve(),
  };
}

Deno.test("ConnectionTopics publishes to the others, and to its own with self", () => {
  const [hub, log] = [new Hub(), [] as string[]];
  const [one, two] = ["one", "two"].map((id) => new ConnectionTopics(hub, owner(id, log)));
  for (const topics of [one!, two!]) topics.subscribe("a");
  one!.publish("a", "x", false);
  one!.publish("a", "y", true);
  assertEquals(log, ["two x", "one y", "two y"]);
  assertEquals([...one!.names], ["a"]);
});

Deno.test("ConnectionTopics says when its code takes it out of a topic that it is in", () => {
  const [hub, log] = [new Hub(), [] as string[]];
  const topics = new ConnectionTopics(hub, owner("one", log));
  topics.subscribe("a");
  topics.unsubscribe("a");
  topics.unsubscribe("a");
  assertEquals([log, [...topics.names]], [["one left a"], []]);
});

Deno.test("ConnectionTopics of a connection that is closing joins nothing", () => {
  const hub = new Hub();
  const topics = new ConnectionTopics(hub, owner("one", [], false));
  assertEquals(topics.subscribe("a"), { recovered: false });
  topics.join("a", "", "null");
  topics.watch("a");
  assertEquals([hub.subscriberCount("a"), topics.members("a")], [0, []]);
});

Deno.test("ConnectionTopics: presence is that of the hub", async () => {
  const [hub, log] = [new Hub(), [] as string[]];
  const [one, two] = ["one", "two"].map((id) => new ConnectionTopics(hub, owner(id, log)));
  two!.watch("a");
  one!.join("a", "ada", '{"name":"Ada"}');
  assertEquals(await two!.members("a"), [{ key: "ada", state: { name: "Ada" } }]);
  one!.leave("a");
  two!.unwatch("a");
  one!.join("a", "", "null");
  assertEquals(log, [
    'two {"type":"join","topic":"a","member":{"key":"ada","state":{"name":"Ada"}}}',
    'two {"type":"leave","topic":"a","member":{"key":"ada","state":{"name":"Ada"}}}',
  ]);
  assertThrows(() => one!.join("a", "x".repeat(257), "null"), TypeError, "256");
  hub.presence.close();
});
