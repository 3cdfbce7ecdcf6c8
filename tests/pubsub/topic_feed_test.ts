/** A topic with history on one node. Against a model it is in tests/property, with the hub. @module */
import { assertEquals, assertRejects } from "@std/assert";
import { EmbeddedBroker } from "../../lib/pubsub/mod.ts";
import { FanOut } from "../../lib/pubsub/fan_out.ts";
import { TopicFeed } from "../../lib/pubsub/topic_feed.ts";
import type { Subscribed, SubscribeOptions } from "../../lib/subprotocol/mod.ts";
import { LateNode, LateStore } from "../support/late_nodes.ts";
import { settled, TopicPeer } from "../support/topic_peer.ts";

const RULE = { limit: 100, ttlMs: 1e6 };

/** One feed, and a store that answers at once, or when a test says. */
class Topic {
  readonly store: LateStore;
  readonly node: LateNode;
  readonly fanOut = new FanOut();
  readonly feed: TopicFeed;

  constructor({ isSynchronous = true, isJoiningLate = false, there = [] as readonly TopicPeer[] } = {}) {
    this.store = new LateStore({ isSynchronous });
    this.node = new LateNode(new EmbeddedBroker(this.store));
    this.node.isJoiningLate = isJoiningLate;
    for (const peer of there) this.fanOut.add(peer, "t");
    this.feed = new TopicFeed("t", RULE, this.node, this.fanOut);
    void this.node.open({
      onMessage: (_, envelope, offset) => this.feed.onMessage(envelope, offset!),
      onReset: (_, position) => this.feed.onReset(position),
      onState: () => {},
    });
  }

  subscribe(peer: TopicPeer, request: SubscribeOptions = {}): Subscribed | Promise<Subscribed> {
    this.fanOut.add(peer, "t");
    return this.feed.subscribe(peer, request, () => {});
  }

  publish(payload: string, from = ""): number | Promise<number> {
    return this.node.append("t", RULE, { payload, from });
  }

  leave(peer: TopicPeer): void {
    this.fanOut.remove(peer, "t");
    this.feed.leave(peer);
  }
}

const payloads = (peer: TopicPeer): readonly string[] => peer.take().map((one) => one.replace(/^\["pub".*\n/, ""));

Deno.test("TopicFeed tells who wants nothing of the history where it is, and asks nobody but once", async () => {
  const topic = new Topic({ isSynchronous: false });
  const [a, b] = [new TopicPeer("a"), new TopicPeer("b")];
  assertEquals(await topic.subscribe(a), { recovered: false, position: { epoch: "e0", offset: 0 } });
  await topic.publish("x");
  topic.store.isLate = true;
  assertEquals(topic.subscribe(b), { recovered: false, position: { epoch: "e0", offset: 1 } });
  assertEquals([payloads(a), payloads(b), topic.store.pending], [["x"], [], 0]);
});

Deno.test("TopicFeed passes each publication on once, in order, whatever comes twice", () => {
  const topic = new Topic();
  const peer = new TopicPeer("a");
  void topic.subscribe(peer);
  for (const offset of [3, 3, 2, 5]) topic.feed.onMessage({ payload: `${offset}`, from: "" }, offset);
  assertEquals(payloads(peer), ["3", "5"]);
});

Deno.test("TopicFeed holds each to its own position until the live stream is there", async () => {
  const topic = new Topic();
  const [a, b, c] = ["a", "b", "c"].map((id) => new TopicPeer(id)) as [TopicPeer, TopicPeer, TopicPeer];
  void topic.subscribe(a);
  topic.node.isLate = true;
  void topic.publish("x");
  assertEquals(topic.subscribe(b, { last: 1 }), { recovered: false, position: { epoch: "e0", offset: 1 } });
  void topic.publish("y");
  assertEquals(topic.subscribe(c), { recovered: false, position: { epoch: "e0", offset: 0 } });
  topic.node.arrive();
  assertEquals([a, b, c].map(payloads), [["x", "y"], ["x", "y"], ["x", "y"]]);
  void topic.publish("z");
  topic.node.arrive();
  await settled();
  assertEquals([a, b, c].map(payloads), [["z"], ["z"], ["z"]]);
});

Deno.test("TopicFeed tells all that publications were lost, but those who have read them", () => {
  const topic = new Topic();
  const [a, b] = [new TopicPeer("a"), new TopicPeer("b")];
  void topic.subscribe(a);
  topic.node.isLate = true;
  void topic.publish("lost");
  topic.node.lose();
  void topic.subscribe(b, { last: 1 });
  topic.node.reset("t", { epoch: "e0", offset: 1 });
  void topic.publish("x");
  topic.node.arrive();
  assertEquals([payloads(a), payloads(b)], [["reset t e0 1", "x"], ["lost", "x"]]);
  topic.feed.onReset({ epoch: "e1", offset: 0 });
  topic.feed.onMessage({ payload: "anew", from: "" }, 1);
  assertEquals([payloads(a), payloads(b)], [["reset t e1 0", "anew"], ["reset t e1 0", "anew"]]);
});

Deno.test("TopicFeed.begin tells those who were there before where the topic is, behind what has come meanwhile", async () => {
  const there = [new TopicPeer("a"), new TopicPeer("b")] as const;
  const topic = new Topic({ isSynchronous: false, there });
  const [a, b] = there;
  topic.store.isLate = true;
  const begun = topic.feed.begin();
  await settled();
  topic.feed.onMessage({ payload: "x", from: "" }, 1);
  topic.leave(b);
  topic.store.answer();
  await begun;
  topic.feed.onMessage({ payload: "y", from: "" }, 2);
  assertEquals([payloads(a), payloads(b)], [["x", "reset t e0 1", "y"], ["x"]]);
});

Deno.test("TopicFeed.begin tells nobody of a topic that was closed meanwhile", async () => {
  const peer = new TopicPeer("a");
  const topic = new Topic({ isJoiningLate: true, there: [peer] });
  const begun = topic.feed.begin();
  topic.feed.close();
  topic.node.joinNow();
  await begun;
  assertEquals([payloads(peer), topic.node.pending], [[], 0]);
});

Deno.test("TopicFeed waits for its join, and tries once more when it was refused", async () => {
  const topic = new Topic({ isJoiningLate: true });
  const [a, b] = [new TopicPeer("a"), new TopicPeer("b")];
  const first = Promise.resolve(topic.subscribe(a));
  topic.node.joinNow(false);
  await assertRejects(() => first, Error, "refused");
  topic.leave(a);
  const second = topic.subscribe(b);
  assertEquals(topic.node.pending, 1);
  topic.node.joinNow();
  await second;
  void topic.publish("x");
  assertEquals([payloads(a), payloads(b)], [[], ["x"]]);
});

Deno.test("TopicFeed does not join once more when it was closed while it joined", async () => {
  const topic = new Topic({ isJoiningLate: true });
  const subscribed = topic.subscribe(new TopicPeer("a"));
  topic.feed.close();
  assertEquals(await subscribed, { recovered: false });
  await settled();
  assertEquals(topic.node.pending, 0);
});

Deno.test("TopicFeed.subscribeAgain tells a subscriber where it is, when it is there", async () => {
  const topic = new Topic({ isSynchronous: false });
  const peer = new TopicPeer("a");
  topic.store.isLate = true;
  void topic.subscribe(peer, { last: 1 });
  const began: Subscribed[] = [];
  const again = topic.feed.subscribeAgain(peer, (one) => began.push(one));
  await settled();
  assertEquals(began, []);
  topic.store.answer();
  assertEquals([await again, began.length], [{ recovered: false, position: { epoch: "e0", offset: 0 } }, 1]);
  topic.leave(peer);
  await topic.feed.subscribeAgain(peer, (one) => began.push(one));
  assertEquals(began.length, 1);
});

Deno.test("TopicFeed.change goes on under another rule, and says what may have been lost", async () => {
  const topic = new Topic();
  const peer = new TopicPeer("a");
  void topic.subscribe(peer);
  topic.node.isJoiningLate = true;
  const changed = topic.feed.change({ limit: 1, ttlMs: 5 });
  void topic.publish("lost");
  topic.node.joinNow();
  await changed;
  void topic.publish("x");
  assertEquals([payloads(peer), topic.feed.rule], [["reset t e0 1", "x"], { limit: 1, ttlMs: 5 }]);
});

Deno.test("TopicFeed.retry does what failed, once it can be done", async () => {
  const peer = new TopicPeer("a");
  const topic = new Topic({ isJoiningLate: true, there: [peer] });
  const begun = topic.feed.begin();
  topic.node.joinNow(false);
  await assertRejects(() => begun, Error, "refused");
  const retried = topic.feed.retry();
  topic.node.joinNow();
  await retried;
  await topic.feed.retry();
  assertEquals(payloads(peer), ["reset t e0 0"]);
});
