/**
 * Where the histories of one machine are kept, and how much of an envelope's memory counts. Types only, but for that.
 *
 * @module
 */
import type { SubscribeOptions } from "../subprotocol/mod.ts";
import type { Envelope, HistoryRule, Replay } from "./backplane.ts";

/** Histories of all topics. Answers come in the order of the questions. */
export interface HistoryStore {
  /**
   * Stores a publication, and says at which offset.
   *
   * @throws {Error} when it could not be stored.
   */
  append(topic: string, rule: HistoryRule, envelope: Envelope): number | Promise<number>;
  /** Reads; an offset that it has answered with is in what is read after that. */
  read(topic: string, rule: HistoryRule, request: SubscribeOptions): Replay | Promise<Replay>;
  /** Keeps what is to be kept, and lets go of the rest. */
  close(): void | Promise<void>;
}

/** What an envelope counts beyond its payload: empty ones are not free. */
const OVERHEAD_BYTES = 128;

/** Bytes that an envelope is held to take up; a character counts as two. */
export function bytesOf({ payload }: Envelope): number {
  return OVERHEAD_BYTES + (typeof payload === "string" ? payload.length * 2 : payload.byteLength);
}
