/**
 * `SockeyeSocket`: a `WebSocket` that comes back.
 *
 * @module
 */
import { SUBPROTOCOL, TOKEN_PREFIX } from "../subprotocol/v1.ts";
import { createBackoff } from "./backoff.ts";
import { closed, unsupported } from "./client_error.ts";
import { SYSTEM_CLOCK } from "./clock.ts";
import { afterClose } from "./close_code.ts";
import { emit, messageEvent, type SocketEventMap } from "./events.ts";
import { createLink, type Ending, FAILED, type Link, type SocketConstructor } from "./link.ts";
import { CLIENT_DEFAULTS, type ClientOptions, type Options, type UrlSource } from "./options.ts";
import { Outbox, type RequestOptions } from "./outbox.ts";
import { type Page, pageHere, type PageSign } from "./page.ts";
import { CLOSED, CLOSING, CONNECTING, OPEN } from "./ready_state.ts";
import type { Subscription, SubscriptionOptions } from "./subscription.ts";
import { createSubscriptions } from "./subscriptions.ts";
import { createTransportChoice, type Transport, TRANSPORTS } from "./transports.ts";
import { createUnanswered } from "./unanswered.ts";
import { base64Url, socketUrl } from "./url.ts";
import { byteLengthOf, payloadOf, type Received, type Sendable, type ServerMessage } from "./wire.ts";

/** Time for an answer where a page has been away: it may have lost its network. */
const PROBE_MS = 3_000;

/**
 * A `WebSocket` that comes back, and, where the server speaks `sockeye.v1`, subscribes and asks.
 *
 * `readyState` is `CONNECTING` while it is away, `open` happens each time it is connected, and `close` once, when it is
 * over. Its events are in {@linkcode SocketEventMap}; docs/CLIENT.md says what is guaranteed.
 *
 * @typeParam Outgoing what `sendJson` and `requestJson` take; {@linkcode connect} has it from the route.
 */
export class SockeyeSocket<Outgoing = unknown> extends EventTarget implements WebSocket {
  /** Not connected: not yet, or not at the moment. */
  static readonly CONNECTING = 0;
  /** Connected. */
  static readonly OPEN = 1;
  /** `close` has been called. */
  static readonly CLOSING = 2;
  /** It is over. */
  static readonly CLOSED = 3;
  /** As the static one. */
  readonly CONNECTING = 0;
  /** As the static one. */
  readonly OPEN = 1;
  /** As the static one. */
  readonly CLOSING = 2;
  /** As the static one. */
  readonly CLOSED = 3;
  /** As what bytes are received. */
  binaryType: BinaryType = "blob";
  /** Listener of `open`. */
  declare onopen: ((this: WebSocket, event: Event) => unknown) | null;
  /** Listener of `message`. */
  declare onmessage: ((this: WebSocket, event: MessageEvent) => unknown) | null;
  /** Listener of `error`. */
  declare onerror: ((this: WebSocket, event: Event) => unknown) | null;
  /** Listener of `close`. */
  declare onclose: ((this: WebSocket, event: CloseEvent) => unknown) | null;

  readonly #source: UrlSource;
  readonly #page: Page;
  readonly #options: Options;
  readonly #backoff;
  readonly #choice;
  readonly #unanswered = createUnanswered();
  readonly #outbox;
  readonly #topics;
  readonly #unwatch;
  #url = "";
  #readyState: 0 | 1 | 2 | 3 = CONNECTING;
  #link: Link | undefined;
  /** Number of the latest attempt: what others bring about does not count. */
  #latest = 0;
  #hasBeenOpen = false;
  /** NaN: it is not. */
  #openedAt = NaN;
  #isWaiting = false;
  /** Of the latest attempt, once it has one. */
  #transport: Transport | undefined;
  #isRefused = false;
  #cancelWait: (() => void) | undefined;

  /**
   * Connects.
   *
   * @param url of the route; relative to the page in a browser.
   * @param options or subprotocols, as a `WebSocket` takes them.
   * @throws {TypeError} when the URL is none, or nothing of `transports` is possible on this platform.
   */
  constructor(url: UrlSource, options: ClientOptions | string | readonly string[] = {}) {
    super();
    // A text or a list has one, options have none.
    const isProtocols = (options as string).length !== undefined;
    const given = isProtocols ? { protocols: [options].flat() } : options as ClientOptions;
    const all = this.#options = {
      clock: SYSTEM_CLOCK,
      random: Math.random,
      WebSocket: globalThis.WebSocket,
      ...CLIENT_DEFAULTS,
      ...given,
    } as unknown as Options;
    const { transports = all.isPlain ? ["websocket"] : TRANSPORTS } = all;
    const possible = transports.filter((transport) => transport !== "websocket" || all.WebSocket);
    if (!possible[0]) throw new TypeError("no WebSocket");
    this.#source = url;
    if (typeof url !== "function") this.#url = socketUrl(url);
    this.#page = all.page ?? pageHere(all);
    this.#backoff = createBackoff(all);
    this.#choice = createTransportChoice(possible, all);
    this.#outbox = new Outbox(this.#unanswered, all);
    this.#topics = createSubscriptions({
      unanswered: this.#unanswered,
      terms: all,
      openLink: () => this.#readyState === OPEN ? this.#link : undefined,
      ask: (...question) => this.#ask(...question),
    });
    for (const type of ["open", "message", "error", "close"] as const) {
      this[`on${type}`] = null;
      this.addEventListener(type, (event) => this[`on${type}`]?.(event as MessageEvent & CloseEvent));
    }
    this.#unwatch = this.#page.watch((sign) => this.#heed(sign));
    this.#connect();
  }

  /** Where it connects to; empty until a function has said it. */
  get url(): string {
    return this.#url;
  }

  /** `CONNECTING` also while it is away. */
  get readyState(): 0 | 1 | 2 | 3 {
    return this.#readyState;
  }

  /** Bytes that wait to be sent: for a connection, or in it. */
  get bufferedAmount(): number {
    return this.#outbox.bufferedBytes + (this.#link?.socket.bufferedAmount ?? 0);
  }

  /** The subprotocol of the connection: `sockeye.v1`, unless the server does not speak it. */
  get protocol(): string {
    return this.#link?.socket.protocol ?? "";
  }

  /** The extensions of the connection. */
  get extensions(): string {
    return this.#link?.socket.extensions ?? "";
  }

  /** What carries the connection; undefined while there is none. */
  get transport(): Transport | undefined {
    return isNaN(this.#openedAt) ? undefined : this.#transport;
  }

  /**
   * Sends a message to the route; while there is no connection, as soon as there is one, in order. Once it is closing,
   * nothing is sent.
   *
   * @throws {DOMException} `QuotaExceededError` when more than `maxBufferedBytes` wait for a connection.
   */
  send(data: Sendable): void {
    if (this.#readyState <= OPEN) this.#outbox.send(payloadOf(data));
  }

  /**
   * Brings another token on the connection that is there, so that the server lets it stay when the one before expires.
   * Nothing is brought while there is none: the next one begins with what `token` gives.
   */
  auth(token: string): void {
    if (this.#readyState === OPEN) this.#link!.tell(["auth", token]);
  }

  /** Sends a value as JSON. */
  sendJson(value: Outgoing): void {
    this.send(JSON.stringify(value));
  }

  /**
   * Sends a message to the route, and resolves with what it replies; with undefined when it replies nothing.
   *
   * @throws {SockeyeError} what the server says against it; `lost` when the connection breaks before the answer comes:
   * the message may have been handled, or not.
   * @throws {DOMException} `TimeoutError`, `QuotaExceededError`, or what `signal` is aborted with.
   */
  async request(data: Sendable, options?: RequestOptions): Promise<Received | undefined> {
    const { header, payload } = await this.#ask(payloadOf(data), (id) => ["req", id], options);
    return header[0] === "rep" ? payload : undefined;
  }

  /** Sends a value as JSON, and resolves with the reply, which is JSON too; with undefined when there is none. */
  async requestJson<Reply = unknown>(value: Outgoing, options?: RequestOptions): Promise<Reply> {
    const reply = await this.request(JSON.stringify(value), options);
    return reply && JSON.parse(reply as string);
  }

  /**
   * Subscribes to a topic, now or as soon as there is a connection, and again after each reconnect.
   *
   * @throws {SockeyeError} `unsupported` when the server does not speak `sockeye.v1`; `closed` when it is over.
   */
  subscribe(topic: string, options: SubscriptionOptions = {}): Subscription {
    if (this.#readyState > OPEN) throw closed();
    if (this.#readyState === OPEN && this.#link!.hasNoHeaders()) throw unsupported();
    return this.#topics.add(topic, options);
  }

  /** Tries to connect now, instead of at the end of the wait. Nothing happens while it is connected, or tries already. */
  reconnect(): void {
    if (this.#isWaiting) this.#connect();
  }

  /**
   * Ends it for good: `close` follows. What waits for a connection is dropped.
   *
   * @param code 1000, or 3000 to 4999.
   * @param reason at most 123 bytes of UTF-8.
   * @throws {DOMException} `InvalidAccessError` for others.
   */
  close(code?: number, reason = ""): void {
    if ((code && code !== 1000 && (code < 3000 || code > 4999)) || byteLengthOf(reason) > 123) {
      throw new DOMException(`${code} ${reason}`, "InvalidAccessError");
    }
    if (this.#readyState > OPEN) return;
    this.#readyState = CLOSING;
    this.#latest++;
    if (!this.#link) queueMicrotask(() => this.#stop({ code: code || 1005, reason, wasClean: false }));
    else if (code) this.#link.socket.close(code, reason);
    // Chromium takes an undefined code for 0.
    else this.#link.socket.close();
  }

  async #connect(): Promise<void> {
    const attempt = ++this.#latest;
    const options = this.#options;
    const { token, tokenIn, protocols = [], isPlain, fallback = pollSocketOf } = options;
    this.#cancelWait?.();
    this.#isWaiting = false;
    this.#transport = undefined;
    try {
      const url = typeof this.#source === "function" ? socketUrl(await this.#source()) : this.#url;
      const secret = typeof token === "function" ? await token({ isRefused: this.#isRefused }) : token;
      if (attempt !== this.#latest) return;
      this.#url = url;
      const isOffered = secret !== undefined && tokenIn === "subprotocol";
      const offered = [...protocols];
      if (isOffered) offered.unshift(TOKEN_PREFIX + base64Url(secret));
      if (!isPlain) offered.unshift(SUBPROTOCOL);
      const [transport, limitMs] = this.#choice.choose();
      this.#transport = transport;
      // From here to `hello`, what has to be loaded for it included.
      this.#cancelWait = options.clock.setTimer(() => {
        if (this.#link) return this.#link.cutOff("no answer");
        this.#latest++;
        this.#ended(FAILED);
      }, limitMs);
      const Socket = transport === "websocket" ? options.WebSocket : await fallback(transport);
      if (attempt !== this.#latest) return;
      this.#link = createLink(new Socket(url, offered), options, isOffered ? undefined : secret, {
        hasOpened: (peer) => this.#opened(peer),
        message: (message) => this.#take(message),
        error: ({ error }) => emit(this, "error", { error }),
        ended: (ending) => this.#ended(ending),
      });
    } catch (error) {
      if (attempt === this.#latest) emit(this, "error", { error });
      if (attempt === this.#latest) this.#ended(FAILED);
    }
  }

  #opened(peer: string): void {
    if (this.#readyState !== CONNECTING) return;
    this.#readyState = OPEN;
    const isReconnect = this.#hasBeenOpen;
    this.#hasBeenOpen = true;
    this.#cancelWait?.();
    this.#openedAt = this.#options.clock.now();
    this.#choice.worked();
    this.#isRefused = false;
    this.#outbox.attach(this.#link!);
    emit(this, "open", { isReconnect, peer });
    this.#proceed();
  }

  /** There is room, or something has changed: what waits goes on. */
  #proceed(): void {
    if (this.#readyState !== OPEN) return;
    this.#topics.ask();
    this.#outbox.flush();
  }

  #take(message: ServerMessage): void {
    const { header, payload } = message;
    const [kind, id, topic, key, state] = header;
    if (typeof id === "number") {
      this.#unanswered.answer(id, message);
      return this.#proceed();
    }
    const value = () => typeof payload === "string" || this.binaryType !== "blob" ? payload : new Blob([payload]);
    const change = { change: id, topic, key, state };
    if (!kind || !this.#topics.takeIn(header, value, change)) {
      // Without a subscription of ours, the route itself has subscribed us, or has us watch.
      if (kind === "presence") emit(this, kind, change);
      else if (!kind || kind === "pub") emit(this, "", { topic: id }, messageEvent(value()));
    }
  }

  #ended(ending: Ending): void {
    this.#link = undefined;
    this.#outbox.detach();
    this.#topics.detach();
    this.#unanswered.endAll();
    const livedMs = this.#options.clock.now() - this.#openedAt;
    // An end with a Close frame says that the transport works; one of a page that is away says nothing.
    const hasFailed = this.#transport && isNaN(livedMs) && !ending.wasClean && !this.#page.isAway();
    const waitMs = this.#readyState === CLOSING
      ? undefined
      : hasFailed && this.#choice.moveOn()
      ? 0
      : this.#backoff.waitAfter(ending.code, livedMs);
    this.#openedAt = NaN;
    if (waitMs === undefined) return this.#stop(ending);
    this.#isRefused = afterClose(ending.code) === "refresh";
    this.#readyState = CONNECTING;
    this.#wait(waitMs);
    emit(this, "away", { ...ending, waitMs: this.#page.isAway() ? undefined : waitMs });
  }

  #wait(waitMs: number): void {
    this.#isWaiting = true;
    this.#cancelWait?.();
    if (!this.#page.isAway()) this.#cancelWait = this.#options.clock.setTimer(() => this.#connect(), waitMs);
  }

  #heed(sign: PageSign): void {
    if (sign === "leave") this.#link?.cutOff("page left");
    else if (this.#isWaiting) this.#wait(this.#backoff.nudge());
    else if (!this.#page.isAway()) this.#link?.probe(PROBE_MS);
  }

  #stop(ending: Ending): void {
    this.#readyState = CLOSED;
    this.#isWaiting = false;
    this.#cancelWait?.();
    this.#unwatch();
    this.#outbox.stop();
    this.#topics.stop();
    emit(this, "close", ending);
  }

  async #ask(...question: Parameters<Outbox["ask"]>): Promise<ServerMessage> {
    if (this.#readyState > OPEN) throw closed();
    return await this.#outbox.ask(...question);
  }
}

/** The listeners of its events. */
export interface SockeyeSocket<Outgoing> {
  /** Has a listener called for each event of this type. */
  addEventListener<Type extends keyof SocketEventMap>(
    type: Type,
    listener: (this: WebSocket, event: SocketEventMap[Type]) => unknown,
    options?: boolean | AddEventListenerOptions,
  ): void;
  /** Has a listener called for each event of this type. */
  addEventListener(
    type: string,
    listener: EventListenerOrEventListenerObject | null,
    options?: boolean | AddEventListenerOptions,
  ): void;
}

async function pollSocketOf(transport: Exclude<Transport, "websocket">): Promise<SocketConstructor> {
  return (await import("./poll_socket.ts")).pollSocket({ transport });
}
