/**
 * The border between what all brokers have in common and what is each one's own. Types only.
 *
 * @module
 */
import type { HistoryRule, Replay } from "../pubsub/mod.ts";
import type { SubscribeOptions } from "../subprotocol/mod.ts";
import type { Append, StoreOutcome } from "./held_appends.ts";

/** A topic, and how much of it is kept: undefined for nothing. */
export interface RuledTopic {
  readonly topic: string;
  readonly rule: HistoryRule | undefined;
}

/** A stored publication as it arrives over a subscription: nothing says that none was lost before it. */
export interface Arrival {
  /** Undefined for what only holds a place in the history. */
  readonly bytes: Uint8Array | undefined;
  readonly offset: number;
  /** Offset of the one before it in the topic, as the broker knows it; 0 when it has none. */
  readonly previous: number;
  /** Undefined where the broker does not say it with each. */
  readonly epoch: string | undefined;
}

/** What a session tells. */
export interface SessionEvents {
  /** Another node has sent something to a topic without history. */
  onSent(topic: string, bytes: Uint8Array): void;
  /** Something was stored in a topic with history. */
  onStored(topic: string, arrival: Arrival): void;
  /** For the log. */
  told(message: string, fields: Readonly<Record<string, unknown>>): void;
}

/**
 * One connection to a broker. It ends once and never comes back; the next is another session.
 *
 * Every promise is settled when the session ends, at the latest.
 */
export interface Session {
  /** Resolves when it is over, with the reason. */
  readonly ended: Promise<string>;
  /** Resolves when the broker has answered. */
  ping(): Promise<void>;
  /** Passes something on to the other nodes. What cannot go out now is dropped. */
  send(topic: string, bytes: Uint8Array<ArrayBuffer>): void;
  /** From when it resolves on, what comes to these topics is told. */
  subscribe(topics: readonly RuledTopic[]): Promise<void>;
  /** No more of this topic. */
  unsubscribe(topic: RuledTopic): void;
  /** Stores publications of one topic, in order. Rejects when it cannot be known of any whether it is stored. */
  store(topic: string, rule: HistoryRule, batch: readonly Append[]): Promise<readonly StoreOutcome[]>;
  /** As the backplane's. */
  read(topic: string, rule: HistoryRule, request: SubscribeOptions): Promise<Replay>;
  /** Ends it, at once, for this reason. */
  drop(reason: string): void;
  /** Ends it after what was sent has gone out. */
  close(): Promise<void>;
}

/** A kind of broker at an address. */
export interface Broker {
  readonly name: string;
  /** Of the address what may be shown: hosts and ports. */
  readonly where: string;
  /**
   * Connects once.
   *
   * @throws {RefusedError} when the credentials are refused.
   * @throws {Error} when it did not succeed this time.
   */
  connect(events: SessionEvents): Promise<Session>;
}

/** Time, passed in. */
export interface BackplaneClock {
  /** Milliseconds of a monotonic clock. */
  now(): number;
  /** Calls once after `delayMs`; the function it returns cancels that. */
  setTimer(callback: () => void, delayMs: number): () => void;
}
