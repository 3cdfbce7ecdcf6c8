/**
 * A backplane over any broker: connects again for ever, joins again what was joined, mends what was missed, and sends
 * what was held.
 *
 * @module
 */
import type { Backplane, BackplaneEvents, Envelope, HistoryRule, Replay } from "../pubsub/mod.ts";
import { limited, messageOf } from "../route/table.ts";
import type { SubscribeOptions } from "../subprotocol/mod.ts";
import type { Arrival, BackplaneClock, Broker, RuledTopic, Session } from "./broker.ts";
import { decodeEnvelope, encodeEnvelope } from "./envelope.ts";
import { HELD_LIMITS, HeldAppends, type HeldLimits } from "./held_appends.ts";
import { watchLiveness } from "./liveness.ts";
import { RefusedError } from "./refused_error.ts";
import { TopicFeed } from "./topic_feed.ts";

/** What every backplane over a broker needs. */
export interface BackplaneParts {
  readonly clock: BackplaneClock;
  /** For the log. */
  told(message: string, fields: Readonly<Record<string, unknown>>): void;
  /** How much may wait while the broker is away. Default: {@linkcode HELD_LIMITS}. */
  readonly held?: HeldLimits;
}

/** Wait before the first attempt to connect again; each one after doubles it. */
export const FIRST_BACKOFF_MS = 100;
/** Longest wait before an attempt. */
export const MAX_BACKOFF_MS = 5_000;
/** Wait before a history is read again that could not be read. */
export const REPAIR_RETRY_MS = 500;
/** How long what waits may take to go out at the end. */
export const CLOSE_TIMEOUT_MS = 2_000;
/** Histories that are read at once when the broker is back. */
const MAX_REPAIRS = 64;

interface Joined extends RuledTopic {
  /** Undefined for a topic without history. */
  readonly feed: TopicFeed | undefined;
  begun: Promise<void>;
}

/** See the module. `NatsBackplane` and `RedisBackplane` are this over their brokers. */
export class BrokerBackplane implements Backplane {
  readonly name: string;
  readonly #broker: Broker;
  readonly #parts: BackplaneParts;
  readonly #held: HeldAppends;
  readonly #joined = new Map<string, Joined>();
  readonly #timers = new Set<() => void>();
  #events: BackplaneEvents | undefined;
  #session: Session | undefined;
  #isUp = false;
  #isClosed = false;
  #failures = 0;
  #losses = 0;

  constructor(broker: Broker, parts: BackplaneParts) {
    this.name = broker.name;
    this.#broker = broker;
    this.#parts = parts;
    this.#held = new HeldAppends({
      clock: parts.clock,
      limits: parts.held ?? HELD_LIMITS,
      nodeId: crypto.randomUUID(),
    });
  }

  get isUp(): boolean {
    return this.#isUp;
  }

  /** Publications that wait to be stored, for metrics. */
  get heldCount(): number {
    return this.#held.count;
  }

  get heldBytes(): number {
    return this.#held.byteCount;
  }

  get losses(): number {
    return this.#losses;
  }

  async open(events: BackplaneEvents): Promise<void> {
    this.#events = events;
    try {
      await this.#connect();
    } catch (error) {
      if (error instanceof RefusedError) throw error;
      this.#connectLater(messageOf(error));
    }
  }

  send(topic: string, envelope: Envelope): void {
    this.#session?.send(topic, encodeEnvelope(envelope));
  }

  join(topic: string, rule: HistoryRule | undefined): Promise<void> {
    const known = this.#joined.get(topic);
    if (known !== undefined) return known.begun;
    const feed = rule === undefined ? undefined : this.#feed(topic, rule);
    const joined: Joined = { topic, rule, feed, begun: Promise.resolve() };
    this.#joined.set(topic, joined);
    return joined.begun = this.#begin(joined);
  }

  leave(topic: string): void {
    const joined = this.#joined.get(topic);
    if (joined === undefined) return;
    this.#joined.delete(topic);
    joined.feed?.close();
    this.#session?.unsubscribe(joined);
  }

  append(topic: string, rule: HistoryRule, envelope: Envelope): Promise<number> {
    return this.#held.add(topic, rule, encodeEnvelope(envelope));
  }

  async read(topic: string, rule: HistoryRule, request: SubscribeOptions): Promise<Replay> {
    if (this.#session === undefined) throw new Error(`${this.name} at ${this.#broker.where} cannot be reached now`);
    return await this.#session.read(topic, rule, request);
  }

  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    for (const cancel of this.#timers) cancel();
    const { clock } = this.#parts;
    const session = this.#session;
    // A broker that does not answer must not keep the server from ending.
    const within = (work: Promise<void>) =>
      limited(work, "the end", { clock, timeoutMs: CLOSE_TIMEOUT_MS }).catch(() => {});
    if (session !== undefined) await within(this.#held.idle());
    this.#held.close("the server ends");
    for (const { feed } of this.#joined.values()) feed?.close();
    if (session === undefined) return;
    await within(session.close());
    session.drop("the server ends");
  }

  async #connect(): Promise<void> {
    const session = await this.#broker.connect({
      onSent: (topic, bytes) => this.#onSent(topic, bytes),
      onStored: (topic, arrival) => this.#onStored(topic, arrival),
      told: this.#parts.told,
    });
    if (this.#isClosed) return session.drop("the server ends");
    this.#session = session;
    const endWatch = watchLiveness(session, this.#parts.clock);
    session.ended.then((reason) => {
      endWatch();
      if (this.#session === session) this.#lost(reason);
    });
    await this.#restore(session);
  }

  /** Brings a new session to where the one before was. What fails on the way ends it, and another is begun. */
  async #restore(session: Session): Promise<void> {
    try {
      const joined = [...this.#joined.values()];
      if (joined.length > 0) await session.subscribe(joined);
      const feeds = joined.flatMap(({ feed }) => feed ?? []);
      await atMost(MAX_REPAIRS, feeds, (feed) => this.#repair(feed, session));
      await this.#held.release((...publications) => session.store(...publications));
    } catch (error) {
      session.drop(messageOf(error));
    }
    if (this.#session !== session || this.#isClosed) return;
    this.#isUp = true;
    if (this.#failures > 0) {
      this.#parts.told("the broker is there", { broker: this.name, where: this.#broker.where });
      this.#events?.onState(true);
    }
    this.#failures = 0;
  }

  #lost(reason: string): void {
    this.#session = undefined;
    this.#held.hold();
    const wasUp = this.#isUp;
    this.#isUp = false;
    if (this.#isClosed) return;
    this.#connectLater(reason);
    if (!wasUp) return;
    this.#losses++;
    this.#events?.onState(false);
  }

  #connectLater(reason: string): void {
    if (this.#isClosed) return;
    const delayMs = Math.min(MAX_BACKOFF_MS, FIRST_BACKOFF_MS * 2 ** Math.min(this.#failures, 16));
    if (this.#failures++ === 0) {
      this.#parts.told("the broker cannot be reached", { broker: this.name, where: this.#broker.where, reason });
    }
    this.#after(delayMs, () => this.#connect().catch((error) => this.#connectLater(messageOf(error))));
  }

  async #begin(joined: Joined): Promise<void> {
    const session = this.#session;
    // Told from when the broker is there: then it is subscribed to what is joined.
    if (session === undefined) return;
    try {
      await session.subscribe([joined]);
      await joined.feed?.begin();
    } catch (error) {
      if (this.#session !== session && !(error instanceof RefusedError)) return;
      if (this.#joined.get(joined.topic) === joined) this.leave(joined.topic);
      throw error;
    }
  }

  #feed(topic: string, rule: HistoryRule): TopicFeed {
    return new TopicFeed({
      read: (request) => this.read(topic, rule, request),
      told: (envelope, offset) => this.#tell((events) => events.onMessage(topic, envelope, offset)),
      reset: (position) => this.#tell((events) => events.onReset(topic, position)),
    });
  }

  #onSent(topic: string, bytes: Uint8Array): void {
    const joined = this.#joined.get(topic);
    const envelope = joined === undefined || joined.feed !== undefined ? undefined : decodeEnvelope(bytes);
    if (envelope !== undefined) this.#tell((events) => events.onMessage(topic, envelope, undefined));
  }

  /** What the node throws must not end the broker's client, in whose read loop this runs. */
  #tell(act: (events: BackplaneEvents) => void): void {
    if (this.#events === undefined) return;
    try {
      act(this.#events);
    } catch (error) {
      this.#parts.told("what a broker has told could not be passed on", {
        broker: this.name,
        reason: messageOf(error),
      });
    }
  }

  #onStored(topic: string, arrival: Arrival): void {
    const feed = this.#joined.get(topic)?.feed;
    if (feed === undefined || feed.take(arrival) || this.#session === undefined) return;
    this.#repair(feed, this.#session);
  }

  async #repair(feed: TopicFeed, session: Session): Promise<void> {
    try {
      await feed.repair();
    } catch (error) {
      // With another session all feeds are repaired anyway.
      if (this.#session !== session) return;
      this.#parts.told("a history cannot be read", { broker: this.name, reason: messageOf(error) });
      this.#after(REPAIR_RETRY_MS, () => {
        if (this.#session === session) this.#repair(feed, session);
      });
    }
  }

  #after(delayMs: number, act: () => void): void {
    if (this.#isClosed) return;
    const cancel = this.#parts.clock.setTimer(() => {
      this.#timers.delete(cancel);
      act();
    }, delayMs);
    this.#timers.add(cancel);
  }
}

/** Does this for each of them, for no more than so many at a time. */
async function atMost<T>(count: number, items: readonly T[], act: (item: T) => Promise<void>): Promise<void> {
  const rest = items.values();
  await Promise.all(Array.from({ length: count }, async () => {
    for (const item of rest) await act(item);
  }));
}
