/** Publish and subscribe on one node and on some. The hub against a model is in tests/property. @module */
import { assert, assertEquals, assertRejects, assertStrictEquals, assertThrows } from "@std/assert";
import { EmbeddedBroker, Hub, type HubParts, TopicLimitError, TopicRules } from "../../lib/pubsub/mod.ts";
import type { Subscribed } from "../../lib/subprotocol/mod.ts";
import { FakeClock } from "../support/fake_clock.ts";
import { LateNode, LateStore } from "../support/late_nodes.ts";
import { settled, TopicPeer } from "../support/topic_peer.ts";

const KEPT = { limit: 100, ttlMs: 1e6 };
const RULES = new TopicRules([{ file: "a.ts", topics: { "kept": { history: KEPT } } }]);

/** A hub of its own. */
function alone(parts: Partial<HubParts> = {}): Hub {
  return new Hub({ rules: RULES, node: "n0", clock: new FakeClock(), ...parts });
}

/** A hub whose broker does what a test says. */
async function late(
  { isSynchronous = false, ...parts }: Partial<HubParts> & { readonly isSynchronous?: boolean } = {},
) {
  const store = new LateStore({ isSynchronous });
  const broker = new EmbeddedBroker(store);
  const node = new LateNode(broker);
  const hub = alone({ backplane: node, ...parts });
  await hub.open();
  return { hub, node, store, broker };
}

Deno.test("Hub.publish reaches every subscriber of the topic but the one left out", () => {
  const hub = alone();
  const [a, b, c] = [new TopicPeer("a"), new TopicPeer("b", { isPlain: true }), new TopicPeer("c")];
  assertEquals(hub.subscribe(a, "t"), { recovered: false });
  void hub.subscribe(b, "t");
  void hub.subscribe(c, "other");
  assertEquals([hub.publish("t", "hi"), hub.publish("t", Uint8Array.of(0x21), b), hub.publish("nobody", "x")], [
    undefined,
    undefined,
    undefined,
  ]);
  assertEquals([a.told, b.told, c.told], [['["pub","t"]\nhi', '["pub","t"]\n!'], ["hi"], []]);
});

Deno.test("Hub.publish encodes once for all", () => {
  const hub = alone();
  const frames: Uint8Array[] = [];
  for (const id of ["a", "b"]) {
    const peer = new TopicPeer(id);
    peer.delivered = ({ plain }) => frames.push(plain.frame);
    void hub.subscribe(peer, "t");
  }
  void hub.publish("t", Uint8Array.of(1, 2));
  assertStrictEquals(frames[0], frames[1]);
  assertEquals(frames[0]?.toHex(), "82020102");
});

Deno.test("Hub delivers once to who subscribed twice, and not at all to who left", () => {
  const hub = alone();
  const peer = new TopicPeer("a", { isPlain: true });
  for (const topic of ["t", "t", "kept", "kept"]) void hub.subscribe(peer, topic);
  for (const topic of ["t", "kept"]) void hub.publish(topic, topic);
  assertEquals([peer.told, hub.subscriberCount("t")], [["t", "kept"], 1]);
  assertEquals([hub.unsubscribe(peer, "t"), hub.unsubscribe(peer, "t"), hub.unsubscribe(peer, "kept")], [
    true,
    false,
    true,
  ]);
  for (const topic of ["t", "kept"]) void hub.publish(topic, topic);
  assertEquals([peer.told.length, hub.subscriberCount("t")], [2, 0]);
});

Deno.test("Hub forgets topics and subscribers that have nothing left", () => {
  const hub = alone();
  const [a, b] = [new TopicPeer("a"), new TopicPeer("b")];
  for (const topic of ["x", "kept"]) for (const peer of [a, b]) void hub.subscribe(peer, topic);
  assertEquals([hub.topicCount, [...hub.topicsOf(a)]], [2, ["x", "kept"]]);
  hub.remove(a);
  hub.remove(a);
  assertEquals([hub.topicCount, hub.topicsOf(a).size, hub.topicsOf(b).size], [2, 0, 2]);
  hub.unsubscribe(b, "x");
  hub.unsubscribe(b, "kept");
  assertEquals([hub.topicCount, hub.topicsOf(b).size], [0, 0]);
});

Deno.test("Hub refuses a topic whose name is not allowed", () => {
  const hub = alone();
  assertThrows(() => hub.subscribe(new TopicPeer("a"), ""), TypeError, "1 to 256 characters");
  assertThrows(() => hub.publish("a\n", "x"), TypeError, "control characters");
  assertEquals(hub.topicCount, 0);
});

Deno.test("Hub refuses more topics than a peer and a server may have, and names the option", () => {
  const hub = alone({ limits: { maxTopicsPerPeer: 2, maxTopics: 3 } });
  const [a, b] = [new TopicPeer("a"), new TopicPeer("b")];
  for (const topic of ["1", "2", "2"]) void hub.subscribe(a, topic);
  assertThrows(() => hub.subscribe(a, "3"), TopicLimitError, "maxTopicsPerPeer");
  void hub.subscribe(b, "3");
  assertThrows(() => hub.subscribe(b, "4"), TopicLimitError, "maxTopics)");
  void hub.subscribe(b, "1");
  assertEquals([hub.topicCount, hub.subscriberCount("1")], [3, 2]);
});

Deno.test("Hub.publish gives all the same order, when a delivery ends a connection whose code publishes", () => {
  for (const topic of ["t", "kept"]) {
    const hub = alone();
    const [a, b, c] = ["a", "b", "c"].map((id) => new TopicPeer(id, { isPlain: true })) as [
      TopicPeer,
      TopicPeer,
      TopicPeer,
    ];
    for (const peer of [a, b, c]) void hub.subscribe(peer, topic);
    b.delivered = () => {
      hub.remove(b);
      void hub.publish(topic, "b has left", b);
    };
    void hub.publish(topic, "hello");
    assertEquals([a.told, b.told, c.told], [["hello", "b has left"], ["hello"], ["hello", "b has left"]], topic);
  }
});

Deno.test("Hub gives who subscribes while a publication goes round that one never twice", async () => {
  const hub = alone();
  const [a, b] = [new TopicPeer("a"), new TopicPeer("b")];
  void hub.subscribe(a, "kept");
  let subscribed: Subscribed | Promise<Subscribed> | undefined;
  a.delivered = () => subscribed ??= hub.subscribe(b, "kept", { last: 1 });
  void hub.publish("kept", "x");
  assertEquals(await subscribed, { recovered: false, position: { epoch: "n0", offset: 1 } });
  void hub.publish("kept", "y");
  assertEquals(b.told, ['["pub","kept",1]\nx', '["pub","kept",2]\ny']);
});

Deno.test("Hub.subscribe goes on where a subscriber was, or says that it cannot", () => {
  const hub = alone();
  for (const payload of ["x", "y"]) void hub.publish("kept", payload);
  const since = { epoch: "n0", offset: 1 };
  const peer = new TopicPeer("a");
  const began: Subscribed[] = [];
  const position = { epoch: "n0", offset: 2 };
  assertEquals(hub.subscribe(peer, "kept", { since }, (one) => began.push(one)), { recovered: true, position });
  assertEquals([began, peer.take()], [[{ recovered: true, position }], ['["pub","kept",2]\ny']]);
  const other = new TopicPeer("b");
  assertEquals(hub.subscribe(other, "kept", { since: { ...since, epoch: "old" }, last: 1 }), {
    recovered: false,
    position,
  });
  assertEquals(other.take(), ['["pub","kept",2]\ny']);
});

Deno.test("Hub tells the publisher of a topic with history where it is, and sends it nothing", () => {
  const hub = alone();
  const [a, b] = [new TopicPeer("a"), new TopicPeer("b")];
  for (const peer of [a, b]) void hub.subscribe(peer, "kept");
  void hub.publish("kept", "x", a);
  assertEquals([a.told, b.told], [["pos kept 1"], ['["pub","kept",1]\nx']]);
});

Deno.test("Hub loses nothing that comes in the moment between the last of the history and the live stream", async () => {
  const { hub, store } = await late();
  const peer = new TopicPeer("a");
  store.isLate = true;
  void hub.publish("kept", "x");
  store.answer();
  await settled();
  peer.isSlow = true;
  const subscribed = hub.subscribe(peer, "kept", { last: 1 });
  store.answer();
  await settled();
  peer.drain();
  // Each comes one turn of the promises later than the one before.
  for (let turn = 0; turn < 12; turn++) {
    void hub.publish("kept", String(turn));
    store.answer();
    await undefined;
  }
  await subscribed;
  await settled();
  assertEquals(peer.told.map((one) => one.split("\n")[1]), [
    "x",
    ...Array.from({ length: 12 }, (_, turn) => String(turn)),
  ]);
});

Deno.test("Hub gives a publication once, though it was read before it came", async () => {
  const { hub, node } = await late({ isSynchronous: true });
  const [a, b] = [new TopicPeer("a"), new TopicPeer("b")];
  void hub.subscribe(a, "kept");
  node.isLate = true;
  for (const payload of ["x", "y"]) void hub.publish("kept", payload);
  void hub.subscribe(b, "kept", { last: 9 });
  assertEquals([a.told.length, b.take().length], [0, 2]);
  node.arrive();
  void hub.publish("kept", "z");
  node.arrive();
  assertEquals([a.told.length, b.told], [3, ['["pub","kept",3]\nz']]);
});

Deno.test("Hub.subscribe once more answers when the first is done, and does not mix what both are sent", async () => {
  const { hub, store } = await late();
  for (const payload of ["x", "y", "z"]) void hub.publish("kept", payload);
  const peer = new TopicPeer("a");
  peer.isSlow = true;
  const subscribed: Subscribed[] = [];
  void hub.subscribe(peer, "kept", { last: 3 }, (one) => subscribed.push(one));
  void hub.subscribe(peer, "kept", {}, (one) => subscribed.push(one));
  await settled();
  void hub.publish("kept", "live");
  assertEquals([peer.told.length, subscribed.length, store.pending], [1, 1, 0]);
  peer.drain();
  await settled();
  assertEquals(peer.told.map((one) => one.split("\n")[1]), ["x", "y", "z", "live"]);
  assertEquals(subscribed[1], { recovered: false, position: { epoch: "e0", offset: 4 } });
});

Deno.test("Hub.subscribe rejects where the history cannot be read, and the subscriber is not in the topic", async () => {
  const { hub, store } = await late();
  store.isLate = true;
  const peer = new TopicPeer("a");
  const subscribed = Promise.resolve(hub.subscribe(peer, "kept", { last: 1 }));
  store.refuse();
  await assertRejects(() => subscribed, Error, "cannot be read");
  assertEquals([hub.topicCount, peer.told], [0, []]);
});

Deno.test("Hub.subscribe leaves who has left and come back in the topic, when what was first fails", async () => {
  const { hub, store } = await late();
  const [a, b] = [new TopicPeer("a"), new TopicPeer("b")];
  await hub.subscribe(b, "kept");
  store.isLate = true;
  const first = hub.subscribe(a, "kept", { last: 1 });
  hub.unsubscribe(a, "kept");
  const second = hub.subscribe(a, "kept", { last: 1 });
  store.refuse();
  store.answer();
  assertEquals(await first, { recovered: false });
  await second;
  void hub.publish("kept", "x");
  store.answer();
  await settled();
  assertEquals([hub.subscriberCount("kept"), a.told], [2, ['["pub","kept",1]\nx']]);
});

Deno.test("Hub tells who was told that it is in a topic that it is not, when the rest cannot be read", async () => {
  const { hub, store } = await late();
  const peer = new TopicPeer("a");
  await hub.publish("kept", "x");
  peer.isSlow = true;
  const subscribed = Promise.resolve(hub.subscribe(peer, "kept", { last: 1 }));
  await settled();
  for (let count = 0; count < 4; count++) void hub.publish("kept", "y".repeat(100_000));
  await settled();
  store.isLate = true;
  peer.drain();
  await settled();
  store.refuse();
  await assertRejects(() => subscribed, Error, "cannot be read");
  assertEquals([peer.told, hub.topicCount], [['["pub","kept",1]\nx', "unsubbed kept"], 0]);
});

Deno.test("Hub.subscribe rejects where the backplane does not join, and joins once more for the next", async () => {
  const { hub, node } = await late({ isSynchronous: true });
  node.isJoiningLate = true;
  const peer = new TopicPeer("a");
  const subscribed = Promise.resolve(hub.subscribe(peer, "kept"));
  node.joinNow(false);
  await assertRejects(() => subscribed, Error, "refused");
  assertEquals(hub.topicCount, 0);
  const next = hub.subscribe(peer, "kept");
  node.joinNow();
  await next;
  void hub.publish("kept", "x");
  assertEquals(peer.told, ['["pub","kept",1]\nx']);
});

Deno.test("Hub tells those who are there when a topic gets a history where they are, and those who wait when it ends", async () => {
  const { hub } = await late();
  const [a, b] = [new TopicPeer("a"), new TopicPeer("b")];
  hub.rules = new TopicRules();
  void hub.subscribe(a, "kept");
  hub.rules = RULES;
  await settled();
  assertEquals(a.take(), ["reset kept e0 0"]);
  for (const payload of ["x", "y"]) void hub.publish("kept", payload);
  await settled();
  b.isSlow = true;
  void hub.subscribe(b, "kept", { last: 2 });
  await settled();
  hub.rules = new TopicRules();
  b.drain();
  void hub.publish("kept", "plain");
  await settled();
  assertEquals(a.told, ['["pub","kept",1]\nx', '["pub","kept",2]\ny', '["pub","kept"]\nplain']);
  assertEquals(b.told, ['["pub","kept",1]\nx', "reset kept e0 2", '["pub","kept"]\nplain']);
});

Deno.test("Hub delivers what was stored before its topic lost its history", async () => {
  const { hub, store } = await late();
  const [a, b] = [new TopicPeer("a"), new TopicPeer("b")];
  for (const peer of [a, b]) await hub.subscribe(peer, "kept");
  store.isLate = true;
  const stored = hub.publish("kept", "x", a);
  hub.rules = new TopicRules();
  store.answer();
  await stored;
  assertEquals([a.told, b.told], [[], ['["pub","kept"]\nx']]);
});

Deno.test("Hub tells a topic's new rule to the backplane, and tries once more where that fails", async () => {
  const { hub, node } = await late({ isSynchronous: true });
  const peer = new TopicPeer("a");
  void hub.subscribe(peer, "kept");
  node.isJoiningLate = true;
  hub.rules = new TopicRules([{ file: "a.ts", topics: { kept: { history: { limit: 5 } } } }]);
  node.joinNow(false);
  await settled();
  assertEquals(peer.told, []);
  node.state(true);
  node.joinNow();
  await settled();
  assertEquals(peer.take(), ["reset kept e0 0"]);
  void hub.publish("kept", "x");
  assertEquals(peer.told, ['["pub","kept",1]\nx']);
});

Deno.test("Hub.publish rejects what could not be stored", async () => {
  const { hub, store } = await late();
  store.isLate = true;
  const stored = Promise.resolve(hub.publish("kept", "x"));
  store.refuse();
  await assertRejects(() => stored, Error, "cannot be read");
});

Deno.test("Hub keeps what it was given to publish, whatever becomes of the bytes", () => {
  const hub = alone();
  const bytes = Uint8Array.of(0x61);
  void hub.publish("kept", bytes);
  bytes[0] = 0x62;
  const peer = new TopicPeer("a", { isPlain: true });
  void hub.subscribe(peer, "kept", { last: 1 });
  assertEquals(peer.told, ["a"]);
});

Deno.test("Hub carries publications to the other nodes, and in the order in which they are made", async () => {
  const store = new LateStore({ isSynchronous: true });
  const broker = new EmbeddedBroker(store);
  const hubs = ["n0", "n1"].map((node) => alone({ node, backplane: broker.node() }));
  const [a, b] = [new TopicPeer("a", { isPlain: true }), new TopicPeer("b", { isPlain: true })];
  for (const [at, hub] of hubs.entries()) {
    await hub.open();
    for (const topic of ["t", "kept"]) void hub.subscribe([a, b][at]!, topic);
  }
  for (const topic of ["t", "kept"]) void hubs[0]!.publish(topic, topic, a);
  assertEquals([a.told, b.told], [[], ["t", "kept"]]);
  a.delivered = () => {
    a.delivered = () => {};
    void hubs[0]!.publish("t", "second");
  };
  void hubs[0]!.publish("t", "first");
  assertEquals([a.told, b.take().slice(2)], [["first", "second"], ["first", "second"]]);
  for (const hub of hubs) await hub.close();
});

Deno.test("Hub tells who watches over it of the state of the broker", async () => {
  const states: boolean[] = [];
  const { hub, node } = await late({ onState: (isUp) => states.push(isUp) });
  node.state(false);
  node.state(true);
  assertEquals([states, hub.backplane.name, hub.backplane.isUp], [[false, true], "late", true]);
});

Deno.test("Hub.close leaves nothing behind: no timer, and nobody who waits for a join", async () => {
  const clock = new FakeClock();
  const { hub, node } = await late({ clock });
  node.isJoiningLate = true;
  const [a, b] = [new TopicPeer("a"), new TopicPeer("b")];
  const subscribed = hub.subscribe(a, "t");
  hub.presence.join(b, "t", "bee", "1");
  void hub.presence.list("elsewhere");
  hub.remove(b);
  assert(clock.pendingTimers > 0);
  await hub.close();
  assertEquals([await subscribed, clock.pendingTimers], [{ recovered: false }, 0]);
  hub.presence.join(b, "t", "bee", "1");
  await hub.presence.watch(b, "t");
  assertEquals([await hub.presence.list("t"), clock.pendingTimers], [[], 0]);
  hub.remove(a);
  assertEquals(hub.topicCount, 0);
});
