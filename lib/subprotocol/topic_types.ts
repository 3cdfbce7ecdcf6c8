/**
 * What server and client both say of topics: positions, subscriptions, members. Types only.
 *
 * @module
 */

/** A place in the history of a topic. */
export interface Position {
  /** Changes when a history begins anew: offsets of one epoch mean nothing in another. */
  readonly epoch: string;
  /** Of a publication; grows from each to the next, by one or more. */
  readonly offset: number;
}

/** Where in a topic to begin. Only for topics with history. */
export interface SubscribeOptions {
  /** What came after this position is sent first, if all of it is still there. */
  readonly since?: Position | undefined;
  /** Without `since`, or where it cannot be gone on from: at most so many of the latest publications are sent first. */
  readonly last?: number | undefined;
}

/** How a subscription began. */
export interface Subscribed {
  /** True when all that was published after `since` is sent; false when some of it is gone, or no `since` was given. */
  readonly recovered: boolean;
  /** Where the topic is: what is published after it follows. Only for topics with history. */
  readonly position?: Position | undefined;
}

/** Who is present in a topic. */
export interface Member<State = unknown> {
  /** Whoever is present under one key is one member, by however many connections. */
  readonly key: string;
  /** What the member says of itself. */
  readonly state: State;
}

/** Something happened to the members of a topic. */
export interface PresenceEvent {
  /** `update`: it has joined again with another state. */
  readonly type: "join" | "update" | "leave";
  /** Where. */
  readonly topic: string;
  /** Who; of one that leaves with the state it had. */
  readonly member: Member;
}
