/**
 * A broker whose answers and messages come when a test lets them.
 *
 * @module
 */
import {
  type Backplane,
  type BackplaneEvents,
  type EmbeddedBroker,
  type Envelope,
  type HistoryRule,
  type HistoryStore,
  type Replay,
  RingHistory,
} from "../../lib/pubsub/mod.ts";
import type { Position, SubscribeOptions } from "../../lib/subprotocol/mod.ts";

/** A history that answers later, in the order of the questions. */
export class LateStore implements HistoryStore {
  /** What is really kept. */
  ring: RingHistory;
  /** False: it answers as soon as a promise can. */
  isLate = false;
  /** True: it answers at once, as long as it lives. */
  readonly isSynchronous: boolean;
  readonly #due: (() => void)[] = [];

  constructor({ isSynchronous = false } = {}) {
    this.ring = new RingHistory({ maxBytes: 1 << 30, now: () => 0, epoch: "e0" });
    this.isSynchronous = isSynchronous;
  }

  /** How many wait for an answer. */
  get pending(): number {
    return this.#due.length;
  }

  append(topic: string, rule: HistoryRule, envelope: Envelope): number | Promise<number> {
    return this.#do(() => this.ring.append(topic, rule, envelope));
  }

  read(topic: string, rule: HistoryRule, request: SubscribeOptions): Replay | Promise<Replay> {
    return this.#do(() => this.ring.read(topic, rule, request));
  }

  /** Where the history is. */
  position(topic: string, rule: HistoryRule): Position {
    return this.ring.read(topic, rule, {}).position;
  }

  /** Answers the next, or all. */
  answer(count = Infinity): void {
    for (let left = count; left > 0 && this.#due.length > 0; left--) this.#due.shift()!();
  }

  /** Refuses the next. */
  refuse(): void {
    this.#refused = true;
    this.answer(1);
    this.#refused = false;
  }

  close(): void {}

  #refused = false;

  #do<Answer>(work: () => Answer): Answer | Promise<Answer> {
    if (this.isSynchronous) return work();
    const { promise, resolve, reject } = Promise.withResolvers<Answer>();
    this.#due.push(() => this.#refused ? reject(new Error("cannot be read")) : resolve(work()));
    if (!this.isLate) this.answer();
    return promise;
  }
}

/** One node's connection to an embedded broker: what it brings, and that it has joined, comes when a test lets it. */
export class LateNode implements Backplane {
  readonly name = "late";
  isUp = true;
  /** True: what comes waits for {@linkcode arrive}. */
  isLate = false;
  /** True: joins wait for {@linkcode joinNow}. */
  isJoiningLate = false;
  /** Told of each message right before the hub is. */
  arriving: (topic: string, envelope: Envelope, offset: number | undefined) => void = () => {};
  readonly #node: Backplane;
  readonly #arrivals: (() => void)[] = [];
  /** Topics that are joined, each with another number for each time. */
  readonly #joined = new Map<string, number>();
  #lastJoin = 0;
  #isArriving = false;
  readonly #joins: { readonly topic: string; settle(isJoined: boolean): void }[] = [];
  #events: BackplaneEvents | undefined;

  constructor(broker: EmbeddedBroker) {
    this.#node = broker.node();
  }

  /** How many arrivals and joins wait. */
  get pending(): number {
    return this.#arrivals.length + this.#joins.length;
  }

  /** The topics of peers that are joined. */
  get topics(): readonly string[] {
    return [...this.#joined.keys()].filter((topic) => !topic.startsWith("\u0001"));
  }

  open(events: BackplaneEvents): Promise<void> {
    this.#events = events;
    return this.#node.open({
      onMessage: (topic, envelope, offset) => {
        // Bytes may change as soon as they are sent.
        const payload = typeof envelope.payload === "string" ? envelope.payload : envelope.payload.slice();
        this.#arrives(topic, () => {
          this.arriving(topic, envelope, offset);
          events.onMessage(topic, { ...envelope, payload }, offset);
        });
      },
      onReset: (topic, position) => this.#arrives(topic, () => events.onReset(topic, position)),
      onState: (isUp) => events.onState(isUp),
    });
  }

  send(topic: string, envelope: Envelope): void {
    if (this.isUp) this.#node.send(topic, envelope);
  }

  join(topic: string, rule: HistoryRule | undefined): void | Promise<void> {
    if (!this.isJoiningLate) return this.#join(topic, rule);
    return new Promise((resolve, reject) =>
      this.#joins.push({
        topic,
        settle: (isJoined) => {
          if (!isJoined) return reject(new Error("refused"));
          this.#join(topic, rule);
          resolve();
        },
      })
    );
  }

  leave(topic: string): void {
    this.#node.leave(topic);
    this.#joined.delete(topic);
    // Who has left does not join any more, and is not kept waiting.
    for (const join of this.#joins.splice(0)) {
      if (join.topic !== topic) this.#joins.push(join);
      else join.settle(false);
    }
  }

  append(topic: string, rule: HistoryRule, envelope: Envelope): number | Promise<number> {
    return this.#node.append(topic, rule, envelope);
  }

  read(topic: string, rule: HistoryRule, request: SubscribeOptions): Replay | Promise<Replay> {
    return this.#node.read(topic, rule, request);
  }

  close(): Promise<void> {
    this.#arrivals.length = 0;
    return this.#node.close();
  }

  /** Lets so many of the messages arrive. */
  arrive(count = Infinity): void {
    if (this.#isArriving) return;
    this.#isArriving = true;
    for (let left = count; left > 0 && this.#arrivals.length > 0; left--) this.#arrivals.shift()!();
    this.#isArriving = false;
  }

  /** What has not arrived yet is lost. */
  lose(): void {
    this.#arrivals.length = 0;
  }

  /** Tells that some was lost, where the topic was joined. */
  reset(topic: string, position: Position): void {
    if (this.#joined.has(topic)) this.#arrives(topic, () => this.#events?.onReset(topic, position));
  }

  /** Lets the joins be done, or refuses them. */
  joinNow(isJoined = true): void {
    for (const join of this.#joins.splice(0)) join.settle(isJoined);
  }

  /** The broker goes away, and what is under way with it, or comes back. */
  state(isUp: boolean): void {
    this.isUp = isUp;
    if (!isUp) this.lose();
    this.#events?.onState(isUp);
  }

  #join(topic: string, rule: HistoryRule | undefined): void {
    this.#joined.set(topic, ++this.#lastJoin);
    void this.#node.join(topic, rule);
  }

  /** What was sent to one that has left comes no more. */
  #arrives(topic: string, arrival: () => void): void {
    const join = this.#joined.get(topic);
    this.#arrivals.push(() => {
      if (this.isUp && this.#joined.get(topic) === join) arrival();
    });
    if (!this.isLate) this.arrive();
  }
}
