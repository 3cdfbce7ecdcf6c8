/** The backplane of one process. */
import { assertEquals, assertRejects } from "@std/assert";
import { type Backplane, EmbeddedBroker, RingHistory } from "../../lib/pubsub/mod.ts";
import { LateStore } from "../support/late_nodes.ts";
import { settled } from "../support/topic_peer.ts";

const RULE = { limit: 10, ttlMs: 1000 };

async function heard(node: Backplane, onMessage: (payload: string) => void = () => {}): Promise<string[]> {
  const told: string[] = [];
  await node.open({
    onMessage: (topic, { payload, from }, offset) => {
      told.push(`${topic} ${payload} <${from}> ${offset}`);
      onMessage(String(payload));
    },
    onReset: () => told.push("reset"),
    onState: () => told.push("state"),
  });
  return told;
}

function ring(): RingHistory {
  return new RingHistory({ maxBytes: 1e6, now: () => 0, epoch: "e" });
}

Deno.test("EmbeddedBroker sends what has no offset to the other nodes that joined, and what is stored to all of them", async () => {
  const broker = new EmbeddedBroker(ring());
  const nodes = [broker.node(), broker.node(), broker.node()] as const;
  const [a, b, c] = [await heard(nodes[0]), await heard(nodes[1]), await heard(nodes[2])];
  for (const node of nodes.slice(0, 2)) await node.join("t", undefined);
  nodes[0].send("t", { payload: "x", from: "p" });
  assertEquals([a, b, c], [[], ["t x <p> undefined"], []]);
  assertEquals(nodes[2].append("t", RULE, { payload: "y", from: "" }), 1);
  assertEquals([a, b, c], [["t y <> 1"], ["t x <p> undefined", "t y <> 1"], []]);
});

Deno.test("EmbeddedBroker tells a node that has left, or is closed, nothing more", async () => {
  const broker = new EmbeddedBroker(ring());
  const [one, other] = [broker.node(), broker.node()];
  const told = await heard(one);
  for (const topic of ["s", "t"]) await one.join(topic, undefined);
  one.leave("s");
  one.leave("never");
  other.send("s", { payload: "x", from: "" });
  await one.close();
  other.send("t", { payload: "x", from: "" });
  assertEquals(told, []);
});

Deno.test("EmbeddedBroker tells what was stored when it is stored, in the order of the offsets", async () => {
  const store = new LateStore();
  store.isLate = true;
  const broker = new EmbeddedBroker(store);
  const node = broker.node();
  const told = await heard(node);
  await node.join("t", RULE);
  const offsets = [
    node.append("t", RULE, { payload: "x", from: "" }),
    node.append("t", RULE, { payload: "y", from: "" }),
  ];
  await settled();
  assertEquals(told, []);
  store.answer();
  assertEquals(await Promise.all(offsets), [1, 2]);
  assertEquals(told, ["t x <> 1", "t y <> 2"]);
});

Deno.test("EmbeddedBroker tells nobody of what could not be stored", async () => {
  const store = new LateStore();
  store.isLate = true;
  const node = new EmbeddedBroker(store).node();
  const told = await heard(node);
  await node.join("t", RULE);
  const offset = Promise.resolve(node.append("t", RULE, { payload: "x", from: "" }));
  store.refuse();
  await assertRejects(() => offset, Error, "cannot be read");
  assertEquals(told, []);
});

Deno.test("EmbeddedBroker tells all nodes in the order of the offsets what is published while one is told", async () => {
  const broker = new EmbeddedBroker(ring());
  const [one, other] = [broker.node(), broker.node()];
  const first = await heard(one, (payload) => {
    if (payload === "x") one.append("t", RULE, { payload: "y", from: "" });
  });
  const second = await heard(other);
  for (const node of [one, other]) await node.join("t", RULE);
  one.append("t", RULE, { payload: "x", from: "" });
  assertEquals(first, ["t x <> 1", "t y <> 2"]);
  assertEquals(second, first);
});
