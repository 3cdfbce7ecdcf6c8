/** The hub against a model: a set of pairs. @module */
import { assertEquals } from "@std/assert";
import fc from "fast-check";
import type { PreparedMessage } from "../../lib/frame/mod.ts";
import { Hub, type Subscriber } from "../../lib/pubsub/mod.ts";

const TOPICS = ["a", "b", "c"];
const PEERS = 4;

type Step = {
  readonly kind: "subscribe" | "unsubscribe" | "leave" | "publish";
  readonly peer: number;
  readonly topic: string;
};

const step: fc.Arbitrary<Step> = fc.record({
  kind: fc.constantFrom("subscribe", "subscribe", "unsubscribe", "leave", "publish"),
  // One more than there are: a publication from outside, of which nobody is left out.
  peer: fc.nat(PEERS),
  topic: fc.constantFrom(...TOPICS),
});

class Inbox implements Subscriber {
  readonly received: string[] = [];
  deliver(message: PreparedMessage): void {
    this.received.push(message.frame.toHex());
  }
}

/** What should be: who is in what, and what each has got. */
class Model {
  readonly pairs = new Set<string>();
  readonly received: string[][] = Array.from({ length: PEERS }, () => []);

  topicsOf(peer: number): readonly string[] {
    return TOPICS.filter((topic) => this.pairs.has(`${peer} ${topic}`));
  }

  peersOf(topic: string): readonly number[] {
    return this.received.map((_, peer) => peer).filter((peer) => this.pairs.has(`${peer} ${topic}`));
  }
}

function apply(hub: Hub, inboxes: readonly Inbox[], model: Model, { kind, peer, topic }: Step, at: number): void {
  const inbox = inboxes[peer];
  if (kind === "publish") {
    const receivers = model.peersOf(topic).filter((other) => other !== peer);
    for (const other of receivers) model.received[other]!.push(`8201${at.toString(16).padStart(2, "0")}`);
    assertEquals(hub.publish(topic, Uint8Array.of(at), inbox), receivers.length);
  } else if (inbox !== undefined && kind === "subscribe") {
    model.pairs.add(`${peer} ${topic}`);
    hub.subscribe(inbox, topic);
  } else if (inbox !== undefined && kind === "unsubscribe") {
    model.pairs.delete(`${peer} ${topic}`);
    hub.unsubscribe(inbox, topic);
  } else if (inbox !== undefined) {
    for (const each of TOPICS) model.pairs.delete(`${peer} ${each}`);
    hub.unsubscribeAll(inbox);
  }
}

Deno.test("Hub does what a set of (peer, topic) pairs would, whatever happens in whatever order", () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const hub = new Hub();
      const model = new Model();
      const inboxes = Array.from({ length: PEERS }, () => new Inbox());
      for (const [at, each] of steps.entries()) {
        apply(hub, inboxes, model, each, at);
        assertEquals(
          TOPICS.map((topic) => hub.subscriberCount(topic)),
          TOPICS.map((topic) => model.peersOf(topic).length),
        );
        assertEquals(hub.topicCount, TOPICS.filter((topic) => model.peersOf(topic).length > 0).length);
      }
      for (const [peer, inbox] of inboxes.entries()) {
        assertEquals(inbox.received, model.received[peer]);
        assertEquals([...hub.topicsOf(inbox)].sort(), model.topicsOf(peer));
      }
    }),
    { numRuns: 300 },
  );
});
