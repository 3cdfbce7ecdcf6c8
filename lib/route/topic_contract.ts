/**
 * The public contract of topics: histories and presence. Types only.
 *
 * @module
 */
import type { Member } from "../subprotocol/mod.ts";

export type { Member, Position, PresenceEvent, Subscribed, SubscribeOptions } from "../subprotocol/mod.ts";

/** How much of a topic is kept. */
export interface HistoryOptions {
  /** Most publications. Default: 100. */
  readonly limit?: number;
  /** Longest time, in milliseconds. Default: 300 000. */
  readonly ttlMs?: number;
}

/** What a topic offers beyond passing publications on. */
export interface TopicOptions {
  /** Recent publications are kept for who subscribes later or comes back: true, or how many. Default: false. */
  readonly history?: boolean | HistoryOptions;
}

/** How a peer is present. */
export interface JoinOptions {
  /** Who it is: one member for all connections that join with it. At most 256 characters. Default: the peer's id. */
  readonly key?: string;
  /** What everybody may know of it: JSON of at most 1 KiB. Default: null. */
  readonly state?: unknown;
}

/** Presence of one peer in topics. */
export interface PeerPresence {
  /**
   * The peer is present in a topic until it leaves, or its connection has ended and `presenceTtlMs` have passed; who is
   * back under the same key before that never left.
   *
   * @throws {TypeError} when the topic, the key or the state is not allowed.
   */
  join(topic: string, options?: JoinOptions): Promise<void>;
  /** It is present no longer. Nothing happens when it was not. */
  leave(topic: string): void;
  /** Who is present, on all nodes, by key. */
  list(topic: string): Promise<readonly Member[]>;
  /**
   * Sends the peer each `PresenceEvent` of a topic from now on: to a client of ours as such, to others as a text
   * message, `{"type":"join","topic":"room:1","member":{"key":"…","state":…}}`.
   */
  watch(topic: string): Promise<void>;
  /** No more of them. */
  unwatch(topic: string): void;
}
