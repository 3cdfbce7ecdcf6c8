/**
 * The narrow border between the gateway and the place where route code runs. Types only.
 *
 * Events go down, commands come up. The steady-state verbs are made of bytes, strings and numbers, so the same words
 * work in-process, across a Worker and across a process.
 *
 * @module
 */
import type { MessageForm, MessageWalk, Payload } from "../frame/mod.ts";
import type {
  Admission,
  Awaitable,
  CloseInfo,
  Member,
  ResumeReason,
  RouteOptions,
  Subscribed,
  SubscribeOptions,
  TopicOptions,
  TransportName,
} from "./contract.ts";

/** The handshake request as it crosses the border: plain and cloneable. */
export interface RequestRecord {
  readonly method: string;
  /** Absolute, with the scheme the client sees (`http:` or `https:`). */
  readonly url: string;
  /** Field lines in order of arrival, names in lower case. */
  readonly headers: ReadonlyArray<readonly [name: string, value: string]>;
  readonly remoteAddress: string;
}

/** What is known of a route without running its code. */
export interface RouteDescriptor {
  /** `/rooms/[room]`. */
  readonly pattern: string;
  /** Where the code is, for logs and errors: relative to the routes folder, with `/`. */
  readonly file: string;
  /** True when it has at least one WebSocket handler. */
  readonly isWebSocket: boolean;
  /** True when the runtime has to be asked before the 101. */
  readonly hasUpgrade: boolean;
  /** Methods of ordinary HTTP it handles. */
  readonly methods: ReadonlyArray<"GET" | "POST">;
  /** True when it can take a peer over whose code has ended: it has a `resume` hook. */
  readonly canResume: boolean;
  /** True when it has an `authenticate` hook. */
  readonly hasAuthenticate?: boolean;
  readonly options: RouteOptions;
  /** What it says of topics. */
  readonly topics?: Readonly<Record<string, TopicOptions>>;
}

/** The answer to an upgrade. */
export type UpgradeDecision =
  | {
    readonly accept: true;
    readonly headers?: ReadonlyArray<readonly [string, string]>;
    readonly subprotocol?: string;
    readonly context?: unknown;
    readonly admission?: Admission;
  }
  | { readonly accept: false; readonly response: Response };

/** What an upgrade is decided on. */
export interface UpgradeQuestion {
  readonly request: RequestRecord;
  readonly params: Readonly<Record<string, string>>;
  readonly subprotocols: readonly string[];
  readonly signal: AbortSignal;
}

/**
 * What one connection does with topics for the code that handles it. Names and keys are checked by the code's side and
 * here; what is not allowed is a TypeError, thrown. Promises reject with an error that is for the code.
 */
export interface TopicCommands {
  /** That it is subscribed to, live. */
  readonly names: ReadonlySet<string>;
  subscribe(topic: string, options?: SubscribeOptions): Awaitable<Subscribed>;
  unsubscribe(topic: string): void;
  publish(topic: string, data: Payload, self: boolean): void | Promise<void>;
  /** @param key empty for the peer's id. @param state JSON. */
  join(topic: string, key: string, state: string): void | Promise<void>;
  leave(topic: string): void;
  members(topic: string): Awaitable<readonly Member[]>;
  watch(topic: string): void | Promise<void>;
  unwatch(topic: string): void;
}

/** Commands up: what one connection does for the code that handles it. */
export interface PeerCommands {
  readonly id: string;
  readonly request: RequestRecord;
  readonly params: Readonly<Record<string, string>>;
  readonly subprotocol: string;
  readonly transport: TransportName;
  readonly bufferedAmount: number;
  readonly highWaterBytes: number;
  /** Owned by the gateway, so that it outlives the code. */
  context: unknown;
  readonly topics: TopicCommands;
  send(data: Payload): boolean;
  /**
   * Sends `bytes[start, end)`: as text, when it is known to be UTF-8. What the running handler was given, and is long,
   * is sent where it lies, so it must not be changed any more.
   */
  forward(isText: boolean, bytes: Uint8Array<ArrayBuffer>, start: number, end: number): boolean;
  ping(payload: Uint8Array): void;
  close(code: number, reason: string): void;
  terminate(): void;
  /** Answers a request, or, without an answer, acknowledges that it was handled. */
  reply(request: number, data: Payload | undefined): void;
  drained(): Promise<void>;
  /** The code failed: the reason is logged by the runtime, the peer gets 1011. */
  fail(): void;
  /**
   * The code was given this and has not begun it: it comes before all that waits, for whoever has the peer then.
   *
   * @param isDrainDue says the same of `drain`.
   */
  giveBack(messages: readonly GivenBack[], isDrainDue: boolean): void;
}

/** A message that was given to code and not begun. */
export interface GivenBack {
  readonly form: MessageForm;
  readonly bytes: Uint8Array<ArrayBuffer>;
}

/**
 * Events down: the handlers of one connection. Each returns a promise only when the code behind it went asynchronous;
 * the gateway then holds the next event back until it settles. None but {@linkcode PeerEvents.suspend} and
 * {@linkcode PeerEvents.resume} ever throws or rejects.
 */
export interface PeerEvents {
  open(): void | Promise<void>;
  /**
   * The payload is `bytes[start, end)`, valid until the handler has settled. Of a request (`FORM.REQUEST`) the first four
   * bytes are its number, little-endian, and the payload follows them.
   */
  message(form: MessageForm, bytes: Uint8Array<ArrayBuffer>, start: number, end: number): void | Promise<void>;
  /**
   * May the client subscribe to this topic? Like a handler: others wait until it settles. A hook that fails is a failed
   * handler, and a no.
   */
  subscribe(topic: string): Awaitable<boolean>;
  /** Is this token good, and for how long? Asked before `open`, where the descriptor says `hasAuthenticate`; the same. */
  authenticate(token: string): Awaitable<boolean | Admission>;
  /**
   * The same for the messages of a chunk that `walk.next()` gives, one after the other, up to one whose handler is pending:
   * then the promise is of that one, and the walk still stands on it. May be left out.
   */
  messages?(walk: MessageWalk): void | Promise<void>;
  drain(): void | Promise<void>;
  close(info: CloseInfo): void | Promise<void>;
  /** At once, also while a handler is pending: the client is gone or going. */
  abort(reason: DOMException): void;
  /**
   * For code that takes events before it has handled those it has: gives back what it has not begun, and resolves when
   * no handler is pending. Never rejects.
   */
  halt?(): Promise<void>;
  /** For such code: the handler that is pending is no longer waited for. */
  abandon?(): void;
  /**
   * Other code is about to take the peer over: what that needs to know, cloned. Called between two handlers; when it
   * throws or rejects, with what the code threw, the peer stays with this code.
   */
  suspend(): Awaitable<unknown>;
  /**
   * In place of `open`, first: this code takes over a peer that is open. When it throws or rejects, with what the code
   * threw, the peer goes back to the code before.
   */
  resume(state: unknown, reason: ResumeReason): Awaitable<void>;
  /** Last: whoever of this code still has the peer can do nothing with it any more, and its signal is aborted. */
  revoke(reason: DOMException): void;
}

/** Where route code runs: in the gateway's isolate, on a thread of its own, or in a process with rights of its own. */
export type RuntimeKind = "inline" | "worker" | "process";

/** How code in a place of its own is. */
export interface RuntimeStatus {
  readonly kind: RuntimeKind;
  readonly patterns: readonly string[];
  /** `up`; `down`, to be started again; `quarantined`, not to be; `asleep`, until something happens. */
  readonly state: "up" | "down" | "quarantined" | "asleep";
  /** How often it has been started again, or woken up. */
  readonly restarts: number;
  /** Bytes of messages that it was given and has not handled. */
  readonly unsettledBytes: number;
  /** Bytes of memory that its process said last that it uses. */
  readonly memoryBytes?: number;
  /** True for code that stays while deployments come and go. */
  readonly isPlugin?: boolean;
}

/** A place where route code runs. */
export interface RouteRuntime {
  readonly kind: RuntimeKind;
  readonly descriptors: readonly RouteDescriptor[];
  /** What `peer.deployment` says there. */
  readonly deployment?: string | undefined;
  /** Runs every route's `start`. Rejects, naming the file, when one fails; those already started are stopped. */
  start(): Promise<void>;
  /** Runs every route's `stop`. */
  stop(): Promise<void>;
  /** Resolves when no `upgrade` and no `exchange` is under way. */
  idle(): Promise<void>;
  /**
   * For code that may end by itself: it serves for good. From now on its end is mended by a restart; until then it is the
   * failure of whoever is about to put it in its place, which {@linkcode RouteRuntime.broken} tells.
   */
  commit?(): void;
  /** How the code is, where it is in a place of its own. */
  status?(): RuntimeStatus | undefined;
  /** Resolves, with the reason, when the code ends before it serves for good. */
  readonly broken?: Promise<Error> | undefined;
  /** Asked only when the descriptor says `hasUpgrade`. Never rejects: a failing hook is a 500 response. */
  upgrade(route: number, question: UpgradeQuestion): Awaitable<UpgradeDecision>;
  /** Ordinary HTTP. Never rejects: a failing handler is a 500 response. */
  exchange(
    route: number,
    request: Request,
    params: Readonly<Record<string, string>>,
    remoteAddress: string,
  ): Promise<Response>;
  /** A connection was accepted at the route with this index in `descriptors`. */
  attach(route: number, commands: PeerCommands): PeerEvents;
}
