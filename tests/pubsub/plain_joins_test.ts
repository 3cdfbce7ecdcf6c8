/** What a node has joined of topics without history. @module */
import { assertEquals } from "@std/assert";
import { EmbeddedBroker } from "../../lib/pubsub/mod.ts";
import { PlainJoins } from "../../lib/pubsub/plain_joins.ts";
import { LateNode, LateStore } from "../support/late_nodes.ts";
import { settled } from "../support/topic_peer.ts";

/** Joins over a backplane that takes its time. */
function lately(): { readonly joins: PlainJoins; readonly node: LateNode } {
  const node = new LateNode(new EmbeddedBroker(new LateStore()));
  node.isJoiningLate = true;
  return { joins: new PlainJoins(node), node };
}

/** Whether it is over, as far as promises go. */
async function isOver(pending: Promise<void> | undefined): Promise<boolean> {
  let isOver = pending === undefined;
  void pending?.then(() => isOver = true);
  await settled();
  return isOver;
}

Deno.test("PlainJoins keeps nobody waiting where a backplane joins at once", () => {
  const { joins, node } = lately();
  node.isJoiningLate = false;
  joins.join("t");
  assertEquals(joins.pending("t"), undefined);
});

Deno.test("PlainJoins has who subscribes wait for the join", async () => {
  const { joins, node } = lately();
  joins.join("t");
  const pending = joins.pending("t");
  assertEquals([await isOver(pending), joins.pending("u")], [false, undefined]);
  node.joinNow();
  assertEquals([await isOver(pending), joins.pending("t")], [true, undefined]);
});

Deno.test("PlainJoins keeps nobody waiting for a broker that is away, for a topic that was left, or after the end", async () => {
  const { joins, node } = lately();
  for (const topic of ["t", "u"]) joins.join(topic);
  const [pending, other] = [joins.pending("t"), joins.pending("u")];
  joins.leave("t");
  assertEquals([await isOver(pending), await isOver(other), node.pending], [true, false, 1]);
  node.isUp = false;
  joins.onState(false);
  assertEquals([await isOver(other), joins.pending("u")], [true, undefined]);
  node.isUp = true;
  joins.join("v");
  const last = joins.pending("v");
  joins.release();
  assertEquals(await isOver(last), true);
});

Deno.test("PlainJoins tries again what was refused: with the next who subscribes, and when the broker is back", async () => {
  const { joins, node } = lately();
  for (const topic of ["t", "u", "v"]) joins.join(topic);
  const pending = joins.pending("t");
  node.joinNow(false);
  assertEquals([await isOver(pending), node.pending], [true, 0]);
  joins.ensure("t");
  joins.ensure("t");
  assertEquals(node.pending, 1);
  joins.leave("v");
  joins.onState(true);
  assertEquals(node.pending, 2);
});

Deno.test("PlainJoins takes an old join, of a topic that was left and joined again, for nothing", async () => {
  const { joins, node } = lately();
  joins.join("t");
  joins.leave("t");
  joins.join("t");
  const pending = joins.pending("t");
  assertEquals(await isOver(pending), false);
  node.joinNow();
  assertEquals(await isOver(pending), true);
});
