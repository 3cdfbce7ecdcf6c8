/**
 * What the client can be told, and what it does where it is not.
 *
 * @module
 */
import type { BackoffTerms } from "./backoff.ts";
import type { Clock } from "./clock.ts";
import type { HeartbeatTerms } from "./heartbeat.ts";
import type { SocketConstructor } from "./link.ts";
import type { Page, PageTerms } from "./page.ts";
import type { Transport } from "./transports.ts";

/** What is known when a token is asked for. */
export interface TokenRequest {
  /** True when the server closed the connection before with 4401 or 4403: a token that was kept is worth nothing. */
  readonly isRefused: boolean;
}

/** Asked for before each attempt to connect. A promise may take its time; what is thrown is an attempt that failed. */
export type TokenSource = string | ((request: TokenRequest) => string | Promise<string>);

/** Where to connect to. A function is asked before each attempt. */
export type UrlSource = string | URL | (() => string | URL | Promise<string | URL>);

/** Gives the class to connect with over a transport that is not a WebSocket. */
export type FallbackSource = (
  transport: Exclude<Transport, "websocket">,
) => SocketConstructor | Promise<SocketConstructor>;

/** Options of `SockeyeSocket`. */
export interface ClientOptions extends Partial<BackoffTerms & HeartbeatTerms & PageTerms> {
  /** Who the user is. It is never put into the URL. */
  readonly token?: TokenSource;
  /**
   * How the token is sent: in the first message, or in the handshake as a subprotocol, where proxies may log it, and the
   * route's `upgrade` can read it. Default: `message`.
   */
  readonly tokenIn?: "message" | "subprotocol";
  /** Subprotocols of your own to offer after `sockeye.v1`. If the server chooses one, messages are as they are. */
  readonly protocols?: readonly string[];
  /** True: `sockeye.v1` is not offered, for servers that do not know it. Default: false. */
  readonly isPlain?: boolean;
  /** From the handshake to `hello`, in milliseconds. Default: 10 000. */
  readonly connectTimeoutMs?: number;
  /**
   * What may carry the bytes, in the order in which it is tried. Default: `websocket`, `long-poll`, `poll`; with
   * `isPlain`: `websocket`.
   */
  readonly transports?: readonly Transport[];
  /** The same as `connectTimeoutMs` for a WebSocket, where there is something else to try. Default: 5 000. */
  readonly fallbackAfterMs?: number;
  /** The class to connect with where it is no WebSocket. Default: that of `sockeye/client/poll`, loaded when needed. */
  readonly fallback?: FallbackSource;
  /** Bytes that may wait for a connection; `send` throws beyond that. Default: 262 144. */
  readonly maxBufferedBytes?: number;
  /** The class to connect with. Default: `WebSocket` of the platform. */
  readonly WebSocket?: SocketConstructor;
  /** For tests: the time. */
  readonly clock?: Clock;
  /** For tests: from 0 to 1. Default: `Math.random`. */
  readonly random?: () => number;
  /** For tests, and for surroundings with a visibility of their own: what says when to pause. */
  readonly page?: Page;
}

/** All that the parts of the client are told. */
export type Options =
  & ClientOptions
  & Required<Omit<ClientOptions, "token" | "tokenIn" | "protocols" | "isPlain" | "page" | "transports" | "fallback">>;

/** What holds where an option is left out. */
export const CLIENT_DEFAULTS = {
  /** The first wait before a reconnect is at most that long; each after it twice as long. */
  minWaitMs: 500,
  /** No wait is longer. */
  maxWaitMs: 30_000,
  /** From the handshake to `hello`. */
  connectTimeoutMs: 10_000,
  /** The same for a WebSocket, where there is something else to try. */
  fallbackAfterMs: 5_000,
  /** Silence after which the client asks whether the server is there. 0: never. */
  pingIntervalMs: 25_000,
  /** Silence after that which ends the connection. */
  pongTimeoutMs: 10_000,
  /** Bytes that may wait for a connection. */
  maxBufferedBytes: 256 * 1024,
  /** A page that nobody sees does not reconnect. */
  pausesWhileHidden: true,
  /** A page without a network does not reconnect. */
  pausesWhileOffline: true,
} as const satisfies ClientOptions;
