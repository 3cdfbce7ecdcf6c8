/**
 * The peer an inline handler sees: checks what it is asked for and passes it to the connection.
 *
 * @module
 */
import {
  isUserCloseCode,
  MAX_CONTROL_BYTES,
  MAX_REASON_BYTES,
  type Payload,
  USER_CLOSE_CODES,
  utf8Bytes,
  viewOf,
} from "../frame/mod.ts";
import type { Peer, PeerPresence, Sendable, Subscribed, SubscribeOptions, TransportName } from "../route/mod.ts";
import type { PeerCommands } from "../route/table.ts";
import { checkContext } from "./context_check.ts";
import { InlineMessage } from "./inline_message.ts";
import { InlinePresence } from "./inline_presence.ts";
import { DONE, refused, SUBSCRIBED, unheard } from "./pending.ts";
import { requestOf, urlOf } from "../route/table.ts";
import { kindOf, payloadOf } from "./sendable.ts";
import { checkSubscribeOptions } from "./subscribe_options.ts";
import { checkTopicName, checkTopicText } from "./topic_name.ts";

/** What all peers of one runtime have in common. */
export interface PeerSetting {
  readonly deployment: string;
  /** Checks contexts whole, and copies what is sent, so that views can be overwritten at once. */
  readonly isDevelopment: boolean;
}

/** One peer. What an idle one does not need (URL, Request, presence …) is made when it is first asked for. */
export class InlinePeer implements Peer {
  #commands: PeerCommands;
  readonly #setting: PeerSetting;
  #url: URL | undefined;
  #request: Request | undefined;
  #abort: AbortController | undefined;
  #presence: InlinePresence | undefined;
  #reason: DOMException | undefined;
  #isOver = false;

  constructor(commands: PeerCommands, setting: PeerSetting) {
    this.#commands = commands;
    this.#setting = setting;
  }

  get id(): string {
    return this.#commands.id;
  }

  get url(): URL {
    return this.#url ??= urlOf(this.#commands.request);
  }

  get params(): Readonly<Record<string, string>> {
    return this.#commands.params;
  }

  get request(): Request {
    return this.#request ??= requestOf(this.#commands.request);
  }

  get remoteAddress(): string {
    return this.#commands.request.remoteAddress;
  }

  get subprotocol(): string {
    return this.#commands.subprotocol;
  }

  get context(): unknown {
    return this.#commands.context;
  }

  set context(value: unknown) {
    checkContext(value, this.#setting.isDevelopment);
    this.#commands.context = value;
  }

  get topics(): ReadonlySet<string> {
    return this.#commands.topics.names;
  }

  get presence(): PeerPresence {
    return this.#presence ??= new InlinePresence(() => this.#commands.topics);
  }

  get transport(): TransportName {
    return this.#commands.transport;
  }

  get bufferedAmount(): number {
    return this.#commands.bufferedAmount;
  }

  get signal(): AbortSignal {
    if (this.#abort === undefined) {
      this.#abort = new AbortController();
      if (this.#reason !== undefined) this.#abort.abort(this.#reason);
    }
    return this.#abort.signal;
  }

  get deployment(): string {
    return this.#setting.deployment;
  }

  send(data: Sendable): boolean {
    if (typeof data === "string") {
      const message = InlineMessage.whoseText(data);
      if (message === undefined || this.#setting.isDevelopment) return this.#commands.send(data);
      return InlineMessage.forward(message, this.#commands, false);
    }
    if (InlineMessage.isOne(data)) return InlineMessage.forward(data, this.#commands, this.#setting.isDevelopment);
    const payload = payloadOf("peer.send", data);
    // A view of a message is overwritten when its handler ends, which may be before the bytes are written.
    const isCopied = this.#setting.isDevelopment && typeof payload !== "string";
    return this.#commands.send(isCopied ? viewOf(payload).slice() : payload);
  }

  ping(payload: string | Uint8Array = EMPTY): void {
    if (typeof payload !== "string" && !(payload instanceof Uint8Array)) {
      throw new TypeError(`peer.ping takes a string or a Uint8Array, not ${kindOf(payload)}`);
    }
    const bytes = typeof payload === "string" ? encoder.encode(payload) : payload;
    // RFC 6455 §5.5: all control frames MUST have a payload length of 125 bytes or less.
    if (bytes.byteLength > MAX_CONTROL_BYTES) {
      throw new RangeError(`peer.ping takes at most ${MAX_CONTROL_BYTES} bytes, not ${bytes.byteLength}`);
    }
    this.#commands.ping(bytes);
  }

  close(code = 1000, reason = ""): void {
    if (!isUserCloseCode(code)) {
      throw new TypeError(`peer.close takes the codes ${USER_CLOSE_CODES}, not ${kindOf(code)}`);
    }
    if (typeof reason !== "string") throw new TypeError(`peer.close takes a string as reason, not ${kindOf(reason)}`);
    const bytes = utf8Bytes(reason);
    if (bytes > MAX_REASON_BYTES) {
      throw new TypeError(`peer.close takes a reason of at most ${MAX_REASON_BYTES} bytes of UTF-8, not ${bytes}`);
    }
    this.#isOver = true;
    this.#commands.close(code, reason);
  }

  terminate(): void {
    this.#isOver = true;
    this.#commands.terminate();
  }

  // Not `async`: misuse must fail the handler even when nobody awaits the promise. What only the gateway knows fails the
  // promise, as it does where the gateway is elsewhere.
  subscribe(topic: string, options?: SubscribeOptions): Promise<Subscribed> {
    const name = checkTopicName("subscribe", topic);
    const where = checkSubscribeOptions(options);
    try {
      const begun = this.#commands.topics.subscribe(name, where);
      if (begun instanceof Promise) return unheard(begun);
      return begun.recovered || begun.position !== undefined ? Promise.resolve(begun) : SUBSCRIBED;
    } catch (error) {
      return refused(error);
    }
  }

  unsubscribe(topic: string): void {
    this.#commands.topics.unsubscribe(checkTopicName("unsubscribe", topic));
  }

  publish(topic: string, data: Sendable, options?: { readonly self?: boolean }): Promise<void> {
    // The characters of the name are the hub's affair: this is called for each message of many a route.
    const name = checkTopicText("publish", topic);
    const payload = payloadOf("peer.publish", data);
    try {
      const stored = this.#commands.topics.publish(name, payload, options?.self === true);
      return stored === undefined ? DONE : unheard(stored);
    } catch (error) {
      if (error instanceof TypeError) throw error;
      return refused(error);
    }
  }

  drained(): Promise<void> {
    return this.#commands.drained();
  }

  /** Answers a request; without an answer it is acknowledged. */
  static reply(peer: InlinePeer, request: number, data: Payload | undefined): void {
    // As in `send`: a view of a message is overwritten when its handler ends.
    const isCopied = peer.#setting.isDevelopment && data !== undefined && typeof data !== "string";
    peer.#commands.reply(request, isCopied ? viewOf(data).slice() : data);
  }

  /**
   * True when nothing but `close` may reach the handlers: closing, terminated or failed. Not because the client has
   * gone: what it sent before that is delivered.
   */
  static isOver(peer: InlinePeer): boolean {
    return peer.#isOver;
  }

  /** From now on only `close` reaches the handlers. */
  static end(peer: InlinePeer): void {
    peer.#isOver = true;
  }

  /** The client is gone: aborts the signal. The first reason stays. */
  static abort(peer: InlinePeer, reason: DOMException): void {
    if (peer.#reason !== undefined) return;
    peer.#reason = reason;
    peer.#abort?.abort(reason);
  }

  /** The peer belongs to other code from now on: nothing that is asked of it here is done. */
  static revoke(peer: InlinePeer, commands: PeerCommands, reason: DOMException): void {
    peer.#commands = commands;
    InlinePeer.end(peer);
    InlinePeer.abort(peer, reason);
  }

  /** Why the signal was aborted; undefined while it is not. */
  static abortReason(peer: InlinePeer): DOMException | undefined {
    return peer.#reason;
  }
}

const EMPTY = new Uint8Array(0);
const encoder = new TextEncoder();
