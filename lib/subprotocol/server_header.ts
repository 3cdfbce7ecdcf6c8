/**
 * What a server says in the headers of `sockeye.v1`. Types only.
 *
 * @module
 */
import type { Position, PresenceEvent, Subscribed } from "./topic_types.ts";

/**
 * Why a server refuses: the route does not allow it, it cannot be done now, there are too many, or it went wrong.
 */
export type RefusalCode = "forbidden" | "unavailable" | "limit" | "failed";

/** The first elements, and what follows them, of what a server sends. */
export type ServerHeader =
  | readonly ["hello", peer: string]
  | readonly ["ack", id: number]
  | readonly ["rep", id: number]
  | readonly ["err", id: number, code: RefusalCode, reason: string]
  | readonly ["subbed", id: number, topic: string, subscribed: Subscribed]
  | readonly ["pub", topic: string, offset?: number]
  | readonly ["pos", topic: string, offset: number]
  | readonly ["reset", topic: string, position: Position]
  | readonly ["unsubbed", topic: string]
  | readonly ["presence", type: PresenceEvent["type"], topic: string, key: string, state: unknown]
  | readonly ["members", id: number, members: ReadonlyArray<readonly [key: string, state: unknown]>]
  | readonly ["pong"];
