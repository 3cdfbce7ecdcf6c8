/**
 * Hubs of some nodes around one broker, peers that subscribe and publish, and what each of them should be told.
 *
 * @module
 */
import { assert, assertEquals } from "@std/assert";
import { EmbeddedBroker, Hub, RingHistory, TopicRules } from "../../lib/pubsub/mod.ts";
import { Peer, RULE_SETS, RULES, type Subscription, type TopicName, TOPICS, type Truth } from "./hub_peer.ts";
import type { Position, Subscribed, SubscribeOptions } from "../../lib/subprotocol/mod.ts";
import { isSameRule } from "../../lib/pubsub/topic_rules.ts";
import { LateNode, LateStore } from "../support/late_nodes.ts";
import { settled } from "../support/topic_peer.ts";

/** The whole of it. */
export class HubNodes {
  readonly peers: readonly Peer[];
  readonly store: LateStore;
  readonly #nodes: { readonly hub: Hub; readonly late: LateNode }[] = [];
  readonly #subscriptions: Subscription[] = [];
  /** What is stored, by topic. */
  readonly #truth = new Map<string, Truth[]>(TOPICS.map((topic) => [topic, []]));
  /** Where somebody was once. */
  readonly #positions: Position[] = [{ epoch: "of another", offset: 3 }];
  readonly #failures: unknown[] = [];
  #published = 0;
  #epochs = 0;
  #rules: TopicRules = rulesOf(RULES);
  /** Nothing was lost on the way. */
  #isWhole = true;
  #haveRulesChanged = false;

  constructor(nodes: number, peersPerNode: number, isSynchronous: boolean) {
    this.store = new LateStore({ isSynchronous });
    const broker = new EmbeddedBroker(this.store);
    for (let at = 0; at < nodes; at++) {
      const late = new LateNode(broker);
      const hub = new Hub({ backplane: late, rules: this.#rules, node: `n${at}`, clock: NO_CLOCK });
      late.arriving = (topic, { payload }, offset) => this.#arrives(at, topic, payload, offset);
      this.#nodes.push({ hub, late });
    }
    this.peers = Array.from({ length: nodes * peersPerNode }, (_, at) => new Peer(`p${at}`, at % nodes));
    const ring = this.store.ring;
    this.#watch(ring);
  }

  async open(): Promise<void> {
    for (const { hub } of this.#nodes) await hub.open();
  }

  /** @param since of the positions that were ever seen. */
  subscribe(
    peer: Peer,
    topic: TopicName,
    { since, last }: { since: number | undefined; last: number | undefined },
  ): void {
    const position = since === undefined ? undefined : this.#positions[since % this.#positions.length];
    const request = { since: position, last };
    const isNew = !peer.current.has(topic);
    const isPlain = this.#rules.historyOf(topic) === undefined;
    const subscription: Subscription = peer.current.get(topic) ??
      { topic, peer, request, seen: [], expected: [], isOver: false, hasFailed: false, isPlain };
    if (isNew) {
      this.#subscriptions.push(subscription);
      peer.current.set(topic, subscription);
    }
    const began = (subscribed: Subscribed): void => {
      if (isNew && subscription.isOver) throw new Error("begins after its end");
      // One that is there already is told where it is.
      if (isNew) subscription.seen.push({ kind: "began", subscribed });
      else if (subscribed.position !== undefined && !this.#haveRulesChanged) {
        this.#isWhereItIs(peer.current.get(topic)!, subscribed.position);
      }
      if (subscribed.position !== undefined) this.#positions.push(subscribed.position);
    };
    const { hub } = this.#nodes[peer.node]!;
    const outcome = hub.subscribe(peer, topic, request, began);
    if (outcome instanceof Promise) outcome.catch((error) => this.#failures.push(error));
  }

  unsubscribe(peer: Peer, topic: TopicName): void {
    this.#ends(peer, topic);
    this.#nodes[peer.node]!.hub.unsubscribe(peer, topic);
  }

  remove(peer: Peer): void {
    for (const topic of TOPICS) this.#ends(peer, topic);
    this.#nodes[peer.node]!.hub.remove(peer);
  }

  /** @param isFrom whether the publisher is left out. */
  publish(peer: Peer, topic: TopicName, isFrom: boolean, isLarge: boolean): void {
    const text = `${topic} ${++this.#published}`.padEnd(12);
    if (this.#rules.historyOf(topic) === undefined) this.#expects(peer.node, topic, text, isFrom ? peer.id : "");
    const payload = isLarge ? text.padEnd(100_000, "x") : text;
    const stored = this.#nodes[peer.node]!.hub.publish(topic, payload, isFrom ? peer : undefined);
    if (stored instanceof Promise) stored.catch((error) => this.#failures.push(error));
  }

  changeRules(at: number): void {
    this.#haveRulesChanged = true;
    const rules = rulesOf(RULE_SETS[at % RULE_SETS.length]!);
    for (const { isOver, topic, seen } of this.#subscriptions) {
      const isSame = isSameRule(rules.historyOf(topic), this.#rules.historyOf(topic));
      if (!isOver && !isSame) seen.push({ kind: "changed" });
    }
    this.#rules = rules;
    for (const { hub } of this.#nodes) hub.rules = rules;
  }

  /** What is on its way to a node is lost, and the node is told where it goes on. */
  async lose(node: number): Promise<void> {
    await settled();
    const { late } = this.#nodes[node % this.#nodes.length]!;
    if (late.pending === 0) return;
    this.#isWhole = false;
    late.lose();
    for (const topic of TOPICS) {
      const rule = this.#rules.historyOf(topic);
      if (rule !== undefined) late.reset(topic, this.store.position(topic, rule));
    }
  }

  /** The history begins anew. */
  async renew(): Promise<void> {
    await settled();
    this.#isWhole = false;
    const epoch = `e${++this.#epochs}`;
    this.store.ring = new RingHistory({ maxBytes: 1 << 30, now: () => 0, epoch });
    this.#watch(this.store.ring);
    for (const { late } of this.#nodes) {
      late.lose();
      for (const topic of TOPICS) late.reset(topic, { epoch, offset: 0 });
    }
  }

  setLate(isStoreLate: boolean, areNodesLate: boolean, isJoiningLate: boolean): void {
    this.store.isLate = isStoreLate;
    for (const { late } of this.#nodes) {
      late.isLate = areNodesLate;
      late.isJoiningLate = isJoiningLate;
    }
  }

  arrive(node: number, count: number): void {
    this.#nodes[node % this.#nodes.length]!.late.arrive(count);
  }

  joinNow(node: number): void {
    this.#nodes[node % this.#nodes.length]!.late.joinNow();
  }

  /** All that waits goes on, and is what it should be. */
  async check(): Promise<void> {
    this.setLate(false, false, false);
    const isBusy = () =>
      this.store.pending > 0 || this.#nodes.some(({ late }) => late.pending > 0) ||
      this.peers.some((peer) => peer.isWaiting);
    do {
      this.store.answer();
      for (const { late } of this.#nodes) {
        late.joinNow();
        late.arrive();
      }
      for (const peer of this.peers) peer.drain(false);
      await settled();
    } while (isBusy());
    assertEquals(this.#failures, []);
    for (const subscription of this.#subscriptions) this.#checkOne(subscription);
  }

  /** Everybody leaves, and nothing is left. */
  checkEmpty(): void {
    for (const peer of this.peers) this.remove(peer);
    for (const { hub, late } of this.#nodes) assertEquals([hub.topicCount, late.topics, late.pending], [0, [], 0]);
  }

  #checkOne(subscription: Subscription): void {
    try {
      if (subscription.isPlain && !this.#haveRulesChanged) return this.#checkPlain(subscription);
      this.#checkHistory(subscription);
    } catch (error) {
      const { topic, peer, request, seen } = subscription;
      const truth = this.#truth.get(topic)!.map(({ epoch, offset, from }) => `${epoch}/${offset}<${from}`).join(" ");
      throw new Error(
        `${peer.id} in ${topic} with ${JSON.stringify(request)} saw\n${
          seen.map((one) => JSON.stringify(one)).join("\n")
        }\nof ${truth}`,
        { cause: error },
      );
    }
  }

  #checkPlain({ seen, expected }: Subscription): void {
    assertEquals(seen[0], { kind: "began", subscribed: { recovered: false } });
    assertEquals(seen.slice(1).map((one) => one.kind === "publication" ? one.text : one.kind), expected);
  }

  /** Where it is goes on from each to the next, and what is left out was said to be. */
  #checkHistory({ topic, peer, request, seen, isOver, hasFailed }: Subscription): void {
    assert(!hasFailed, "failed");
    const truth = this.#truth.get(topic)!;
    // Undefined while nobody can say where it is.
    let at: Position | undefined;
    let hasBegun = false;
    let hasChanged = false;
    for (const one of seen) {
      if (one.kind === "changed") hasChanged = true;
      else if (one.kind === "began") {
        assert(!hasBegun, "begins twice");
        hasBegun = true;
        at = this.#begins(topic, request, one.subscribed);
      } else if (one.kind === "reset") {
        if (!this.#haveRulesChanged) assert(!this.#isWhole || topic === "short", "is reset for no reason");
        at = one.position;
      } else {
        assert(hasBegun || hasChanged, "is told something before it begins");
        if (one.offset === undefined) continue;
        const text = one.kind === "publication" ? one.text : undefined;
        try {
          at = next(truth, at, one.offset, text, peer.id, request);
        } catch (error) {
          // After a change some may be missing, or be of the history before, until it is told so.
          if (!hasChanged && this.#epochs === 0) throw error;
          at = undefined;
        }
      }
    }
    if (isOver) return;
    assert(hasBegun, "never begins");
    if (this.#rules.historyOf(topic) === undefined) return;
    assert(at !== undefined, "was not told of the history");
    const epoch = `e${this.#epochs}`;
    assertEquals(at.epoch, epoch);
    const left = truth.filter((one) => one.epoch === epoch && one.offset > at.offset);
    assertEquals(left.map(({ offset }) => offset), [], "does not get the last ones");
  }

  /** @returns from where on it is sent publications. */
  #begins(
    topic: TopicName,
    { since, last = 0 }: SubscribeOptions,
    { recovered, position }: Subscribed,
  ): Position | undefined {
    if (position === undefined) return undefined;
    if (recovered) {
      assert(since !== undefined, "goes on from nowhere");
      assertEquals(position.epoch, since.epoch);
      return since;
    }
    if (since !== undefined && this.#isWhole && topic === "long" && !this.#haveRulesChanged) {
      assert(since.epoch !== position.epoch, "is not given all that is there");
    }
    const before = this.#truth.get(topic)!.filter((one) =>
      one.epoch === position.epoch && one.offset <= position.offset
    );
    // A shorter history may hold less; where the rules are what they were, it does not.
    const kept = this.#haveRulesChanged ? before.length : topic === "short" ? 3 : Infinity;
    const first = last === 0 ? undefined : before.slice(-Math.min(last, kept))[0];
    return first === undefined ? position : { ...position, offset: first.offset - 1, ...LAST };
  }

  /** A subscription that is there already, and in the live stream or behind it, is told no other position than its own. */
  #isWhereItIs({ topic, seen, peer }: Subscription, position: Position): void {
    let at: number | undefined;
    for (const one of seen) {
      if (one.kind === "began" || one.kind === "reset") {
        at = one.kind === "reset" ? one.position.offset : one.subscribed.position?.offset;
      } else if ((one.kind === "publication" || one.kind === "passed") && one.offset !== undefined) {
        at = Math.max(at ?? 0, one.offset);
      }
    }
    assert(at !== undefined && position.offset >= at, `${peer.id} is told that it is where it was`);
    const between = this.#truth.get(topic)!.filter(({ epoch, offset }) =>
      epoch === position.epoch && offset > at && offset <= position.offset
    );
    assertEquals(between, [], `${peer.id} is told that it has what it has not`);
  }

  #ends(peer: Peer, topic: TopicName): void {
    const subscription = peer.current.get(topic);
    if (subscription === undefined) return;
    subscription.isOver = true;
    peer.current.delete(topic);
  }

  #watch(ring: RingHistory): void {
    const epoch = `e${this.#epochs}`;
    const append = ring.append.bind(ring);
    ring.append = (topic, rule, envelope) => {
      const offset = append(topic, rule, envelope);
      const text = String(envelope.payload).slice(0, 12);
      this.#truth.get(topic)!.push({ epoch, offset, text, from: envelope.from });
      this.#positions.push({ epoch, offset });
      return offset;
    };
  }

  #arrives(node: number, topic: string, payload: unknown, offset: number | undefined): void {
    if (offset === undefined && TOPICS.includes(topic as TopicName)) {
      this.#expects(node, topic as TopicName, String(payload).slice(0, 12), "");
    }
  }

  #expects(node: number, topic: TopicName, text: string, from: string): void {
    for (const peer of this.peers) {
      if (peer.node === node && peer.id !== from) peer.current.get(topic)?.expected.push(text);
    }
  }
}

const NO_CLOCK = { now: () => 0, setTimer: () => () => {} };

/** Marks a position before the latest ones: some of them may be gone. */
const LAST = { isLatest: true };

function next(
  truth: readonly Truth[],
  at: Position | undefined,
  offset: number,
  text: string | undefined,
  id: string,
  { last = 0 }: SubscribeOptions,
): Position | undefined {
  const epoch = at?.epoch ??
    truth.findLast((one) => one.offset === offset && (text === undefined || one.text === text))?.epoch;
  const one = truth.find((other) => other.epoch === epoch && other.offset === offset);
  assert(one !== undefined, `is sent ${offset}, which is not there`);
  if (text === undefined) assertEquals(one.from, id);
  else assertEquals(one.text, text);
  if (text !== undefined) assert(one.from !== id, "is sent its own");
  if (at === undefined) return undefined;
  const between = truth.filter((other) =>
    other.epoch === at.epoch && other.offset > at.offset && other.offset <= offset
  );
  const isLatest = "isLatest" in at && last > 0;
  assertEquals(between.map((other) => other.offset).slice(isLatest ? -1 : 0), [offset], "misses some");
  return { epoch: at.epoch, offset };
}

function rulesOf(rules: Readonly<Record<string, { readonly limit: number; readonly ttlMs: number }>>): TopicRules {
  const topics = Object.fromEntries(Object.entries(rules).map(([topic, history]) => [topic, { history }]));
  return new TopicRules([{ file: "test.ts", topics }]);
}
