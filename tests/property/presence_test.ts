/** Presence on some nodes against a model, whatever happens in whatever order. @module */
import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { EmbeddedBroker, Hub, RingHistory } from "../../lib/pubsub/mod.ts";
import { FakeClock } from "../support/fake_clock.ts";
import { LateNode } from "../support/late_nodes.ts";
import { settled, TopicPeer } from "../support/topic_peer.ts";

const TTL_MS = 15_000;
const TOPIC = "room";
const KEYS = ["ann", "bob", ""] as const;

const at = fc.nat(11);
const joining = fc.record({
  kind: fc.constant("join" as const),
  at,
  key: fc.constantFrom(...KEYS),
  state: fc.nat(3),
});
const doing = fc.record({
  kind: fc.constantFrom("leave" as const, "end" as const, "watch" as const, "unwatch" as const, "list" as const),
  at,
});
const step = fc.oneof(
  { weight: 5, arbitrary: joining },
  { weight: 5, arbitrary: doing },
  {
    weight: 3,
    arbitrary: fc.record({ kind: fc.constant("advance" as const), ms: fc.constantFrom(1, 900, 4_000, 16_000) }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ kind: fc.constant("late" as const), messages: fc.boolean(), joins: fc.boolean() }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constantFrom("arrive" as const, "joinNow" as const), at }) },
);
const trouble = fc.record({
  kind: fc.constantFrom("close" as const, "vanish" as const, "come" as const, "down" as const, "up" as const),
  at,
});

type Valued<One> = One extends fc.Arbitrary<infer Value> ? Value : never;
type SeatStep = Valued<typeof joining> | Valued<typeof doing>;
type Step = Valued<typeof step> | Valued<typeof trouble>;

/** One connection after the other, on one node: when one ends, another comes in its place. */
interface Seat {
  node: Node;
  peer: TopicPeer;
  /** Under which key it is present. */
  present: string | undefined;
  /** The members as it knows them, where it watches. */
  watched: Map<string, string> | undefined;
}

class Node {
  readonly hub: Hub;
  readonly late: LateNode;
  readonly clock = new FakeClock();
  /** What was said last here, by key. */
  readonly said = new Map<string, string>();
  isThere = true;

  constructor(broker: EmbeddedBroker, name: string) {
    this.late = new LateNode(broker);
    this.hub = new Hub({ backplane: this.late, clock: this.clock, node: name, limits: { presenceTtlMs: TTL_MS } });
  }
}

class Room {
  readonly seats: Seat[] = [];
  readonly #broker = new EmbeddedBroker(new RingHistory({ maxBytes: 1e6, now: () => 0, epoch: "e" }));
  readonly #nodes: Node[] = [];
  #peers = 0;
  #isLate = { messages: false, joins: false };

  async come(): Promise<void> {
    const node = new Node(this.#broker, `n${this.#nodes.length}`);
    this.#nodes.push(node);
    node.late.isLate = this.#isLate.messages;
    node.late.isJoiningLate = this.#isLate.joins;
    await node.hub.open();
    for (let count = 0; count < 3; count++) {
      const peer = this.#peer();
      this.seats.push({ node, peer, present: undefined, watched: undefined });
    }
  }

  get nodes(): readonly Node[] {
    return this.#nodes.filter(({ isThere }) => isThere);
  }

  async do(step: Step): Promise<void> {
    if (step.kind === "advance") return await this.#advance(step.ms);
    if (step.kind === "come") return this.#nodes.length < 4 ? await this.come() : undefined;
    if (step.kind === "late") return this.#setLate(step);
    const seat = this.seats[step.at % this.seats.length]!;
    const { node } = seat;
    if (!node.isThere) return;
    switch (step.kind) {
      case "join":
      case "leave":
      case "end":
      case "watch":
      case "unwatch":
      case "list":
        return this.#doOne(seat, step);
      case "arrive":
        return node.late.arrive();
      case "joinNow":
        return node.late.joinNow();
      case "down":
        return node.late.isUp ? node.late.state(false) : undefined;
      case "up":
        return node.late.isUp ? undefined : node.late.state(true);
      case "close":
        return await this.#closed(node);
      case "vanish":
        return this.#vanished(node);
    }
  }

  /** Everybody comes to rest, and knows what is so. */
  async check(): Promise<void> {
    this.#setLate({ messages: false, joins: false });
    for (const { late } of this.nodes) if (!late.isUp) late.state(true);
    for (let turn = 0; turn < 12; turn++) {
      for (const { late } of this.nodes) {
        late.joinNow();
        late.arrive();
      }
      await settled();
      await this.#advance(TTL_MS / 4);
    }
    const keys = this.#present();
    const lists = await Promise.all(this.nodes.map(({ hub }) => hub.presence.list(TOPIC)));
    for (const list of lists) {
      const members = Object.fromEntries(list.map(({ key, state }) => [key, JSON.stringify(state)]));
      assertEquals(Object.keys(members).sort(), [...keys.keys()].sort());
      for (const [key, states] of keys) assert(states.includes(members[key]!), `${key} is ${members[key]}`);
      assertEquals(members, Object.fromEntries(lists[0]!.map(({ key, state }) => [key, JSON.stringify(state)])));
      for (const { watched, node } of this.seats) {
        if (watched !== undefined && node.isThere) assertEquals(Object.fromEntries(watched), members);
      }
    }
  }

  /** Nothing is left when all have gone. */
  async checkEmpty(): Promise<void> {
    for (const { node, peer } of this.seats) if (node.isThere) node.hub.remove(peer);
    await this.#advance(TTL_MS * 3);
    for (const { hub, clock } of this.nodes) {
      assertEquals(await hub.presence.list(TOPIC), []);
      await hub.close();
      assertEquals(clock.pendingTimers, 0);
    }
  }

  #doOne(
    seat: Seat,
    step: SeatStep,
  ): void {
    const { node: { hub }, peer } = seat;
    if (step.kind === "join") {
      const key = step.key === "" ? peer.id : step.key;
      seat.present = key;
      seat.node.said.set(key, String(step.state));
      hub.presence.join(peer, TOPIC, step.key, String(step.state));
    } else if (step.kind === "leave") {
      seat.present = undefined;
      hub.presence.leave(peer, TOPIC);
    } else if (step.kind === "end") {
      seat.present = undefined;
      seat.watched = undefined;
      hub.remove(peer);
      seat.peer = this.#peer();
    } else if (step.kind === "watch") this.#watch(seat);
    else if (step.kind === "unwatch") {
      seat.watched = undefined;
      hub.presence.unwatch(peer, TOPIC);
    } else void hub.presence.list(TOPIC);
  }

  #watch(seat: Seat): void {
    if (seat.watched !== undefined) return;
    const { node: { hub }, peer } = seat;
    const watched = new Map<string, string>();
    seat.watched = watched;
    peer.delivered = ({ plain }) => {
      if (seat.watched !== watched) throw new Error("is told what it does not watch");
      const { type, member } = JSON.parse(new TextDecoder().decode(plain.payload));
      if (type === "leave") watched.delete(member.key);
      else watched.set(member.key, JSON.stringify(member.state));
    };
    void hub.presence.watch(peer, TOPIC);
    const saw = (members: readonly { readonly key: string; readonly state: unknown }[]): void => {
      for (const { key, state } of members) watched.set(key, JSON.stringify(state));
    };
    const list = hub.presence.list(TOPIC);
    if (list instanceof Promise) list.then(saw);
    else saw(list);
  }

  async #closed(node: Node): Promise<void> {
    if (this.nodes.length === 1) return;
    this.#leaves(node);
    await node.hub.close();
    assertEquals(node.clock.pendingTimers, 0);
  }

  #vanished(node: Node): void {
    if (this.nodes.length === 1) return;
    this.#leaves(node);
    node.late.isUp = false;
  }

  #leaves(node: Node): void {
    node.isThere = false;
  }

  async #advance(ms: number): Promise<void> {
    for (let left = ms; left > 0; left -= 1000) {
      for (const { clock } of this.nodes) clock.advance(Math.min(left, 1000));
      await settled();
    }
  }

  #setLate(isLate: { readonly messages: boolean; readonly joins: boolean }): void {
    this.#isLate = isLate;
    for (const { late } of this.nodes) {
      late.isLate = isLate.messages;
      late.isJoiningLate = isLate.joins;
      if (!isLate.messages) late.arrive();
      if (!isLate.joins) late.joinNow();
    }
  }

  #present(): Map<string, string[]> {
    const present = new Map<string, string[]>();
    for (const { node, present: one } of this.seats) {
      if (!node.isThere || one === undefined) continue;
      present.set(one, [...present.get(one) ?? [], node.said.get(one)!]);
    }
    return present;
  }

  #peer(): TopicPeer {
    return new TopicPeer(`p${this.#peers++}`, { isPlain: true });
  }
}

async function holds(step: fc.Arbitrary<Step>, numRuns: number): Promise<void> {
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 1, max: 3 }),
      fc.array(step, { maxLength: 40, size: "max" }),
      async (nodes, steps) => {
        const room = new Room();
        for (let count = 0; count < nodes; count++) await room.come();
        for (const each of steps) {
          await room.do(each);
          await settled();
        }
        await room.check();
        await room.checkEmpty();
      },
    ),
    { numRuns },
  );
}

Deno.test("Presence: in the end all nodes know who is there, and so do those who watch", async () => {
  await holds(step, 100);
});

Deno.test("Presence: in the end all nodes know who is there, whatever became of nodes and broker", async () => {
  await holds(fc.oneof({ weight: 6, arbitrary: step }, { weight: 1, arbitrary: trouble }), 100);
});

Deno.test("Presence: who is back within the time, on whatever node, never left", async () => {
  const flap = fc.record({
    key: fc.constantFrom("ann", "bob"),
    to: fc.nat(2),
    awayMs: fc.integer({ min: 0, max: TTL_MS - 1 }),
    stayMs: fc.integer({ min: 1, max: TTL_MS * 2 }),
    isBackFirst: fc.boolean(),
  });
  await fc.assert(
    fc.asyncProperty(fc.array(flap, { maxLength: 20 }), async (flaps) => {
      const clock = new FakeClock();
      const broker = new EmbeddedBroker(new RingHistory({ maxBytes: 1e6, now: () => 0, epoch: "e" }));
      const limits = { presenceTtlMs: TTL_MS };
      const hubs = ["a", "b", "c"].map((node) => new Hub({ backplane: broker.node(), clock, node, limits }));
      for (const hub of hubs) await hub.open();
      const watcher = new TopicPeer("w", { isPlain: true });
      await hubs[0]!.presence.watch(watcher, TOPIC);
      const where = new Map<string, { readonly hub: Hub; readonly peer: TopicPeer }>();
      for (const [at, { key, to, awayMs, stayMs, isBackFirst }] of flaps.entries()) {
        const before = where.get(key);
        const next = { hub: hubs[to]!, peer: new TopicPeer(`p${at}`) };
        if (!isBackFirst) before?.hub.remove(before.peer);
        clock.advance(awayMs);
        next.hub.presence.join(next.peer, TOPIC, key, "1");
        if (isBackFirst) before?.hub.remove(before.peer);
        where.set(key, next);
        clock.advance(stayMs);
      }
      assertEquals(watcher.told.map((text) => JSON.parse(text).member.key).sort(), [...where.keys()].sort());
      assert(watcher.told.every((text) => JSON.parse(text).type === "join"));
      for (const hub of hubs) await hub.close();
      assertEquals(clock.pendingTimers, 0);
    }),
  );
});
