/**
 * The hub: who is subscribed to what on this node, and fan-out to them.
 *
 * A publication is encoded once; each subscriber costs an append to its write buffer. A subscriber that is slow only
 * grows its own buffer.
 *
 * @module
 */
import { type Payload, PreparedMessage } from "../frame/mod.ts";
import { checkTopic } from "./topic.ts";

/** What the hub knows of a subscriber. */
export interface Subscriber {
  /** Takes a publication; never throws, never waits. */
  deliver(message: PreparedMessage): void;
}

/** Local publish and subscribe. */
export class Hub {
  readonly #topics = new Map<string, Set<Subscriber>>();
  /** Kept here and not in the subscriber, so that leaving costs what the subscriber had, not what the hub has. */
  readonly #subscriptions = new Map<Subscriber, Set<string>>();

  /** Number of topics that have a subscriber. */
  get topicCount(): number {
    return this.#topics.size;
  }

  /** Number of subscribers of a topic on this node. */
  subscriberCount(topic: string): number {
    return this.#topics.get(topic)?.size ?? 0;
  }

  /** The topics of a subscriber, live. */
  topicsOf(subscriber: Subscriber): ReadonlySet<string> {
    return this.#subscriptions.get(subscriber) ?? NO_TOPICS;
  }

  /**
   * Adds a subscriber to a topic; nothing happens when it is there already.
   *
   * @throws {TypeError} when the name is not allowed.
   */
  subscribe(subscriber: Subscriber, topic: string): void {
    checkTopic(topic);
    entry(this.#topics, topic).add(subscriber);
    entry(this.#subscriptions, subscriber).add(topic);
  }

  /** Takes a subscriber out of a topic; nothing happens when it is not in it. */
  unsubscribe(subscriber: Subscriber, topic: string): void {
    remove(this.#topics, topic, subscriber);
    remove(this.#subscriptions, subscriber, topic);
  }

  /** Takes a subscriber out of all its topics. */
  unsubscribeAll(subscriber: Subscriber): void {
    const topics = this.#subscriptions.get(subscriber);
    if (topics === undefined) return;
    this.#subscriptions.delete(subscriber);
    for (const topic of topics) remove(this.#topics, topic, subscriber);
  }

  /**
   * Sends a message to every subscriber of a topic but one.
   *
   * @returns to how many it was delivered.
   * @throws {TypeError} when the name is not allowed.
   */
  publish(topic: string, payload: Payload, except?: Subscriber): number {
    checkTopic(topic);
    const subscribers = this.#topics.get(topic);
    if (subscribers === undefined) return 0;
    const message = new PreparedMessage(payload);
    let delivered = 0;
    for (const subscriber of subscribers) {
      if (subscriber === except) continue;
      subscriber.deliver(message);
      delivered++;
    }
    return delivered;
  }
}

const NO_TOPICS: ReadonlySet<string> = new Set();

function entry<Key, Value>(map: Map<Key, Set<Value>>, key: Key): Set<Value> {
  let values = map.get(key);
  if (values === undefined) map.set(key, values = new Set());
  return values;
}

function remove<Key, Value>(map: Map<Key, Set<Value>>, key: Key, value: Value): void {
  const values = map.get(key);
  if (values === undefined || !values.delete(value)) return;
  if (values.size === 0) map.delete(key);
}
