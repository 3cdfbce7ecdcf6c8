/**
 * The public contract: what a route module may define and what its handlers are given. Types only.
 *
 * Words follow RFC 6455 first, the Web API second. Nothing here knows where route code runs.
 *
 * @module
 */

import type { SchemaOutput, StandardSchema } from "./schema_contract.ts";
import type { PeerPresence, Subscribed, SubscribeOptions, TopicOptions } from "./topic_contract.ts";

export type { SchemaIssue, SchemaOutput, SchemaResult, StandardSchema } from "./schema_contract.ts";
export type {
  HistoryOptions,
  JoinOptions,
  Member,
  PeerPresence,
  Position,
  PresenceEvent,
  Subscribed,
  SubscribeOptions,
  TopicOptions,
} from "./topic_contract.ts";

/**
 * What {@linkcode Peer.send} and publish take: a string goes out as a text message, bytes as a binary one, and a message
 * that was received as what it is. The last costs least: nothing is decoded, and what is long is sent where it lies.
 */
export type Sendable = string | ArrayBuffer | ArrayBufferView | Message;

/** Name of the cable a peer is connected by. */
export type TransportName = "websocket" | "long-poll" | "poll";

/** A value, or a promise of it: every handler may be synchronous or asynchronous. */
export type Awaitable<T> = T | Promise<T>;

/** What a handler returns: nothing, or a promise to be waited for; what it resolves to nobody asks for. */
export type Handled = void | Promise<unknown>;

/** The parameter that one segment of a pattern names, if it names one. */
export type SegmentParams<Segment extends string> = Segment extends `[...${infer Name}]`
  ? { readonly [K in Name]: string }
  : Segment extends `[${infer Name}]` ? { readonly [K in Name]: string }
  : unknown;

/**
 * The parameters a path pattern names: `"/rooms/[room]"` gives `{ room: string }`.
 *
 * A path of type `string` (not a literal) gives `Record<string, string>`.
 */
export type RouteParams<Path extends string> = string extends Path ? Readonly<Record<string, string>>
  : Path extends `${infer Head}/${infer Tail}` ? SegmentParams<Head> & RouteParams<Tail>
  : SegmentParams<Path>;

/** One message a peer sent: reassembled, unmasked, and, when it is text, proven to be UTF-8. */
export interface Message<Value = unknown> {
  /** True for a text message (opcode 0x1), false for a binary one (0x2). RFC 6455 §5.6. */
  readonly isText: boolean;
  /** Length of the payload, in bytes. */
  readonly byteLength: number;
  /** The payload decoded as UTF-8. A binary message is decoded too, with U+FFFD for what is not UTF-8. */
  text(): string;
  /**
   * The payload parsed as JSON.
   *
   * @throws {SyntaxError} when it is not JSON.
   */
  json<T = unknown>(): T;
  /** A copy of the payload that is yours to keep. */
  bytes(): Uint8Array<ArrayBuffer>;
  /** A copy of the payload in a buffer of its own. */
  arrayBuffer(): ArrayBuffer;
  /**
   * What the route's `schema.message` made of the message; `undefined` on a route without a schema.
   */
  readonly value: Value;
  /**
   * The payload where it lies, without a copy. Valid until the handler returns, or until the promise it returned
   * settles; after that its bytes belong to somebody else (`deno task dev` overwrites them so that a kept view shows).
   * Its `buffer` is the server's own, with much else in it: what is to be posted to a worker or kept is asked for with
   * `bytes()`.
   * Sent whole, or with its message, it may go out from where it lies: what was sent must not be changed or transferred.
   */
  readonly view: Uint8Array<ArrayBuffer>;
  /** True when a client of ours waits for an answer (`request`). */
  readonly isRequest: boolean;
  /**
   * Answers a request; once, and until its handler has settled. A request that nothing is said to is acknowledged then.
   *
   * @throws {TypeError} when the message is no request, or was answered.
   */
  reply(data: Sendable): void;
}

/** What a route handler sees of one connection. */
export interface Peer<Params = Readonly<Record<string, string>>, Context = unknown> {
  /** Unique among all connections of all nodes; opaque. */
  readonly id: string;
  /** The URL the client asked for. */
  readonly url: URL;
  /** The values of the pattern's parameters, percent-decoded. */
  readonly params: Params;
  /** The handshake request: a GET without a body. */
  readonly request: Request;
  /** The client's IP address, without port. */
  readonly remoteAddress: string;
  /** The subprotocol agreed on in the handshake, or the empty string. RFC 6455 §1.9. */
  readonly subprotocol: string;
  /**
   * What this connection's handlers want to remember: any structured-cloneable value up to 16 KiB. It starts as what
   * `upgrade` returned as `context`.
   */
  context: Context;
  /** The topics this peer is subscribed to. */
  readonly topics: ReadonlySet<string>;
  /** The cable in use. */
  readonly transport: TransportName;
  /** Bytes accepted by `send` and publish that the operating system has not taken yet. */
  readonly bufferedAmount: number;
  /** Aborted as soon as the client is known to be gone, also while a handler is still running. */
  readonly signal: AbortSignal;
  /** Name of the deployment whose code is running. */
  readonly deployment: string;
  /**
   * Sends one message. Never blocks and never throws for a peer that is gone.
   *
   * @param data a {@linkcode Message} only while its handler runs.
   * @returns false when more than `highWaterBytes` wait to be written (the message is queued all the same; wait for
   * the `drain` hook or {@linkcode drained}), or when the connection is closing (the message is dropped).
   */
  send(data: Sendable): boolean;
  /**
   * Sends a ping of at most 125 bytes. RFC 6455 §5.5.2.
   *
   * @throws {RangeError} when the payload is longer.
   */
  ping(payload?: string | Uint8Array): void;
  /**
   * Starts the closing handshake. RFC 6455 §7.1.2. What was sent before goes out first; messages that arrive after are
   * not delivered.
   *
   * @param code 1000–1003, 1007–1009, 1011–1014 or 3000–4999. Default: 1000.
   * @param reason at most 123 bytes of UTF-8.
   * @throws {TypeError} for another code, or a reason that is too long.
   */
  close(code?: number, reason?: string): void;
  /** Drops the connection at once, without a closing handshake. The client sees 1006. */
  terminate(): void;
  /** Who is present in topics. */
  readonly presence: PeerPresence;
  /**
   * Adds this peer to a topic: from now on it gets what is published there. Of a topic with history first what `since` or
   * `last` ask for, in order; then the promise resolves.
   *
   * @throws {TypeError} when the topic's name is not allowed.
   * @throws {Error} when there are too many topics, or the history cannot be read: the peer is not in the topic then.
   */
  subscribe(topic: string, options?: SubscribeOptions): Promise<Subscribed>;
  /** Takes this peer out of a topic. Nothing happens when it is not in it. */
  unsubscribe(topic: string): void;
  /**
   * Sends one message to every subscriber of a topic except this peer. Of a topic with history the promise resolves when
   * the message is stored: it is not lost then.
   *
   * @param options.self true sends it to this peer too, if it subscribed. Default: false.
   * @throws {TypeError} when the topic's name is not allowed.
   * @throws {Error} when a message for a topic with history could not be stored.
   */
  publish(topic: string, data: Sendable, options?: { readonly self?: boolean }): Promise<void>;
  /** Resolves when at most `highWaterBytes` wait to be written, or when the connection has ended. */
  drained(): Promise<void>;
}

/** How a connection ended, as the Web API's `CloseEvent` words it. */
export interface CloseInfo {
  /**
   * The peer's close code; 1005 when its Close frame had none; 1006 when it went without one (RFC 6455 §7.1.5); the code
   * it was sent when it broke a rule or a limit.
   */
  readonly code: number;
  /** The peer's reason, or the empty string. */
  readonly reason: string;
  /** True when both sides sent a Close frame. */
  readonly wasClean: boolean;
}

/** Sends to a topic from outside any one peer. */
export type Publish = (topic: string, data: Sendable) => Promise<void>;

/** Given to `start`. */
export interface StartContext {
  /** Sends to every subscriber of a topic. */
  readonly publish: Publish;
  /** The route's open peers by id, live. */
  readonly peers: ReadonlyMap<string, Peer>;
  /** Aborted when this runtime is asked to stop. */
  readonly signal: AbortSignal;
}

/** That a peer is let in, and for how long: the answer of `authenticate`, or a part of that of `upgrade`. */
export interface Admission {
  /**
   * For so many milliseconds, more than 0; then the peer is closed with 4401, unless `authenticate` has answered another
   * token with another admission meanwhile. Without it, for good.
   */
  readonly expiresInMs?: number;
}

/** Given to `upgrade` beside the request. */
export interface UpgradeContext<Params> {
  /** The values of the pattern's parameters, percent-decoded. */
  readonly params: Params;
  /** The client's IP address, without port. */
  readonly remoteAddress: string;
  /** The subprotocols the client offered, in its order. */
  readonly subprotocols: readonly string[];
  /** True when the route has `authenticate`: who is not admitted here is asked for a token there. */
  readonly asksForToken: boolean;
  /** Aborted when the client goes away before it is answered. */
  readonly signal: AbortSignal;
}

/** What `upgrade` may return to accept: everything is optional. */
export interface UpgradeAcceptance<Context = unknown> {
  /** Added to the 101 response. `Sec-WebSocket-*`, `Upgrade`, `Connection` and body fields are refused. */
  readonly headers?: HeadersInit;
  /** One of the subprotocols the client offered. */
  readonly subprotocol?: string;
  /** The first value of `peer.context`. */
  readonly context?: Context;
  /** Who it is is known: `authenticate` is asked only if the client brings a token later. */
  readonly admission?: Admission;
}

/** Given to `get` and `post` beside the request. */
export interface HttpContext<Params = Readonly<Record<string, string>>> {
  /** The values of the pattern's parameters, percent-decoded. */
  readonly params: Params;
  /** The client's IP address, without port. */
  readonly remoteAddress: string;
  /** Sends to every subscriber of a topic. */
  readonly publish: Publish;
}

/** A route's handler of ordinary HTTP on its path. */
export type HttpHandler<Params = Readonly<Record<string, string>>> = (
  request: Request,
  context: HttpContext<Params>,
) => Awaitable<Response>;

/**
 * How messages are compressed with clients that offer permessage-deflate. RFC 7692.
 */
export interface PerMessageDeflateOptions {
  /** Shorter messages are sent as they are, in bytes. Default: 1024. */
  readonly threshold?: number;
  /** From 1, the fastest, to 9, the smallest. Default: 1. */
  readonly level?: number;
  /** zlib's memory for the search, 1 to 9. Default: 8. */
  readonly memLevel?: number;
  /**
   * True: each of our messages is compressed on its own, and one that goes to many once for all. False: it may refer to
   * those before it, for which memory is held for each connection. Default: true.
   */
  readonly serverNoContextTakeover?: boolean;
  /** The same for the messages of the client. Default: true. */
  readonly clientNoContextTakeover?: boolean;
  /** The largest window we compress with is 2^n bytes, 9 to 15. Default: 15. */
  readonly serverMaxWindowBits?: number;
  /** The largest window asked of the client is 2^n bytes, 9 to 15. Default: 15. */
  readonly clientMaxWindowBits?: number;
}

/**
 * Options a route may set for its own connections. Each overrides the gateway's option of the same name; the README's
 * options table gives defaults and consequences.
 */
export interface RouteOptions {
  /** Longest message, in bytes, over all its fragments; of a compressed one inflated. Beyond it: 1009. */
  readonly maxMessageBytes?: number;
  /** Most fragments of one message. Beyond it: 1009. */
  readonly maxFragments?: number;
  /** Silence after which a ping is sent, in milliseconds. 0 = off. */
  readonly pingIntervalMs?: number;
  /** Silence after a ping that ends the connection, in milliseconds. */
  readonly pongTimeoutMs?: number;
  /** Longest time from the first to the last byte of one message, in milliseconds. Beyond it: 1008. 0 = off. */
  readonly messageTimeoutMs?: number;
  /** Longest time without progress of a write, in milliseconds. Beyond it the connection is dropped. */
  readonly writeTimeoutMs?: number;
  /** Longest time without a data message either way, in milliseconds. Beyond it: 1001. 0 = off. */
  readonly idleTimeoutMs?: number;
  /** Longest time the closing handshake may take, in milliseconds. Beyond it the connection is dropped. */
  readonly closeTimeoutMs?: number;
  /** From this many unwritten bytes on, `send` returns false and the peer is not read. */
  readonly highWaterBytes?: number;
  /** Beyond this many unwritten bytes, the next message closes the peer with 1013. */
  readonly maxBufferedBytes?: number;
  /** Beyond this many bytes of messages that wait for a pending handler, the peer is not read. */
  readonly maxQueuedBytes?: number;
  /** Messages a second that one connection may send in the long run, and in a burst of one second. 0 = off. */
  readonly messageRate?: number;
  /** Compresses messages with clients that offer it: true, or how. Beyond `maxMessageBytes` inflated: 1009. */
  readonly perMessageDeflate?: boolean | PerMessageDeflateOptions;
  /** Longest wait for a token where the route asks for one (`authenticate`), in milliseconds. Beyond it: 4401. */
  readonly authTimeoutMs?: number;
  /** Origins allowed to connect, as `https://host[:port]`; `"*"` allows all. */
  readonly allowedOrigins?: readonly string[];
  /** Subprotocols this route speaks, best first; the first that the client offered is chosen. */
  readonly subprotocols?: readonly string[];
}

/** Schemas of what a route takes. */
export interface RouteSchema<MessageSchema extends StandardSchema = StandardSchema> {
  /** Checks each message: a text message after `JSON.parse`, a binary one as bytes. */
  readonly message?: MessageSchema;
}

/** Why `resume` is called. */
export type ResumeReason = "swap" | "wake" | "crash";

/**
 * A route: the handlers of the connections at one path. Handlers of one connection run one at a time, in order.
 */
export interface Route<
  Params = Readonly<Record<string, string>>,
  Context = unknown,
  MessageSchema extends StandardSchema = StandardSchema,
> {
  /** Options of this route's connections, over the gateway's. */
  readonly options?: RouteOptions;
  /**
   * What topics offer, by name, or by the beginning of it and `*`: `"room:*"`. For all routes, of which no two may say
   * different things of one name.
   */
  readonly topics?: Readonly<Record<string, TopicOptions>>;
  /** What this route takes; a message that does not match calls `error`, or closes with 1008 without that hook. */
  readonly schema?: RouteSchema<MessageSchema>;
  /** Once, before the first peer: timers, feeds, connections to elsewhere. */
  start?(context: StartContext): Awaitable<void>;
  /** Once, after the last peer. */
  stop?(): Awaitable<void>;
  /**
   * Before the 101: return what to accept with, or return or throw a `Response` to refuse.
   */
  upgrade?(
    request: Request,
    context: UpgradeContext<Params>,
  ): Awaitable<UpgradeAcceptance<Context> | Response | void>;
  /**
   * Who is it? Asked first, with what the client gives as its token: a client of ours in its first message or as a
   * subprotocol, others as a bearer token (RFC 6750 §2.1) or a subprotocol. True, or an {@linkcode Admission}, lets the
   * peer in; false closes with 4403, and no token within `authTimeoutMs` with 4401. Asked again whenever a client of ours
   * brings another token: what it answers last holds.
   */
  authenticate?(peer: Peer<Params, Context>, token: string): Awaitable<boolean | Admission>;
  /** The connection is open. */
  open?(peer: Peer<Params, Context>): Handled;
  /** One message has arrived. */
  message?(peer: Peer<Params, Context>, message: Message<SchemaOutput<MessageSchema>>): Handled;
  /** May a client of ours (`sockeye.v1`) subscribe to this topic? Without the hook: no. */
  subscribe?(peer: Peer<Params, Context>, topic: string): Awaitable<boolean>;
  /** What waited to be written has fallen to `highWaterBytes` or less again. */
  drain?(peer: Peer<Params, Context>): Handled;
  /** The connection has ended. Called once for every peer that was opened. */
  close?(peer: Peer<Params, Context>, info: CloseInfo): Handled;
  /** A handler threw or rejected (the peer is then closed with 1011), or a message missed the schema. */
  error?(peer: Peer<Params, Context>, error: unknown): Handled;
  /** New code takes over: return what the next deployment needs to know of this peer. */
  suspend?(peer: Peer<Params, Context>): Awaitable<unknown>;
  /** This code takes a peer over. */
  resume?(
    peer: Peer<Params, Context>,
    state: unknown,
    info: { readonly reason: ResumeReason },
  ): Handled;
}

/** What a file under `routes/` exports. At least one of the three. */
export interface RouteModule {
  /** The WebSocket handlers. */
  readonly default?: Route & { readonly path?: string };
  /** Answers GET, and HEAD without the body. */
  readonly get?: HttpHandler;
  /** Answers POST. */
  readonly post?: HttpHandler;
}
