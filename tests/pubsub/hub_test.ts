/** Publish and subscribe on one node. The hub against a model is in tests/property. @module */
import { assert, assertEquals, assertStrictEquals, assertThrows } from "@std/assert";
import type { PreparedMessage } from "../../lib/frame/mod.ts";
import { Hub, type Subscriber } from "../../lib/pubsub/hub.ts";

class Inbox implements Subscriber {
  readonly messages: PreparedMessage[] = [];
  deliver(message: PreparedMessage): void {
    this.messages.push(message);
  }
}

Deno.test("Hub.publish reaches every subscriber of the topic but the one left out, and says how many", () => {
  const hub = new Hub();
  const [a, b, c] = [new Inbox(), new Inbox(), new Inbox()];
  hub.subscribe(a, "t");
  hub.subscribe(b, "t");
  hub.subscribe(c, "other");
  assertEquals([hub.publish("t", "hi"), hub.publish("t", "but b", b), hub.publish("nobody", "hi")], [2, 1, 0]);
  assertEquals([a, b, c].map(({ messages }) => messages.length), [2, 1, 0]);
  assertEquals(a.messages[0]?.frame.toHex(), "81026869");
});

Deno.test("Hub.publish encodes once for all", () => {
  const hub = new Hub();
  const inboxes = [new Inbox(), new Inbox()];
  for (const inbox of inboxes) hub.subscribe(inbox, "t");
  hub.publish("t", Uint8Array.of(1, 2));
  assertStrictEquals(inboxes[0]?.messages[0]?.frame, inboxes[1]?.messages[0]?.frame);
  assertEquals(inboxes[0]?.messages[0]?.frame.toHex(), "82020102");
});

Deno.test("Hub delivers once to who subscribed twice, and not at all to who left", () => {
  const hub = new Hub();
  const inbox = new Inbox();
  hub.subscribe(inbox, "t");
  hub.subscribe(inbox, "t");
  assertEquals([hub.publish("t", "1"), hub.subscriberCount("t")], [1, 1]);
  hub.unsubscribe(inbox, "t");
  hub.unsubscribe(inbox, "t");
  assertEquals([hub.publish("t", "2"), hub.subscriberCount("t"), inbox.messages.length], [0, 0, 1]);
});

Deno.test("Hub forgets topics and subscribers that have nothing left", () => {
  const hub = new Hub();
  const [a, b] = [new Inbox(), new Inbox()];
  for (const topic of ["x", "y"]) for (const inbox of [a, b]) hub.subscribe(inbox, topic);
  assertEquals([hub.topicCount, [...hub.topicsOf(a)]], [2, ["x", "y"]]);
  hub.unsubscribeAll(a);
  hub.unsubscribeAll(a);
  assertEquals([hub.topicCount, hub.topicsOf(a).size, hub.topicsOf(b).size], [2, 0, 2]);
  hub.unsubscribe(b, "x");
  hub.unsubscribe(b, "y");
  assertEquals([hub.topicCount, hub.topicsOf(b).size], [0, 0]);
});

Deno.test("Hub.publish goes on when a delivery makes a subscriber leave", () => {
  const hub = new Hub();
  const inboxes = [new Inbox(), new Inbox(), new Inbox()];
  const leaver: Subscriber = { deliver: () => inboxes.forEach((inbox) => hub.unsubscribeAll(inbox)) };
  hub.subscribe(inboxes[0]!, "t");
  hub.subscribe(leaver, "t");
  for (const inbox of inboxes.slice(1)) hub.subscribe(inbox, "t");
  assertEquals(hub.publish("t", "1"), 2);
  assertEquals(inboxes.map(({ messages }) => messages.length), [1, 0, 0]);
  assertEquals(hub.subscriberCount("t"), 1);
});

Deno.test("Hub refuses a topic whose name is not allowed", () => {
  const hub = new Hub();
  assertThrows(() => hub.subscribe(new Inbox(), ""), TypeError, "1 to 256 characters");
  assertThrows(() => hub.publish("a\n", "x"), TypeError, "control characters");
  assertEquals(hub.topicCount, 0);
});

Deno.test("Hub.topicsOf shows what changes while the subscriber has a topic", () => {
  const hub = new Hub();
  const inbox = new Inbox();
  hub.subscribe(inbox, "a");
  const topics = hub.topicsOf(inbox);
  hub.subscribe(inbox, "b");
  assert(topics.has("b"));
});
