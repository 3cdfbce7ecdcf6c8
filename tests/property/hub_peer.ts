/**
 * A peer in a model of hubs: what each of its subscriptions was told.
 *
 * @module
 */
import { assert } from "@std/assert";
import type { Delivery, Publication, Subscriber, TopicNotices } from "../../lib/pubsub/mod.ts";
import type { Position, Subscribed, SubscribeOptions } from "../../lib/subprotocol/mod.ts";

/** Topics: without a history, with one that holds all, and with one that holds three. */
export const TOPICS = ["plain", "long", "short"] as const;

/** The name of a topic. */
export type TopicName = typeof TOPICS[number];

/** How the topics are at first. */
export const RULES = { long: { limit: 100_000, ttlMs: 1e9 }, short: { limit: 3, ttlMs: 1e9 } };

/** Rules that a test may change to: with all histories, with none, and with others. */
export const RULE_SETS = [
  RULES,
  {},
  { plain: { limit: 5, ttlMs: 1e9 }, long: { limit: 50_000, ttlMs: 1e9 } },
  { plain: { limit: 7, ttlMs: 1e9 }, short: { limit: 4, ttlMs: 1e9 } },
] as const;

/** What a subscription saw. `changed`: the rule of the topic is another. */
export type Seen =
  | { readonly kind: "began"; readonly subscribed: Subscribed }
  | { readonly kind: "publication"; readonly text: string; readonly offset: number | undefined }
  | { readonly kind: "passed"; readonly offset: number }
  | { readonly kind: "reset"; readonly position: Position }
  | { readonly kind: "changed" };

/** One subscription of one peer, from its call on. */
export interface Subscription {
  readonly topic: TopicName;
  readonly peer: Peer;
  readonly request: SubscribeOptions;
  readonly seen: Seen[];
  /** Without a history. */
  readonly isPlain: boolean;
  /** What it should see of a topic without history. */
  readonly expected: string[];
  isOver: boolean;
  hasFailed: boolean;
}

/** A publication that is stored. */
export interface Truth {
  readonly epoch: string;
  readonly offset: number;
  readonly text: string;
  readonly from: string;
}

/** The peer. */
export class Peer implements Subscriber, TopicNotices {
  readonly id: string;
  readonly node: number;
  readonly highWaterBytes = 10;
  readonly current = new Map<string, Subscription>();
  bufferedAmount = 0;
  readonly #waiting: (() => void)[] = [];

  constructor(id: string, node: number) {
    this.id = id;
    this.node = node;
  }

  get notices(): TopicNotices {
    return this;
  }

  deliver(delivery: Delivery): void {
    const { topic, offset, plain } = delivery as Publication;
    const text = new TextDecoder().decode(plain.payload.subarray(0, 12));
    this.#sees(topic, { kind: "publication", text, offset });
  }

  passed(topic: string, offset: number): void {
    this.#sees(topic, { kind: "passed", offset });
  }

  reset(topic: string, position: Position): void {
    this.#sees(topic, { kind: "reset", position });
  }

  unsubscribed(topic: string): void {
    const subscription = this.current.get(topic);
    if (subscription !== undefined) subscription.hasFailed = true;
    this.current.delete(topic);
  }

  drained(): Promise<void> {
    if (this.bufferedAmount === 0) return Promise.resolve();
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  /** Reads all; a slow one is behind again with the next. */
  drain(isSlow: boolean): void {
    this.bufferedAmount = isSlow ? 11 : 0;
    for (const resolve of this.#waiting.splice(0)) resolve();
  }

  get isWaiting(): boolean {
    return this.#waiting.length > 0;
  }

  #sees(topic: string, seen: Seen): void {
    const subscription = this.current.get(topic);
    assert(subscription !== undefined, `${this.id} is told of ${topic}, which it is not in: ${JSON.stringify(seen)}`);
    subscription.seen.push(seen);
  }
}
