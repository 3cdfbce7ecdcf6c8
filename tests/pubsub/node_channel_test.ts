/** What nodes say to each other. @module */
import { assertEquals, assertRejects } from "@std/assert";
import { EmbeddedBroker, NodeChannel, RingHistory } from "../../lib/pubsub/mod.ts";
import { isNodeTopic } from "../../lib/pubsub/node_channel.ts";
import { FakeClock } from "../support/fake_clock.ts";
import { LateNode } from "../support/late_nodes.ts";
import { settled } from "../support/topic_peer.ts";

const TTL_MS = 1000;

class Node {
  readonly channel: NodeChannel;
  readonly late: LateNode;
  readonly clock: FakeClock;
  readonly gone: string[] = [];
  readonly heard: string[] = [];

  constructor(node: string, broker: EmbeddedBroker, clock: FakeClock) {
    this.clock = clock;
    this.late = new LateNode(broker);
    this.channel = new NodeChannel({ node, backplane: this.late, clock, ttlMs: TTL_MS });
    this.channel.onGone((other) => this.gone.push(other));
    this.channel.onHeard((other) => this.heard.push(other));
    void this.late.open({
      onMessage: (topic, envelope) => this.channel.onMessage(topic, envelope),
      onReset: () => {},
      onState: (isUp) => this.channel.onState(isUp),
    });
  }
}

function nodes(count: number, { isOpen = true } = {}): Node[] {
  const broker = new EmbeddedBroker(new RingHistory({ maxBytes: 0, now: () => 0, epoch: "e" }));
  const clock = new FakeClock();
  const all = Array.from({ length: count }, (_, at) => new Node(`n${at}`, broker, clock));
  if (isOpen) { for (const { channel } of all) channel.open(); }
  return all;
}

Deno.test("NodeChannel gets to know the others, whoever came first, and forgets who says goodbye", () => {
  const [a, b, c] = nodes(3) as [Node, Node, Node];
  assertEquals([a, b, c].map(({ channel }) => [...channel.others].sort()), [["n1", "n2"], ["n0", "n2"], ["n0", "n1"]]);
  assertEquals(a.heard, ["n1", "n2"]);
  b.channel.close();
  assertEquals([a.channel.others, a.gone, b.channel.others], [["n2"], ["n1"], []]);
});

Deno.test("NodeChannel says that it is there only once it can hear the answers", async () => {
  const [a, b] = nodes(2, { isOpen: false }) as [Node, Node];
  a.channel.open();
  b.late.isJoiningLate = true;
  b.channel.open();
  assertEquals([a.channel.others, b.channel.others], [[], []]);
  b.late.joinNow();
  await settled();
  assertEquals([a.channel.others, b.channel.others], [["n1"], ["n0"]]);
});

Deno.test("NodeChannel goes on where the backplane refuses a join, and nobody minds", async () => {
  const [a] = nodes(1, { isOpen: false }) as [Node];
  a.late.isJoiningLate = true;
  a.channel.open();
  const followed = a.channel.follow("t", () => {});
  a.late.joinNow(false);
  await followed;
  await settled();
  a.channel.close();
  assertEquals(a.clock.pendingTimers, 0);
});

Deno.test("NodeChannel takes a node for gone within the time to live, and not before three quarters of it", () => {
  const [a, b] = nodes(2) as [Node, Node];
  a.clock.advance(TTL_MS * 3);
  assertEquals([a.gone, b.gone], [[], []]);
  b.late.isUp = false;
  a.clock.advance(TTL_MS * 3 / 4 - 1);
  assertEquals(a.gone, []);
  a.clock.advance(TTL_MS / 4 + 1);
  assertEquals([a.gone, a.channel.others, b.gone], [["n1"], [], []]);
});

Deno.test("NodeChannel takes nobody for gone after it has slept itself", () => {
  const [a, b] = nodes(2) as [Node, Node];
  a.clock.jump(TTL_MS * 10);
  assertEquals([a.gone, b.gone], [[], []]);
  b.late.isUp = false;
  a.clock.advance(TTL_MS * 2);
  assertEquals(a.gone, ["n1"]);
});

Deno.test("NodeChannel tells of a node that it had taken for gone, and of one that was away itself", () => {
  const [a, b] = nodes(2) as [Node, Node];
  b.late.isUp = false;
  a.clock.advance(TTL_MS * 2);
  assertEquals([a.gone, a.heard], [["n1"], ["n1"]]);
  b.late.isUp = true;
  a.clock.advance(TTL_MS / 4);
  assertEquals(a.heard, ["n1", "n1"]);
  b.late.state(false);
  b.heard.length = 0;
  b.late.state(true);
  assertEquals([a.heard, b.heard.includes("n0")], [["n1", "n1", "n1"], true]);
});

Deno.test("NodeChannel.ask gives one node's answer, or the words of its failure", async () => {
  const [a, b] = nodes(2) as [Node, Node];
  b.channel.handle("double", (value, node) => `${node} ${Number(value) * 2}`);
  b.channel.handle("later", (value) => Promise.resolve(value));
  b.channel.handle("throw", () => {
    throw new TypeError("not today");
  });
  b.channel.handle("reject", () => Promise.reject("just so"));
  b.channel.handle("nothing", () => {});
  assertEquals(await a.channel.ask("n1", "double", 21, 100), "n0 42");
  assertEquals(await a.channel.ask("n1", "later", [1], 100), [1]);
  assertEquals(await a.channel.ask("n1", "nothing", 1, 100), undefined);
  await assertRejects(() => a.channel.ask("n1", "throw", 0, 100), Error, "not today");
  await assertRejects(() => a.channel.ask("n1", "reject", 0, 100), Error, "just so");
  await assertRejects(() => a.channel.ask("n1", "unknown", 0, 100), Error, 'knows no "unknown"');
});

Deno.test("NodeChannel.ask says so where an answer cannot be told", async () => {
  const [a, b] = nodes(2) as [Node, Node];
  b.channel.handle("big", () => 1n);
  b.channel.handle("later", () => Promise.resolve(1n));
  await assertRejects(() => a.channel.ask("n1", "big", 0, 100), Error, "BigInt");
  await assertRejects(() => a.channel.ask("n1", "later", 0, 100), Error, "BigInt");
});

Deno.test("NodeChannel answers at once what it knows at once: what it tells then comes behind it", async () => {
  const [a, b] = nodes(2) as [Node, Node];
  const heard: unknown[] = [];
  void a.channel.follow("t", (value) => heard.push(value));
  b.channel.handle("state", () => "before");
  const asked = a.channel.askAll("state", 0, 100, (_, value) => heard.push(value));
  b.channel.tell("t", "after");
  await asked;
  assertEquals(heard, ["before", "after"]);
});

Deno.test("NodeChannel.ask gives up after its time, when the node is gone, and when its own end comes", async () => {
  const [a, b] = nodes(2) as [Node, Node];
  b.channel.handle("never", () => new Promise(() => {}));
  const late = a.channel.ask("n1", "never", 0, 100);
  a.clock.advance(100);
  await assertRejects(() => late, Error, "the node n1 does not answer");
  const gone = a.channel.ask("n1", "never", 0, 100);
  b.channel.close();
  await assertRejects(() => gone, Error, "does not answer");
  const closed = a.channel.ask("n1", "never", 0, 100);
  a.channel.close();
  await assertRejects(() => closed, Error, "does not answer");
  await assertRejects(() => a.channel.ask("n1", "never", 0, 100), Error, "does not answer");
  assertEquals(a.clock.pendingTimers, 0);
});

Deno.test("NodeChannel.ended: nobody waits for a node whose end was seen, and the others hear of it", async () => {
  const [a, b, c] = nodes(3) as [Node, Node, Node];
  b.channel.handle("never", () => new Promise(() => {}));
  const asked = [a, c].map(({ channel }) => channel.ask("n1", "never", 0, 100));
  a.channel.ended("n1");
  for (const answer of asked) await assertRejects(() => answer, Error, "does not answer");
  assertEquals([a.gone, c.gone], [["n1"], ["n1"]]);
  // Of itself it knows better, and once is enough.
  for (const node of ["n0", "n1", "n2"]) c.channel.ended(node);
  assertEquals([a.gone, c.gone, a.channel.others], [["n1"], ["n1", "n0"], ["n2"]]);
  // One that was there after all is heard again.
  b.channel.tell("t", 1);
  b.clock.advance(TTL_MS / 4);
  assertEquals([...a.channel.others].sort(), ["n1", "n2"]);
  a.channel.close();
  a.channel.ended("n2");
  assertEquals(a.gone, ["n1"]);
});

Deno.test("NodeChannel.askAll tells each answer, and then who has not answered", async () => {
  const [a, b, c] = nodes(3) as [Node, Node, Node];
  b.channel.handle("name", () => "bee");
  c.channel.handle("name", () => new Promise(() => {}));
  const answers: unknown[] = [];
  const asked = a.channel.askAll("name", 0, 100, (node, value) => answers.push([node, value]));
  a.clock.advance(100);
  assertEquals(await asked, ["n2"]);
  assertEquals(answers, [["n1", "bee"]]);
  b.channel.close();
  c.channel.close();
  assertEquals(await a.channel.askAll("name", 0, 100, () => {}), []);
});

Deno.test("NodeChannel hears what is said of topics that it follows, and of no others", () => {
  const [a, b] = nodes(2) as [Node, Node];
  const heard: unknown[] = [];
  const hear = (value: unknown, node: string): void => void heard.push([node, value]);
  void a.channel.follow("t", hear);
  void a.channel.follow("u", hear);
  a.channel.unfollow("u");
  a.channel.unfollow("never");
  for (const topic of ["t", "u", "v"]) b.channel.tell(topic, topic);
  a.channel.tell("t", "own");
  assertEquals(heard, [["n1", "t"]]);
});

Deno.test("NodeChannel takes no notice of what is none of its messages", () => {
  const [a] = nodes(1) as [Node];
  const payloads = ["", "null", "7", "{}", '{"node":1,"kind":"beat"}', '{"node":"x"}', Uint8Array.of(1)];
  for (const payload of payloads) a.channel.onMessage("\u0001nodes", { payload, from: "" });
  assertEquals(a.channel.others, []);
  const said = { node: "x", kind: "answer", call: "one", value: 1 };
  a.channel.onMessage("\u0001nodes", { payload: JSON.stringify(said), from: "" });
  assertEquals(a.channel.others, ["x"]);
});

Deno.test("NodeChannel says and hears nothing after its end", () => {
  const [a, b] = nodes(2) as [Node, Node];
  a.channel.close();
  a.channel.close();
  b.gone.length = 0;
  a.channel.tell("t", 1);
  a.channel.onState(true);
  a.channel.onMessage("\u0001nodes", { payload: '{"node":"x","kind":"hello"}', from: "" });
  assertEquals([b.gone, b.channel.others, a.channel.others], [[], [], []]);
});

Deno.test("isNodeTopic knows the topics that are between nodes, which no peer can name", () => {
  assertEquals([isNodeTopic("\u0001nodes"), isNodeTopic("nodes")], [true, false]);
});
