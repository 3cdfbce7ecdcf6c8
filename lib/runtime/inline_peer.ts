/**
 * The peer an inline handler sees: checks what it is asked for and passes it to the connection.
 *
 * @module
 */
import { isUserCloseCode, MAX_CONTROL_BYTES, MAX_REASON_BYTES, USER_CLOSE_CODES, utf8Bytes } from "../frame/mod.ts";
import type { Peer, Sendable, TransportName } from "../route/mod.ts";
import type { PeerCommands } from "../route/table.ts";
import { checkContext } from "./context_check.ts";
import { DONE } from "./pending.ts";
import { requestOf, urlOf } from "../route/table.ts";

/** What all peers of one runtime have in common. */
export interface PeerSetting {
  readonly deployment: string;
  /** Checks contexts whole, and copies what is sent, so that views can be overwritten at once. */
  readonly isDevelopment: boolean;
}

/** One peer. What an idle one does not need (URL, Request, AbortController) is made when it is first asked for. */
export class InlinePeer implements Peer {
  readonly #commands: PeerCommands;
  readonly #setting: PeerSetting;
  #url: URL | undefined;
  #request: Request | undefined;
  #abort: AbortController | undefined;
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
    return this.#commands.topics;
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
    return this.#commands.send(typeof data === "string" ? data : this.#checked("send", data));
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

  // Not `async`: a topic that is not allowed must fail the handler even when nobody awaits the promise.
  subscribe(topic: string): Promise<void> {
    this.#commands.subscribe(checkedTopic("subscribe", topic));
    return DONE;
  }

  unsubscribe(topic: string): void {
    this.#commands.unsubscribe(checkedTopic("unsubscribe", topic));
  }

  publish(topic: string, data: Sendable, options?: { readonly self?: boolean }): Promise<void> {
    const payload = typeof data === "string" ? data : this.#checked("publish", data);
    this.#commands.publish(checkedTopic("publish", topic), payload, options?.self === true);
    return DONE;
  }

  drained(): Promise<void> {
    return this.#commands.drained();
  }

  #checked(method: string, data: ArrayBuffer | ArrayBufferView): Sendable {
    checkBinary(`peer.${method}`, data);
    if (!this.#setting.isDevelopment) return data;
    // A view of a message is overwritten when its handler ends, which may be before the bytes are written.
    return ArrayBuffer.isView(data) ? bytesOf(data).slice() : data.slice(0);
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

  /** Why the signal was aborted; undefined while it is not. */
  static abortReason(peer: InlinePeer): DOMException | undefined {
    return peer.#reason;
  }
}

const EMPTY = new Uint8Array(0);
const encoder = new TextEncoder();

/**
 * Refuses what cannot be a message.
 *
 * @throws {TypeError} that names what it was.
 */
export function checkBinary(method: string, data: unknown): void {
  if (ArrayBuffer.isView(data) || data instanceof ArrayBuffer) return;
  const isObject = typeof data === "object" && data !== null && !(data instanceof Blob);
  throw new TypeError(
    `${method} takes a string, an ArrayBuffer or a view of one, not ${kindOf(data)}` +
      (isObject ? "; JSON.stringify makes a string of it" : ""),
  );
}

function checkedTopic(method: string, topic: unknown): string {
  if (typeof topic === "string") return topic;
  throw new TypeError(`peer.${method} takes the topic's name as a string, not ${kindOf(topic)}`);
}

function bytesOf(view: ArrayBufferView): Uint8Array {
  return new Uint8Array(view.buffer, view.byteOffset, view.byteLength);
}

function kindOf(value: unknown): string {
  if (value === null || value === undefined) return String(value);
  if (typeof value === "object") return `an object of type ${value.constructor?.name ?? "Object"}`;
  return `${String(value)} (a ${typeof value})`;
}
