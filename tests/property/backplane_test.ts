/** A backplane over a broker that may do anything wrong, against what was stored. @module */
import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { BrokerBackplane, MAX_BACKOFF_MS } from "../../lib/backplane/broker_backplane.ts";
import { decodeEnvelope, encodeEnvelope } from "../../lib/backplane/envelope.ts";
import type { HistoryRule } from "../../lib/pubsub/mod.ts";
import { BackplaneNode } from "../suites/backplane_node.ts";
import { FakeServer, type StoreFault, turn } from "../support/fake_broker.ts";
import { FakeClock } from "../support/fake_clock.ts";

const TOPICS = ["a", "b"] as const;
const NODES = 3;
/** Some steps lose more than it keeps. */
const RULE: HistoryRule = { limit: 8, ttlMs: 60_000 };

type Step =
  | { readonly kind: "append"; readonly node: number; readonly topic: (typeof TOPICS)[number]; readonly count: number }
  | { readonly kind: "drop"; readonly node: number }
  | { readonly kind: "stop" | "start" | "read fault" | "read again" }
  | { readonly kind: "losses"; readonly losses: boolean[] }
  | { readonly kind: "stores"; readonly faults: Array<StoreFault | undefined> }
  | { readonly kind: "wait"; readonly ms: number };

const node = fc.nat(NODES - 1);
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({
      kind: fc.constant("append" as const),
      node,
      topic: fc.constantFrom(...TOPICS),
      count: fc.integer({ min: 1, max: 4 }),
    }),
  },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant("wait" as const), ms: fc.constantFrom(0, 0, 100, 600) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("drop" as const), node }) },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constantFrom("stop" as const, "start" as const, "read fault" as const, "read again" as const),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant("losses" as const), losses: fc.array(fc.boolean(), { maxLength: 6 }) }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant("stores" as const),
      faults: fc.array(fc.constantFrom<StoreFault | undefined>("undone", "unsaid", undefined), { maxLength: 4 }),
    }),
  },
);

/** What was published of a topic by one node: the number, and the offset once it is stored. */
interface Published {
  readonly node: number;
  readonly at: number;
  offset?: number;
}

class World {
  readonly server = new FakeServer();
  readonly clock = new FakeClock();
  readonly nodes: BackplaneNode[] = [];
  readonly published = new Map<string, Published[]>(TOPICS.map((topic) => [topic, []]));
  readonly #appends: Promise<unknown>[] = [];

  static async begin(): Promise<World> {
    const world = new World();
    for (let index = 0; index < NODES; index++) {
      const parts = { clock: world.clock, told() {} };
      const one = await new BackplaneNode(new BrokerBackplane(world.server.broker(), parts)).open();
      for (const topic of TOPICS) await one.backplane.join(topic, RULE);
      world.nodes.push(one);
    }
    return world;
  }

  async apply(step: Step): Promise<void> {
    const { server } = this;
    if (step.kind === "append") { for (let at = 0; at < step.count; at++) this.#append(step.node, step.topic); }
    else if (step.kind === "drop") [...server.sessions][step.node]?.drop("a reset");
    else if (step.kind === "stop") server.stop();
    else if (step.kind === "start") server.isUp = true;
    else if (step.kind === "read fault") server.readFault = new Error("busy");
    else if (step.kind === "read again") server.readFault = undefined;
    else if (step.kind === "losses") server.losses = [...step.losses];
    else if (step.kind === "stores") server.storeFaults = [...step.faults];
    else if (step.kind === "wait") await this.#pass(step.ms);
  }

  /** Everything works again, and all has come to rest. */
  async settle(): Promise<void> {
    Object.assign(this.server, { isUp: true, readFault: undefined, losses: [], storeFaults: [] });
    for (let round = 0; round < 8; round++) await this.#pass(MAX_BACKOFF_MS);
    await Promise.all(this.#appends);
    // One more of each topic, which comes to everybody, shows what is missing before it.
    for (const topic of TOPICS) this.#append(0, topic);
    for (let round = 0; round < 4; round++) await this.#pass(1_000);
    await Promise.all(this.#appends);
  }

  async close(): Promise<void> {
    await Promise.all(this.nodes.map(({ backplane }) => backplane.close()));
  }

  #append(index: number, topic: string): void {
    const known = this.published.get(topic)!;
    const publication: Published = { node: index, at: known.length };
    known.push(publication);
    const envelope = { payload: `${publication.at}`, from: `${index}` };
    this.#appends.push(
      Promise.resolve(this.nodes[index]!.backplane.append(topic, RULE, envelope)).then((offset) => {
        publication.offset = offset;
      }),
    );
  }

  async #pass(ms: number): Promise<void> {
    this.clock.advance(ms);
    for (let at = 0; at < 12; at++) await turn();
  }
}

function check({ server, nodes, published }: World): void {
  for (const topic of TOPICS) {
    const log = server.log(topic).map(({ offset, bytes }) => ({ offset, ...decodeEnvelope(bytes)! }));
    // Everything was stored once, where its promise says, in the order of each publisher.
    assertEquals(
      log.map(({ payload }) => Number(payload)).toSorted((a, b) => a - b),
      published.get(topic)!.map(({ at }) => at),
    );
    for (const { node, at, offset } of published.get(topic)!) {
      assertEquals(
        log.find((stored) => stored.offset === offset),
        { offset, payload: `${at}`, from: `${node}` } as never,
      );
    }
    for (let index = 0; index < NODES; index++) {
      const own = log.filter(({ from }) => from === `${index}`).map(({ payload }) => Number(payload));
      assertEquals(own, own.toSorted((a, b) => a - b));
    }
    // Every node was told all of it in order, or that it was not.
    for (const one of nodes) {
      let known = 0;
      for (const told of one.told(topic)) {
        if (told.kind === "reset") known = told.position.offset;
        else assertEquals(told.offset, ++known);
        const stored = told.kind === "message" ? log[known - 1] : undefined;
        if (told.kind === "message") assertEquals(told.envelope.payload, stored?.payload);
      }
      assertEquals(known, log.at(-1)?.offset);
      const offsets = one.messages(topic).map(({ offset }) => offset);
      assertEquals(new Set(offsets).size, offsets.length);
    }
  }
}

Deno.test("whatever a broker loses, doubts and interrupts: stored once, told once, in order, or said to be lost", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 40 }), async (steps) => {
      const world = await World.begin();
      for (const each of steps) await world.apply(each);
      await world.settle();
      check(world);
      await world.close();
      assertEquals(world.clock.pendingTimers, 0);
    }),
    { numRuns: 200 },
  );
});

Deno.test("every envelope is read as it was written, and nothing else is taken for one", () => {
  const payload = fc.oneof(
    fc.string({ unit: "binary" }),
    fc.uint8Array().map((bytes) => new Uint8Array(bytes)),
  );
  fc.assert(fc.property(payload, fc.string({ unit: "binary", maxLength: 40 }), (payload, from) => {
    assertEquals(decodeEnvelope(encodeEnvelope({ payload, from })), { payload, from });
  }));
  fc.assert(fc.property(fc.uint8Array(), (bytes) => {
    const envelope = decodeEnvelope(bytes);
    if (envelope === undefined || typeof envelope.payload === "string") return;
    // Invalid UTF-8 in `from` is mended, which changes it.
    if (!envelope.from.includes("\ufffd")) assertEquals(encodeEnvelope(envelope), new Uint8Array(bytes));
  }));
});
