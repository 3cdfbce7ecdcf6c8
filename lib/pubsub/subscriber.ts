/**
 * What the hub knows of a subscriber: a connection. Types only.
 *
 * @module
 */
import type { Position } from "../subprotocol/mod.ts";
import type { Delivery } from "./publication.ts";

/** Whoever is subscribed. */
export interface Subscriber {
  /** Unique among all nodes: who publishes under it is left out. */
  readonly id: string;
  /** Where it wants to know more than what is published. */
  readonly notices?: TopicNotices | undefined;
  /** Bytes that it was sent and has not read. */
  readonly bufferedAmount: number;
  /** From so many on, what is not urgent waits. */
  readonly highWaterBytes: number;
  /** Takes a publication; never throws, never waits. */
  deliver(delivery: Delivery): void;
  /** Resolves when it is not behind any more, or has gone. */
  drained(): Promise<void>;
}

/** What happens in a topic beside publications. */
export interface TopicNotices {
  /** Its own publication went by, at this offset: it has missed nothing. */
  passed(topic: string, offset: number): void;
  /** Publications were lost, or the history began anew: it goes on from here. */
  reset(topic: string, position: Position): void;
  /** Its code took it out of the topic. */
  unsubscribed(topic: string): void;
}
