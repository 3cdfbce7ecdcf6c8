/** Who is in a topic. Against a model it is in tests/property. @module */
import { assert, assertEquals, assertThrows } from "@std/assert";
import { EmbeddedBroker, Hub, PresenceLimitError, RingHistory } from "../../lib/pubsub/mod.ts";
import { FakeClock } from "../support/fake_clock.ts";
import { LateNode } from "../support/late_nodes.ts";
import { settled, TopicPeer } from "../support/topic_peer.ts";

const TTL_MS = 15_000;

interface Node {
  readonly hub: Hub;
  readonly late: LateNode;
}

async function nodes(count: number, clock = new FakeClock()): Promise<Node[]> {
  const broker = new EmbeddedBroker(new RingHistory({ maxBytes: 0, now: () => 0, epoch: "e" }));
  const all: Node[] = [];
  for (let at = 0; at < count; at++) {
    const late = new LateNode(broker);
    const hub = new Hub({
      backplane: late,
      clock,
      node: `n${at}`,
      limits: { presenceTtlMs: TTL_MS, maxTopicsPerPeer: 2 },
    });
    await hub.open();
    all.push({ hub, late });
  }
  return all;
}

/** What a watcher was told, in words. */
function told(peer: TopicPeer): readonly string[] {
  return peer.take().map((text) => {
    const { type, topic, member } = JSON.parse(text);
    return `${type} ${topic} ${member.key} ${JSON.stringify(member.state)}`;
  });
}

const plain = (id: string): TopicPeer => new TopicPeer(id, { isPlain: true });

async function keys({ hub }: Node, topic = "t"): Promise<string[]> {
  return (await hub.presence.list(topic)).map(({ key, state }) => `${key} ${JSON.stringify(state)}`);
}

Deno.test("Presence lists who has joined, under a key or under its own id, as what it said last", async () => {
  const [node] = await nodes(1) as [Node];
  const { presence } = node.hub;
  const [a, b] = [plain("a"), plain("b")];
  presence.join(a, "t", "ann", '{"at":1}');
  presence.join(b, "t", "", "null");
  presence.join(a, "t", "ann", '{"at":2}');
  assertEquals(await keys(node), ['ann {"at":2}', "b null"]);
  presence.leave(a, "t");
  presence.leave(a, "t");
  presence.leave(a, "never");
  assertEquals([await keys(node), await keys(node, "other")], [["b null"], []]);
});

Deno.test("Presence has a member there until the last of its connections has left", async () => {
  const [node] = await nodes(1) as [Node];
  const [a, b, watcher] = [plain("a"), plain("b"), plain("w")];
  await node.hub.presence.watch(watcher, "t");
  for (const peer of [a, b]) node.hub.presence.join(peer, "t", "ann", "1");
  node.hub.presence.leave(a, "t");
  node.hub.presence.join(b, "t", "bob", "1");
  assertEquals(told(watcher), ["join t ann 1", "leave t ann 1", "join t bob 1"]);
});

Deno.test("Presence: a member whose connection has ended stays for its time, and who is back by then never left", async () => {
  const clock = new FakeClock();
  const [node] = await nodes(1, clock) as [Node];
  const [a, b, watcher] = [plain("a"), plain("b"), plain("w")];
  await node.hub.presence.watch(watcher, "t");
  node.hub.presence.join(a, "t", "ann", "1");
  node.hub.remove(a);
  clock.advance(TTL_MS - 1);
  node.hub.presence.join(b, "t", "ann", "1");
  clock.advance(TTL_MS * 2);
  assertEquals(told(watcher), ["join t ann 1"]);
  node.hub.remove(b);
  clock.advance(TTL_MS - 1);
  assertEquals(told(watcher), []);
  clock.advance(1);
  assertEquals(told(watcher), ["leave t ann 1"]);
});

Deno.test("Presence: who was there under its own id is gone with its connection", async () => {
  const [node] = await nodes(1) as [Node];
  node.hub.presence.join(plain("x"), "t", "", "1");
  const a = plain("a");
  node.hub.presence.join(a, "t", "", "1");
  node.hub.remove(a);
  assertEquals(await keys(node), ["x 1"]);
});

Deno.test("Presence sends watchers of sockeye.v1 its messages, and nobody anything after unwatch", async () => {
  const [node] = await nodes(1) as [Node];
  const [a, watcher] = [plain("a"), new TopicPeer("w")];
  await node.hub.presence.watch(watcher, "t");
  node.hub.presence.join(a, "t", "ann", "1");
  assertEquals(watcher.take(), ['["presence","join","t","ann",1]\n']);
  node.hub.presence.unwatch(watcher, "t");
  node.hub.presence.unwatch(watcher, "t");
  node.hub.presence.leave(a, "t");
  assertEquals(watcher.told, []);
});

Deno.test("Presence is the same on all nodes, and goes with a node that ends or is not heard of any more", async () => {
  const clock = new FakeClock();
  const all = await nodes(3, clock) as [Node, Node, Node];
  const [one, other, third] = all;
  const watcher = plain("w");
  await one.hub.presence.watch(watcher, "t");
  other.hub.presence.join(plain("a"), "t", "ann", "1");
  third.hub.presence.join(plain("b"), "t", "ann", "2");
  third.hub.presence.join(plain("c"), "t", "cat", "3");
  for (const node of all) assertEquals((await keys(node)).sort(), ["ann 2", "cat 3"]);
  await other.hub.close();
  assertEquals((await keys(one)).sort(), ["ann 2", "cat 3"]);
  third.late.isUp = false;
  clock.advance(TTL_MS * 2);
  assertEquals(await keys(one), []);
  assertEquals(told(watcher), [
    ...["join t ann 1", "update t ann 2", "join t cat 3"],
    // Who is not heard of is missed a little sooner than who has said goodbye is given up.
    ...["update t ann 1", "leave t cat 3", "leave t ann 1"],
  ]);
});

Deno.test("Presence: whose node has ended, and who is back on another within the time, never left", async () => {
  const clock = new FakeClock();
  const [one, other, third] = await nodes(3, clock) as [Node, Node, Node];
  const watcher = plain("w");
  await one.hub.presence.watch(watcher, "t");
  for (const key of ["ann", "bob"]) other.hub.presence.join(plain(key), "t", key, "1");
  await other.hub.close();
  clock.advance(TTL_MS - 1);
  third.hub.presence.join(plain("a"), "t", "ann", "1");
  assertEquals(told(watcher), ["join t ann 1", "join t bob 1"]);
  clock.advance(1);
  assertEquals(told(watcher), ["leave t bob 1"]);
  assertEquals([await keys(one), await keys(third)], [["ann 1"], ["ann 1"]]);
});

Deno.test("Presence knows whoever joined on other nodes before anybody here asked", async () => {
  const all = await nodes(2) as [Node, Node];
  all[1].hub.presence.join(plain("a"), "t", "ann", "1");
  assertEquals(await keys(all[0]), ["ann 1"]);
  const watcher = plain("w");
  await all[0].hub.presence.watch(watcher, "t");
  all[1].hub.presence.join(plain("b"), "t", "bob", "2");
  assertEquals(told(watcher), ["join t bob 2"]);
});

Deno.test("Presence asks the others only when it hears what they tell", async () => {
  const all = await nodes(2) as [Node, Node];
  const [one, other] = all;
  const a = plain("a");
  other.hub.presence.join(a, "t", "ann", "1");
  one.late.isJoiningLate = true;
  const list = keys(one);
  other.hub.presence.leave(a, "t");
  one.late.joinNow();
  assertEquals(await list, []);
});

Deno.test("Presence leaves no ghost of one that left while the broker was away, nor forgets who came", async () => {
  const clock = new FakeClock();
  const all = await nodes(2, clock) as [Node, Node];
  const [one, other] = all;
  const [a, watcher] = [plain("a"), plain("w")];
  await one.hub.presence.watch(watcher, "t");
  other.hub.presence.join(a, "t", "ann", "1");
  for (const { late } of all) late.state(false);
  other.hub.presence.leave(a, "t");
  clock.advance(TTL_MS * 2);
  other.hub.presence.join(plain("b"), "u", "bob", "2");
  for (const { late } of all) late.state(true);
  const list = keys(one);
  // What the first asked was lost, as the other was still away.
  clock.advance(2000);
  assertEquals([await list, await keys(one, "u")], [[], ["bob 2"]]);
  assertEquals(told(watcher), ["join t ann 1", "leave t ann 1"]);
});

Deno.test("Presence knows again who is on a node that it had taken for gone", async () => {
  const clock = new FakeClock();
  const all = await nodes(2, clock) as [Node, Node];
  const [one, other] = all;
  await one.hub.presence.watch(plain("w"), "t");
  other.hub.presence.join(plain("a"), "t", "ann", "1");
  other.late.isUp = false;
  clock.advance(TTL_MS * 2);
  assertEquals(await keys(one), []);
  other.late.isUp = true;
  clock.advance(TTL_MS);
  await settled();
  assertEquals(await keys(one), ["ann 1"]);
});

Deno.test("Presence asks a node until it answers, and keeps nobody waiting for it longer than two seconds", async () => {
  const clock = new FakeClock();
  const all = await nodes(2, clock) as [Node, Node];
  const [one, other] = all;
  other.hub.presence.join(plain("a"), "t", "ann", "1");
  other.late.isLate = true;
  const watched = one.hub.presence.watch(plain("w"), "t");
  const list = keys(one);
  clock.advance(2000);
  await watched;
  assertEquals(await list, []);
  other.late.isLate = false;
  other.late.lose();
  clock.advance(2000);
  await settled();
  assertEquals(await keys(one), ["ann 1"]);
});

Deno.test("Presence tells the same in the same order to all, when an event ends the connection of a member", async () => {
  const all = await nodes(2) as [Node, Node];
  const { hub } = all[0];
  const [a, watcher] = [plain("a"), plain("w")];
  for (const peer of [a, watcher]) await hub.presence.watch(peer, "t");
  a.delivered = () => hub.remove(a);
  hub.presence.join(a, "t", "", "1");
  assertEquals([told(watcher), await keys(all[0]), await keys(all[1])], [["join t a 1", "leave t a 1"], [], []]);
});

Deno.test("Presence does not follow a topic for long that nobody here has to do with", async () => {
  const clock = new FakeClock();
  const all = await nodes(2, clock) as [Node, Node];
  const [one, other] = all;
  const timers = clock.pendingTimers;
  await keys(one);
  assertEquals(clock.pendingTimers, timers + 1);
  other.hub.presence.join(plain("a"), "t", "ann", "1");
  clock.advance(30_000);
  assertEquals(clock.pendingTimers, timers);
  assertEquals(await keys(one), ["ann 1"]);
});

Deno.test("Presence refuses a key, a state and a number of topics that are too much, and changes nothing", async () => {
  const [node] = await nodes(1) as [Node];
  const { presence } = node.hub;
  const a = plain("a");
  assertThrows(() => presence.join(a, "", "ann", "1"), TypeError, "1 to 256");
  assertThrows(() => presence.join(a, "t", "x".repeat(257), "1"), TypeError, "key");
  assertThrows(() => presence.join(a, "t", "ann", `"${"x".repeat(1024)}"`), TypeError, "state");
  assertThrows(() => presence.join(a, "t", "ann", "no"), TypeError, "JSON");
  for (const topic of ["t", "u"]) {
    presence.join(a, topic, "ann", "1");
    await presence.watch(a, topic);
  }
  assertThrows(() => presence.join(a, "v", "ann", "1"), PresenceLimitError, "maxTopicsPerPeer");
  assertThrows(() => presence.watch(a, "v"), PresenceLimitError, "maxTopicsPerPeer");
  presence.join(a, "t", "ann", "2");
  await presence.watch(a, "t");
  assertEquals([await keys(node), await keys(node, "v")], [["ann 2"], []]);
});

Deno.test("Presence takes no notice of what others say that makes no sense", async () => {
  const all = await nodes(2) as [Node, Node];
  const [one, other] = all;
  await one.hub.presence.watch(plain("w"), "t");
  const nonsense = [
    null,
    7,
    "set",
    {},
    { set: 1 },
    { set: ["ann"] },
    { set: ["ann", "1"] },
    { set: ["ann", "no", 1] },
    { set: ["ann", 1, 1] },
    { deleted: 4 },
  ];
  for (const news of nonsense) other.hub.nodes.tell("presence:t", news);
  assertEquals(await keys(one), []);
  assert(one.hub.nodes.others.includes("n1"));
  other.hub.nodes.handle("members", () => ({ length: 3 }));
  one.hub.presence.unwatch(plain("w"), "t");
  assertEquals(await keys(one, "u"), []);
});
