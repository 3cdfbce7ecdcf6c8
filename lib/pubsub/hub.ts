/**
 * The hub: publish and subscribe for the connections of this node, and by its backplane for those of all nodes.
 *
 * A publication of a topic without history goes to the subscribers here at once, and is sent to the other nodes. One of a
 * topic with history goes to all alike when it has been stored.
 *
 * @module
 */
import { type Payload, viewOf } from "../frame/mod.ts";
import type { Position, Subscribed, SubscribeOptions } from "../subprotocol/mod.ts";
import type { Backplane, BackplaneEvents, Envelope, HistoryRule } from "./backplane.ts";
import { EmbeddedBroker } from "./embedded_broker.ts";
import { FanOut } from "./fan_out.ts";
import { isNodeTopic, NodeChannel, type NodeClock } from "./node_channel.ts";
import { PlainJoins } from "./plain_joins.ts";
import { Presence } from "./presence.ts";
import { Publication } from "./publication.ts";
import { RingHistory } from "./ring_history.ts";
import type { Subscriber } from "./subscriber.ts";
import { checkTopic } from "./topic.ts";
import { TopicFeed } from "./topic_feed.ts";
import { isSameRule, TopicRules } from "./topic_rules.ts";

/** What a hub is bounded by, and how long who is away stays present. */
export interface HubLimits {
  /** Most topics that one peer may be in, be present in, and watch, of each. */
  readonly maxTopicsPerPeer: number;
  /** Most topics that have a subscriber here. */
  readonly maxTopics: number;
  readonly presenceTtlMs: number;
  /** Most memory for histories, where the hub keeps them itself. */
  readonly maxHistoryBytes: number;
}

/** What a hub is made of; by default it is alone, and keeps histories in memory. */
export interface HubParts {
  readonly backplane?: Backplane;
  readonly rules?: TopicRules;
  readonly limits?: Partial<HubLimits>;
  readonly clock?: NodeClock;
  /** Unique among all nodes; ids of peers begin with it. */
  readonly node?: string;
  /** The backplane's state has changed. */
  onState?(isUp: boolean): void;
}

/** What a hub has done so far. */
export interface HubCounts {
  /** Publications here of topics without history, of those with one, and those that could not be stored. */
  readonly plain: number;
  readonly stored: number;
  readonly failed: number;
  /** Publications that went to subscribers here, counted for each: as they came, and from a history. */
  readonly live: number;
  readonly replayed: number;
}

/** There are too many topics: the words say of whom. */
export class TopicLimitError extends Error {
  override readonly name = "TopicLimitError";
}

/** Limits of a hub of which nothing else is said. */
export const HUB_DEFAULTS: HubLimits = {
  maxTopicsPerPeer: 1000,
  maxTopics: 1_000_000,
  presenceTtlMs: 15_000,
  maxHistoryBytes: 64 * 1024 * 1024,
};

const SUBSCRIBED: Subscribed = Object.freeze({ recovered: false });

const DEFAULT_CLOCK: NodeClock = {
  now: () => performance.now(),
  setTimer: (callback, delayMs) => {
    const timer = setTimeout(callback, delayMs);
    return () => clearTimeout(timer);
  },
};

/** Publish and subscribe. */
export class Hub implements BackplaneEvents {
  /** Unique among all nodes. */
  readonly node: string;
  readonly nodes: NodeChannel;
  readonly presence: Presence;
  readonly #backplane: Backplane;
  readonly #limits: HubLimits;
  readonly #fanOut = new FanOut();
  readonly #feeds = new Map<string, TopicFeed>();
  readonly #plainJoins: PlainJoins;
  readonly #tellState: (isUp: boolean) => void;
  readonly #counts = { plain: 0, stored: 0, failed: 0 };
  #rules: TopicRules;

  constructor(parts: HubParts = {}) {
    const clock = parts.clock ?? DEFAULT_CLOCK;
    this.node = parts.node ?? crypto.randomUUID().slice(0, 8);
    this.#rules = parts.rules ?? new TopicRules();
    this.#limits = { ...HUB_DEFAULTS, ...parts.limits };
    this.#tellState = parts.onState ?? (() => {});
    const history = { maxBytes: this.#limits.maxHistoryBytes, now: () => clock.now(), epoch: this.node };
    this.#backplane = parts.backplane ?? new EmbeddedBroker(new RingHistory(history)).node();
    this.#plainJoins = new PlainJoins(this.#backplane);
    this.nodes = new NodeChannel({
      node: this.node,
      backplane: this.#backplane,
      clock,
      ttlMs: this.#limits.presenceTtlMs,
    });
    this.presence = new Presence({ nodes: this.nodes, clock, limits: this.#limits });
    // Nothing of that takes time, or fails.
    if (parts.backplane === undefined) void this.#backplane.open(this);
  }

  /**
   * Connects to the other nodes.
   *
   * @throws {Error} as {@linkcode Backplane.open}.
   */
  async open(): Promise<void> {
    await this.#backplane.open(this);
    this.nodes.open();
  }

  /** Says goodbye to the other nodes, and disconnects. */
  async close(): Promise<void> {
    this.presence.close();
    this.nodes.close();
    this.#plainJoins.release();
    await this.#backplane.close();
  }

  /** What joins it to others. */
  get backplane(): Pick<Backplane, "name" | "isUp" | "heldCount" | "heldBytes" | "losses"> {
    return this.#backplane;
  }

  /** What the routes say of topics. Those with subscribers change over at once. */
  get rules(): TopicRules {
    return this.#rules;
  }

  set rules(rules: TopicRules) {
    this.#rules = rules;
    for (const topic of this.#fanOut.topics()) {
      const rule = rules.historyOf(topic);
      const feed = this.#feeds.get(topic);
      if (isSameRule(rule, feed?.rule)) continue;
      // Who is there already asked for nothing: that a broker is away is none of its concern.
      if (rule !== undefined && feed !== undefined) feed.change(rule).catch(() => {});
      else {
        this.#leave(topic);
        if (rule === undefined) this.#plainJoins.join(topic);
        else this.#feed(topic, rule).begin().catch(() => {});
      }
    }
  }

  /** What was published and delivered here so far. */
  get counts(): HubCounts {
    return { ...this.#counts, live: this.#fanOut.deliveries, replayed: this.#fanOut.replays };
  }

  /** Number of topics that have a subscriber. */
  get topicCount(): number {
    return this.#fanOut.topicCount;
  }

  /** Number of subscriptions: of each peer as many as it has topics. */
  get subscriptionCount(): number {
    return this.#fanOut.subscriptionCount;
  }

  /** The topics that have a subscriber, live. */
  topicNames(): IterableIterator<string> {
    return this.#fanOut.topics();
  }

  /** Number of subscribers of a topic on this node. */
  subscriberCount(topic: string): number {
    return this.#fanOut.subscriberCount(topic);
  }

  /** The topics of a subscriber, live. */
  topicsOf(subscriber: Subscriber): ReadonlySet<string> {
    return this.#fanOut.topicsOf(subscriber);
  }

  /**
   * Adds a subscriber to a topic; nothing happens when it is there already.
   *
   * @param began is told how the subscription begins, before the first publication is sent.
   * @returns when what was asked for of the history has been sent. Without a history, and with what is at hand, that is
   * at once; a promise rejects when the history cannot be read, and the subscriber is not in the topic then.
   * @throws {TypeError} when the name is not allowed.
   * @throws {TopicLimitError}
   */
  subscribe(
    subscriber: Subscriber,
    topic: string,
    request: SubscribeOptions = {},
    began: (subscribed: Subscribed) => void = () => {},
  ): Subscribed | Promise<Subscribed> {
    checkTopic(topic);
    const rule = this.#rules.historyOf(topic);
    const isNew = !this.#fanOut.subscribers(topic).has(subscriber);
    if (isNew) {
      this.#checkLimits(subscriber, topic);
      this.#fanOut.add(subscriber, topic);
    }
    if (rule === undefined) return this.#subscribePlain(topic, isNew, began);
    const feed = this.#feed(topic, rule);
    if (!isNew) return feed.subscribeAgain(subscriber, began);
    return this.#subscribeFeed(subscriber, feed, request, began);
  }

  /** Takes a subscriber out of a topic. @returns false when it is not in it. */
  unsubscribe(subscriber: Subscriber, topic: string): boolean {
    if (!this.#fanOut.remove(subscriber, topic)) return false;
    this.#feeds.get(topic)?.leave(subscriber);
    if (this.#fanOut.subscriberCount(topic) === 0) this.#leave(topic);
    return true;
  }

  /** A subscriber is going: it is in no topic any more, and present for as long as it may come back. */
  remove(subscriber: Subscriber): void {
    for (const topic of this.#fanOut.topicsOf(subscriber)) this.unsubscribe(subscriber, topic);
    this.presence.ended(subscriber);
  }

  /**
   * Sends a message to every subscriber of a topic but one.
   *
   * @param payload is copied where it is kept.
   * @returns for a topic with history when it is stored; the promise rejects when it could not be.
   * @throws {TypeError} when the name is not allowed.
   */
  publish(topic: string, payload: Payload, except?: Subscriber): void | Promise<void> {
    checkTopic(topic);
    const rule = this.#rules.historyOf(topic);
    const from = except?.id ?? "";
    if (rule === undefined) {
      // First, as a delivery may lead to another publication, which comes after this one on all nodes.
      this.#backplane.send(topic, { payload: sent(payload), from });
      this.#counts.plain++;
      if (this.#fanOut.subscriberCount(topic) === 0) return;
      return this.#fanOut.deliver(topic, new Publication(topic, payload), except);
    }
    const stored = this.#backplane.append(topic, rule, { payload: kept(payload), from });
    if (stored instanceof Promise) return stored.then(this.#stored, this.#unstored);
    this.#counts.stored++;
  }

  readonly #stored = (): void => void this.#counts.stored++;

  readonly #unstored = (error: unknown): never => {
    this.#counts.failed++;
    throw error;
  };

  // From the backplane.

  onMessage(topic: string, envelope: Envelope, offset: number | undefined): void {
    if (isNodeTopic(topic)) return this.nodes.onMessage(topic, envelope);
    const feed = offset === undefined ? undefined : this.#feeds.get(topic);
    if (feed !== undefined && offset !== undefined) return feed.onMessage(envelope, offset);
    // One with an offset was stored before the rules changed, or where they have not changed yet.
    const except = offset === undefined ? undefined : this.#subscriberOf(topic, envelope.from);
    this.#fanOut.deliver(topic, new Publication(topic, envelope.payload), except);
  }

  onReset(topic: string, position: Position): void {
    this.#feeds.get(topic)?.onReset(position);
  }

  onState(isUp: boolean): void {
    this.#plainJoins.onState(isUp);
    if (isUp) { for (const feed of this.#feeds.values()) feed.retry().catch(() => {}); }
    this.nodes.onState(isUp);
    this.#tellState(isUp);
  }

  #checkLimits(subscriber: Subscriber, topic: string): void {
    const { maxTopicsPerPeer, maxTopics } = this.#limits;
    if (this.#fanOut.topicsOf(subscriber).size >= maxTopicsPerPeer) {
      throw new TopicLimitError(`a peer may be in ${maxTopicsPerPeer} topics (maxTopicsPerPeer), and this one is`);
    }
    if (this.#fanOut.topicCount >= maxTopics && this.#fanOut.subscriberCount(topic) === 0) {
      throw new TopicLimitError(`a server may have ${maxTopics} topics (maxTopics), and this one has`);
    }
  }

  #subscribePlain(
    topic: string,
    isNew: boolean,
    began: (subscribed: Subscribed) => void,
  ): Subscribed | Promise<Subscribed> {
    if (isNew && this.#fanOut.subscriberCount(topic) === 1) this.#plainJoins.join(topic);
    else this.#plainJoins.ensure(topic);
    const pending = this.#plainJoins.pending(topic);
    began(SUBSCRIBED);
    return pending === undefined ? SUBSCRIBED : pending.then(() => SUBSCRIBED);
  }

  #subscriberOf(topic: string, id: string): Subscriber | undefined {
    for (const subscriber of this.#fanOut.subscribers(topic)) if (subscriber.id === id) return subscriber;
    return undefined;
  }

  #subscribeFeed(
    subscriber: Subscriber,
    feed: TopicFeed,
    request: SubscribeOptions,
    began: (subscribed: Subscribed) => void,
  ): Subscribed | Promise<Subscribed> {
    let hasBegun = false;
    const failed = (error: unknown): never => {
      this.unsubscribe(subscriber, feed.topic);
      // It was told that it is in the topic.
      if (hasBegun) subscriber.notices?.unsubscribed(feed.topic);
      throw error;
    };
    try {
      const subscribed = feed.subscribe(subscriber, request, (known) => {
        hasBegun = true;
        began(known);
      });
      return subscribed instanceof Promise ? subscribed.catch(failed) : subscribed;
    } catch (error) {
      return failed(error);
    }
  }

  #feed(topic: string, rule: HistoryRule): TopicFeed {
    let feed = this.#feeds.get(topic);
    if (feed === undefined) {
      this.#feeds.set(topic, feed = new TopicFeed(topic, rule, this.#backplane, this.#fanOut));
    }
    return feed;
  }

  #leave(topic: string): void {
    const feed = this.#feeds.get(topic);
    if (feed === undefined) return this.#plainJoins.leave(topic);
    this.#feeds.delete(topic);
    feed.close();
  }
}

/** As it travels: bytes are read before anybody may change them. */
function sent(payload: Payload): Envelope["payload"] {
  return typeof payload === "string" ? payload : viewOf(payload) as Uint8Array<ArrayBuffer>;
}

/** As it is kept. */
function kept(payload: Payload): Envelope["payload"] {
  return typeof payload === "string" ? payload : viewOf(payload).slice();
}
