/**
 * What records of the backplane carry as values. Types only.
 *
 * @module
 */
import type { HistoryRule } from "../pubsub/mod.ts";
import type { Position, SubscribeOptions } from "../subprotocol/mod.ts";

/** A question to a history. */
export interface ReadValue {
  readonly topic: string;
  readonly rule: HistoryRule;
  readonly request: SubscribeOptions;
}

/** From where on a topic is told of again. */
export interface ResetValue {
  readonly topic: string;
  readonly position: Position;
}
