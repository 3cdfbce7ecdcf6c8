/**
 * What joins the hubs of several nodes, and keeps the histories of topics. Types only.
 *
 * A topic without history is fanned out by each node to its own subscribers, and sent to the others as fast as it goes.
 * A topic with history has one order of publications for all nodes: each gets its offset where it is stored, and only
 * then goes to subscribers, on every node alike, the publisher's own included.
 *
 * @module
 */
import type { Position, SubscribeOptions } from "../subprotocol/mod.ts";

/** How much of a topic is kept. */
export interface HistoryRule {
  /** Most publications. */
  readonly limit: number;
  /** Longest time, in milliseconds. */
  readonly ttlMs: number;
}

/** A publication as it travels between nodes, and as it lies in a history. */
export interface Envelope {
  /** A string for a text message, bytes for a binary one. */
  readonly payload: string | Uint8Array<ArrayBuffer>;
  /** Id of the peer that is left out; empty: nobody is. */
  readonly from: string;
}

/** A publication that has its place in a history. */
export interface StoredEnvelope extends Envelope {
  /** Grows from each publication of a topic to the next, by one or more. */
  readonly offset: number;
}

/** What a history answers. */
export interface Replay {
  /** True when `since` was given, and all that came after it is here; else what is here is the `last` ones. */
  readonly isRecovered: boolean;
  /** In order. */
  readonly envelopes: readonly StoredEnvelope[];
  /** Where the topic is: behind the last of them, and behind all that was dropped. */
  readonly position: Position;
}

/** What a backplane tells its node. */
export interface BackplaneEvents {
  /**
   * A publication of a topic that was joined. Of one without history only what other nodes sent; of one with history
   * each once, in order, with its offset.
   */
  onMessage(topic: string, envelope: Envelope, offset: number | undefined): void;
  /** Publications of a joined topic were lost to this node, or its history has begun anew: from here on it goes on. */
  onReset(topic: string, position: Position): void;
  /** The broker has gone away, or is back. */
  onState(isUp: boolean): void;
}

/** One node's connection to the others. */
export interface Backplane {
  /** For logs and metrics: `memory`, `nats`, `redis`, `workers`. */
  readonly name: string;
  /** False while the broker cannot be reached. */
  readonly isUp: boolean;
  /** Publications that wait to be stored; undefined where none ever does. */
  readonly heldCount?: number;
  /** Their bytes. */
  readonly heldBytes?: number;
  /** Times that the broker could be reached and then could not. */
  readonly losses?: number;
  /**
   * Connects. Resolves when it is connected, or goes on trying.
   *
   * @throws {Error} for what trying again does not mend: an address that is none, credentials that are refused.
   */
  open(events: BackplaneEvents): Promise<void>;
  /**
   * Sends a publication of a topic without history to the other nodes that joined it. What cannot be sent is dropped.
   * Its bytes may change as soon as this returns.
   */
  send(topic: string, envelope: Envelope): void;
  /**
   * From when this resolves on, publications of the topic are told; see {@linkcode BackplaneEvents.onMessage}. Of a topic
   * with history none that is not in what {@linkcode read} answers afterwards is left out.
   */
  join(topic: string, rule: HistoryRule | undefined): void | Promise<void>;
  /** No more of this topic. */
  leave(topic: string): void;
  /**
   * Stores a publication. Resolves when it is stored, with its offset; waits for a broker that is away.
   *
   * @throws {Error} when it is not stored, or it cannot be known: too many wait, or they waited too long.
   */
  append(topic: string, rule: HistoryRule, envelope: Envelope): number | Promise<number>;
  /**
   * Reads from a topic's history.
   *
   * @throws {Error} when the broker cannot be asked.
   */
  read(topic: string, rule: HistoryRule, request: SubscribeOptions): Replay | Promise<Replay>;
  /** Sends what waits to be sent, as far as that goes, and disconnects. */
  close(): Promise<void>;
}
