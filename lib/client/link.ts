/**
 * One connection: from `new WebSocket` over `hello` to its end.
 *
 * @module
 */
import type { ClientHeader } from "../subprotocol/mod.ts";
import { SUBPROTOCOL } from "../subprotocol/v1.ts";
import type { Clock } from "./clock.ts";
import { createHeartbeat, type Heartbeat, type HeartbeatTerms } from "./heartbeat.ts";
import { type Payload, readServerMessage, type Received, type ServerMessage, withHeader } from "./wire.ts";

/** The part of a `WebSocket` that is used. */
export interface SocketLike {
  /** `arraybuffer` is set. */
  binaryType: string;
  /** 1 while it is open. */
  readonly readyState: number;
  /** Bytes that wait to be sent. */
  readonly bufferedAmount: number;
  /** The subprotocol that the server chose. */
  readonly protocol: string;
  /** The extensions that the server chose. */
  readonly extensions: string;
  /** Sends a message. */
  send(data: string | Uint8Array<ArrayBuffer> | Blob): void;
  /** Begins the closing handshake. */
  close(code?: number, reason?: string): void;
  /** `open`, `message`, `error`, `close`. */
  addEventListener(type: string, listener: (event: object) => void): void;
}

/** A class such as `WebSocket`, or the one that the package `ws` exports. */
export type SocketConstructor = new (url: string, protocols: string[]) => SocketLike;

/** How a connection ended, or an attempt at one. */
export interface Ending {
  readonly code: number;
  readonly reason: string;
  readonly wasClean: boolean;
}

/** How long things may take. */
export interface LinkTerms extends HeartbeatTerms {
  readonly clock: Clock;
  /** From the first byte to `hello`. */
  readonly connectTimeoutMs: number;
}

/** What happens to a connection. `ended` comes once, last, and for certain. */
export interface LinkEvents {
  /** @param peer its id; empty where the server does not speak `sockeye.v1`. */
  hasOpened(peer: string): void;
  message(message: ServerMessage): void;
  error(event: { readonly error?: unknown }): void;
  ended(ending: Ending): void;
}

/** One connection: follows a socket from its construction on. The token is sent before anything else. */
export class Link {
  /** The socket under it, for what is told of it. */
  readonly socket: SocketLike;
  readonly #terms: LinkTerms;
  readonly #events: LinkEvents;
  readonly #cancel: () => void;
  readonly #noAnswer = () => this.cutOff("no answer");
  #heartbeat: Heartbeat | undefined;
  #isOpen = false;
  #isOver = false;

  constructor(socket: SocketLike, terms: LinkTerms, token: string | undefined, events: LinkEvents) {
    this.socket = socket;
    this.#terms = terms;
    this.#events = events;
    this.#cancel = terms.clock.setTimer(this.#noAnswer, terms.connectTimeoutMs);
    socket.binaryType = "arraybuffer";
    socket.addEventListener("open", () => {
      if (this.#isOver) return;
      if (this.hasNoHeaders()) this.#opened("");
      else if (token !== undefined) this.tell(["auth", token]);
    });
    socket.addEventListener("message", (event) => this.#isOver || this.#take((event as MessageEvent<Received>).data));
    socket.addEventListener("error", (event) => this.#isOver || events.error(event));
    socket.addEventListener("close", (event) => this.#end(event as CloseEvent));
  }

  /** Messages are as they are: the server does not speak `sockeye.v1`. */
  hasNoHeaders(): boolean {
    return this.socket.protocol !== SUBPROTOCOL;
  }

  /** It is open, and nobody has begun to close it. */
  isWritable(): boolean {
    return this.#isOpen && this.socket.readyState === 1;
  }

  /** Sends a message with this header. */
  send(payload: Payload, header?: ClientHeader): void {
    this.socket.send(this.hasNoHeaders() ? payload : withHeader(payload, header));
  }

  /** Sends a header without a payload. */
  tell(header: ClientHeader): void {
    this.socket.send(JSON.stringify(header));
  }

  /** Asks whether the server is there, and gives up after this time. */
  probe(timeoutMs: number): void {
    if (this.isWritable()) this.#heartbeat?.probe(timeoutMs);
  }

  /** Ends it without waiting for anybody. */
  cutOff(reason: string): void {
    this.#end({ code: 1006, reason, wasClean: false });
    this.socket.close();
  }

  #take(received: Received): void {
    if (this.hasNoHeaders()) return this.#events.message({ header: [], payload: received });
    this.#heartbeat?.heard();
    let message: ServerMessage;
    try {
      message = readServerMessage(received);
    } catch {
      return this.cutOff("no header");
    }
    const [kind, peer] = message.header;
    if (this.#isOpen) this.#events.message(message);
    else if (kind === "hello") this.#opened(peer);
  }

  #opened(peer: string): void {
    this.#cancel();
    this.#isOpen = true;
    if (!this.hasNoHeaders()) {
      this.#heartbeat = createHeartbeat(this.#terms, () => this.tell(["ping"]), this.#noAnswer);
    }
    this.#events.hasOpened(peer);
  }

  #end({ code, reason, wasClean }: Ending): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#cancel();
    this.#heartbeat?.stop();
    // Deno says 0 of a handshake that failed.
    this.#events.ended({ code: code || 1006, reason, wasClean });
  }
}
