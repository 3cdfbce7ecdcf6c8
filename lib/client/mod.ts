/**
 * The client, for browsers, Deno and Node: a `WebSocket` that comes back, subscribes and asks. docs/CLIENT.md tells all
 * of it.
 *
 * @module
 */
export type { BackoffTerms } from "./backoff.ts";
export { SockeyeSocket } from "./client.ts";
export { type ClientErrorCode, SockeyeError } from "./client_error.ts";
export type { Clock } from "./clock.ts";
export { connect, type RouteMessage } from "./connect.ts";
export type {
  AwayEvent,
  FailureEvent,
  OpenEvent,
  PresenceChangeEvent,
  PublicationEvent,
  RefusalEvent,
  SocketEventMap,
  SubscribedEvent,
  SubscriptionEventMap,
} from "./events.ts";
export type { HeartbeatTerms } from "./heartbeat.ts";
export type { SocketConstructor, SocketLike } from "./link.ts";
export {
  CLIENT_DEFAULTS,
  type ClientOptions,
  type FallbackSource,
  type TokenRequest,
  type TokenSource,
  type UrlSource,
} from "./options.ts";
export type { RequestOptions } from "./outbox.ts";
export type { Page, PageSign, PageTerms } from "./page.ts";
export type { Subscription, SubscriptionOptions } from "./subscription.ts";
export type { Transport } from "./transports.ts";
export type { Received, Sendable } from "./wire.ts";
export type { Member, Position, RefusalCode, SubscribeOptions } from "../subprotocol/mod.ts";
