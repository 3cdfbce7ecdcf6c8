/**
 * Who is subscribed to what on this node, and fan-out to them.
 *
 * A publication is encoded once; each subscriber costs an append to its write buffer. A subscriber that is slow only
 * grows its own buffer.
 *
 * @module
 */
import { Fifo } from "../frame/mod.ts";
import type { Delivery } from "./publication.ts";
import type { Subscriber } from "./subscriber.ts";

/** A publication that waits until the one before it has reached all. */
interface Due {
  readonly topic: string;
  readonly delivery: Delivery;
  readonly except: Subscriber | undefined;
}

/** Subscribers by topic, and topics by subscriber. */
export class FanOut {
  readonly #topics = new Map<string, Set<Subscriber>>();
  /** Kept here and not in the subscriber, so that leaving costs what the subscriber had, not what the node has. */
  readonly #subscriptions = new Map<Subscriber, Set<string>>();
  readonly #due = new Fifo<Due>();
  /** Publications that went to a subscriber, counted for each; also those of feeds, which count here. */
  deliveries = 0;
  /** The same of what was sent from a history to who asked for it. */
  replays = 0;
  #subscriptionCount = 0;
  #isDelivering = false;

  /** Number of topics that have a subscriber. */
  get topicCount(): number {
    return this.#topics.size;
  }

  /** Pairs of a subscriber and a topic. */
  get subscriptionCount(): number {
    return this.#subscriptionCount;
  }

  /** The topics that have a subscriber, live. */
  topics(): IterableIterator<string> {
    return this.#topics.keys();
  }

  /** Number of subscribers of a topic. */
  subscriberCount(topic: string): number {
    return this.#topics.get(topic)?.size ?? 0;
  }

  /** The subscribers of a topic, live. */
  subscribers(topic: string): ReadonlySet<Subscriber> {
    return this.#topics.get(topic) ?? NO_SUBSCRIBERS;
  }

  /** The topics of a subscriber, live. */
  topicsOf(subscriber: Subscriber): ReadonlySet<string> {
    return this.#subscriptions.get(subscriber) ?? NO_TOPICS;
  }

  /** Adds a subscriber to a topic; nothing happens when it is there already. */
  add(subscriber: Subscriber, topic: string): void {
    const subscribers = entry(this.#topics, topic);
    if (subscribers.has(subscriber)) return;
    subscribers.add(subscriber);
    this.#subscriptionCount++;
    entry(this.#subscriptions, subscriber).add(topic);
  }

  /** Takes a subscriber out of a topic. @returns false when it is not in it. */
  remove(subscriber: Subscriber, topic: string): boolean {
    if (!remove(this.#topics, topic, subscriber)) return false;
    this.#subscriptionCount--;
    remove(this.#subscriptions, subscriber, topic);
    return true;
  }

  /**
   * Sends to every subscriber of a topic but one.
   *
   * A delivery can end a connection whose code then publishes: that waits, so that all get both in the same order.
   */
  deliver(topic: string, delivery: Delivery, except?: Subscriber): void {
    if (this.#isDelivering) return void this.#due.push({ topic, delivery, except });
    this.#isDelivering = true;
    try {
      this.#deliver(topic, delivery, except);
      for (let due = this.#due.shift(); due !== undefined; due = this.#due.shift()) {
        this.#deliver(due.topic, due.delivery, due.except);
      }
    } finally {
      this.#isDelivering = false;
    }
  }

  #deliver(topic: string, delivery: Delivery, except: Subscriber | undefined): void {
    const subscribers = this.#topics.get(topic);
    if (subscribers === undefined) return;
    let count = 0;
    for (const subscriber of subscribers) {
      if (subscriber === except) continue;
      subscriber.deliver(delivery);
      count++;
    }
    this.deliveries += count;
  }
}

const NO_TOPICS: ReadonlySet<string> = new Set();
const NO_SUBSCRIBERS: ReadonlySet<Subscriber> = new Set();

function entry<Key, Value>(map: Map<Key, Set<Value>>, key: Key): Set<Value> {
  let values = map.get(key);
  if (values === undefined) map.set(key, values = new Set());
  return values;
}

function remove<Key, Value>(map: Map<Key, Set<Value>>, key: Key, value: Value): boolean {
  const values = map.get(key);
  if (values === undefined || !values.delete(value)) return false;
  if (values.size === 0) map.delete(key);
  return true;
}
