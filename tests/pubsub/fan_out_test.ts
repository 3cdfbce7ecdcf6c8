/** Who is subscribed to what on one node. The hub against a model is in tests/property. @module */
import { assert, assertEquals, assertThrows } from "@std/assert";
import { FanOut } from "../../lib/pubsub/fan_out.ts";
import { Publication } from "../../lib/pubsub/publication.ts";
import { TopicPeer } from "../support/topic_peer.ts";

function peers(count: number): TopicPeer[] {
  return Array.from({ length: count }, (_, at) => new TopicPeer(`p${at}`, { isPlain: true }));
}

const publication = (text: string): Publication => new Publication("t", text);

Deno.test("FanOut.deliver reaches every subscriber of the topic but the one left out", () => {
  const fanOut = new FanOut();
  const [a, b, c] = peers(3) as [TopicPeer, TopicPeer, TopicPeer];
  fanOut.add(a, "t");
  fanOut.add(b, "t");
  fanOut.add(b, "t");
  fanOut.add(c, "other");
  fanOut.deliver("t", publication("1"));
  fanOut.deliver("t", publication("2"), b);
  fanOut.deliver("nobody", publication("3"));
  assertEquals([a.told, b.told, c.told], [["1", "2"], ["1"], []]);
});

Deno.test("FanOut forgets topics and subscribers that have nothing left", () => {
  const fanOut = new FanOut();
  const [a, b] = peers(2) as [TopicPeer, TopicPeer];
  for (const topic of ["x", "y"]) for (const peer of [a, b]) fanOut.add(peer, topic);
  assertEquals([fanOut.topicCount, fanOut.subscriberCount("x"), [...fanOut.topicsOf(a)]], [2, 2, ["x", "y"]]);
  assert(fanOut.remove(a, "x"));
  assert(!fanOut.remove(a, "x"));
  assert(fanOut.remove(b, "x"));
  assertEquals([[...fanOut.topics()], fanOut.subscribers("x").size, [...fanOut.topicsOf(a)]], [["y"], 0, ["y"]]);
});

Deno.test("FanOut.topicsOf shows what changes while the subscriber has a topic", () => {
  const fanOut = new FanOut();
  const [a] = peers(1) as [TopicPeer];
  fanOut.add(a, "x");
  const topics = fanOut.topicsOf(a);
  fanOut.add(a, "y");
  assert(topics.has("y"));
});

Deno.test("FanOut.deliver goes on when a delivery makes others leave, and passes over them", () => {
  const fanOut = new FanOut();
  const all = peers(4);
  for (const peer of all) fanOut.add(peer, "t");
  all[1]!.delivered = () => all.forEach((peer) => fanOut.remove(peer, "t"));
  fanOut.deliver("t", publication("1"));
  assertEquals(all.map(({ told }) => told.length), [1, 1, 0, 0]);
  assertEquals(fanOut.topicCount, 0);
});

Deno.test("FanOut.deliver gives what a delivery leads to after it, to all in the same order", () => {
  const fanOut = new FanOut();
  const all = peers(3);
  for (const peer of all) fanOut.add(peer, "t");
  all[0]!.delivered = () => {
    all[0]!.delivered = () => {};
    fanOut.deliver("t", publication("2"), all[0]);
    fanOut.deliver("t", publication("3"));
  };
  fanOut.deliver("t", publication("1"));
  assertEquals(all.map(({ told }) => told), [["1", "3"], ["1", "2", "3"], ["1", "2", "3"]]);
});

Deno.test("FanOut.deliver works after one that has thrown", () => {
  const fanOut = new FanOut();
  const [a] = peers(1) as [TopicPeer];
  fanOut.add(a, "t");
  a.delivered = () => {
    throw new Error("broken");
  };
  assertThrows(() => fanOut.deliver("t", publication("1")), Error, "broken");
  a.delivered = () => {};
  fanOut.deliver("t", publication("2"));
  assertEquals(a.told, ["1", "2"]);
});

Deno.test("FanOut counts subscriptions, and deliveries to each subscriber", () => {
  const fanOut = new FanOut();
  const [a, b, c] = peers(3) as [TopicPeer, TopicPeer, TopicPeer];
  for (const peer of [a, b, b, c]) fanOut.add(peer, "t");
  fanOut.add(a, "other");
  assertEquals(fanOut.subscriptionCount, 4);
  fanOut.deliver("t", publication("1"));
  fanOut.deliver("t", publication("2"), b);
  fanOut.deliver("nobody", publication("3"));
  assertEquals([fanOut.deliveries, fanOut.replays], [5, 0]);
  assert(fanOut.remove(b, "t"));
  assert(!fanOut.remove(b, "t"));
  assertEquals(fanOut.subscriptionCount, 3);
});
