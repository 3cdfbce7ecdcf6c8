/**
 * The events of the client, beside those of the platform.
 *
 * @module
 */
import type { Position } from "../subprotocol/mod.ts";
import type { SockeyeError } from "./client_error.ts";

/** A connection is there. */
export interface OpenEvent extends Event {
  /** False the first time. */
  readonly isReconnect: boolean;
  /** The connection's id, as the route knows it; empty where the server does not speak `sockeye.v1`. */
  readonly peer: string;
}

/** A connection, or an attempt at one, has ended, and the client will come back. */
export interface AwayEvent extends Event {
  /** The close code; 1006 where there was none. */
  readonly code: number;
  /** The server's reason, or the client's own. */
  readonly reason: string;
  /** True when both sides sent a Close frame. */
  readonly wasClean: boolean;
  /** How long until the next attempt, in milliseconds; undefined while the page is hidden or offline. */
  readonly waitMs: number | undefined;
}

/** Something failed; the client goes on, unless `close` follows. */
export interface FailureEvent extends Event {
  /** What `url` or `token` threw, or what the socket says, if it says anything. */
  readonly error?: unknown;
}

/** The events of a `SockeyeSocket`. */
export interface SocketEventMap {
  /** A connection is there: each time. */
  open: OpenEvent;
  /** It has ended, and the client will come back. */
  away: AwayEvent;
  /** The route has sent something, or something was published in a topic that it subscribed the peer to. */
  message: MessageEvent;
  /** Something failed. */
  error: FailureEvent;
  /** Something happened to the members of a topic that the route has the peer watch, without a subscription of yours. */
  presence: PresenceChangeEvent;
  /** It is over: once. */
  close: CloseEvent;
}

/** A subscription has begun, or goes on after a gap. */
export interface SubscribedEvent extends Event {
  /** True when there was something to go on from: it is not the first time, or `since` was given. */
  readonly wasRecovering: boolean;
  /** True when nothing was missed. */
  readonly recovered: boolean;
  /** Where the topic is. Only for topics with history. */
  readonly position: Position | undefined;
}

/** A publication. */
export interface PublicationEvent extends MessageEvent {
  /** Where in the topic's history it is, if there is one. */
  readonly offset: number | undefined;
}

/** Something happened to the members of a topic. */
export interface PresenceChangeEvent extends Event {
  /** `update`: it has joined again with another state. */
  readonly change: "join" | "update" | "leave";
  /** Where. */
  readonly topic: string;
  /** Who. */
  readonly key: string;
  /** What the member says of itself. */
  readonly state: unknown;
}

/** The subscription is refused for good. */
export interface RefusalEvent extends Event {
  /** Why. */
  readonly error: SockeyeError;
}

/** The events of a `Subscription`. */
export interface SubscriptionEventMap {
  /** It has begun, or goes on after a gap. */
  subscribed: SubscribedEvent;
  /** Something was published. */
  message: PublicationEvent;
  /** Something happened to the members. Only with `presence`. */
  presence: PresenceChangeEvent;
  /** The route has ended it, or the client has stopped. */
  unsubscribed: Event;
  /** It is refused for good. */
  error: RefusalEvent;
}

/** Has an event with these properties happen. What a listener throws is reported, as the platform does it. */
export function emit(target: EventTarget, type: string, properties: object, event = new Event(type)): void {
  target.dispatchEvent(Object.assign(event, properties));
}

/** A `message`, still to happen. */
export function messageEvent(data: unknown): Event {
  return new MessageEvent("message", { data });
}
