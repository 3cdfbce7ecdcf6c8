/**
 * A socket over HTTP requests, for where there can be no WebSocket: docs/TRANSPORTS.md.
 *
 * @module
 */
import { type Clock, SYSTEM_CLOCK } from "./clock.ts";
import { emit, messageEvent } from "./events.ts";
import type { SocketConstructor, SocketLike } from "./link.ts";
import { call, type Fetch, type PollExchange, told } from "./poll_exchange.ts";
import { closePayload, FrameFault, FrameReader, maskedFrame, OPCODE } from "./poll_frames.ts";
import { PollStreams, type Session, type StreamTerms } from "./poll_streams.ts";
import { CLOSED, CLOSING, CONNECTING, OPEN } from "./ready_state.ts";
import { byteLengthOf, type Payload } from "./wire.ts";

export type { Fetch, PollExchange };

/** How to poll. */
export interface PollOptions {
  /** `long-poll`: the server answers when there is something; `poll`: at once. */
  readonly transport: "long-poll" | "poll";
  /** With `poll`: how often the server is asked, in milliseconds. Default: 1 000. */
  readonly intervalMs?: number;
  /** What makes the requests. Default: `fetch` of the platform. */
  readonly fetch?: Fetch;
  /** For tests: the time. */
  readonly clock?: Clock;
  /** For tests: from 0 to 1. Default: `Math.random`. */
  readonly random?: () => number;
  /** Is told of each HTTP exchange when it is over. The server then says how long the heads of requests are. */
  readonly onExchange?: (exchange: PollExchange) => void;
}

/** Where all of it is. */
const PATH = "/_sockeye/poll";

/** Time for the answer that begins a session. */
const BEGIN_MS = 10_000;

/** Time for the server's answer to our Close frame. */
const CLOSE_MS = 10_000;

/**
 * A class of sockets that poll, to be used as `WebSocket` is.
 *
 * @example
 * ```ts ignore
 * import { pollSocket } from "sockeye/client/poll";
 *
 * const LongPollSocket = pollSocket({ transport: "long-poll" });
 * const socket = new LongPollSocket("wss://example.com/chat", ["sockeye.v1"]);
 * socket.addEventListener("message", (event) => console.log((event as MessageEvent).data));
 * ```
 */
export function pollSocket(options: PollOptions): SocketConstructor {
  return class extends PollSocket {
    constructor(url: string, protocols: string[] = []) {
      super(url, protocols, options);
    }
  };
}

/** One session. */
class PollSocket extends EventTarget implements SocketLike {
  binaryType = "blob";
  readyState: 0 | 1 | 2 | 3 = CONNECTING;
  protocol = "";
  readonly extensions = "";
  readonly #clock: Clock;
  readonly #reader: FrameReader;
  #streams: PollStreams | undefined;
  /** Bytes of Blobs that are not read yet, and of what was sent too late. */
  #otherBytes = 0;
  /** What cannot be sent before a Blob is read. */
  #blobs: Promise<void> | undefined;
  /** Of our Close frame, or of the one that is to be. */
  #ownCode = 1005;
  /** What the server's says. */
  #serverClose: readonly [code: number, reason: string] | undefined;
  #cancelClose = () => {};
  /** A page that is left tells nobody whether it comes back. */
  readonly #left = () => {
    this.#streams?.leave(false);
    this.#fail("the page was left");
  };

  constructor(url: string, protocols: readonly string[], options: PollOptions) {
    super();
    const { fetch = globalThis.fetch, clock = SYSTEM_CLOCK, random = Math.random, onExchange } = options;
    const { protocol, host, pathname, search } = new URL(url);
    const endpoint = `${protocol.replace("ws", "http")}//${host}${PATH}`;
    this.#clock = clock;
    this.#reader = new FrameReader({
      message: (content) => this.#give(content),
      ping: (payload) => this.#streams!.isEnding || this.#streams!.push(maskedFrame(OPCODE.pong, payload)),
      close: (code, reason) => this.#answerClose(code, reason),
    });
    const terms: StreamTerms = {
      clock,
      random,
      isLong: options.transport === "long-poll",
      intervalMs: options.intervalMs ?? 1_000,
      // The platform's `fetch` is called as a function: it wants no other object.
      call: (kind, terms) => call(endpoint, kind, terms, { fetch: (url, init) => fetch(url, init), clock, onExchange }),
    };
    const headers: Record<string, string> = {
      "Sockeye-Route": pathname + search,
      "Sockeye-Transport": options.transport,
    };
    if (protocols.length) headers["Sockeye-Protocol"] = protocols.join(", ");
    this.#open(terms, headers);
  }

  /** Bytes that the server has not acknowledged. */
  get bufferedAmount(): number {
    return this.#otherBytes + (this.#streams?.bufferedBytes ?? 0);
  }

  send(message: Payload): void {
    if (this.readyState === CONNECTING) throw new DOMException("it is not open", "InvalidStateError");
    if (this.readyState !== OPEN) {
      this.#otherBytes += byteLengthOf(message);
    } else if (message instanceof Blob) {
      this.#inTurn(message.size, async () => {
        const bytes = new Uint8Array(await message.arrayBuffer());
        return () => this.#streams!.push(maskedFrame(OPCODE.binary, bytes));
      });
    } else {
      const isText = typeof message === "string";
      const bytes = isText ? new TextEncoder().encode(message) : message;
      const frame = maskedFrame(isText ? OPCODE.text : OPCODE.binary, bytes);
      this.#afterBlobs(frame.length, () => this.#streams!.push(frame));
    }
  }

  close(code?: number, reason = ""): void {
    if (this.readyState >= CLOSING) return;
    this.readyState = CLOSING;
    this.#ownCode = code ?? 1005;
    if (!this.#streams) return queueMicrotask(() => this.#fail("it was closed before it was open"));
    this.#cancelClose = this.#clock.setTimer(() => {
      this.#streams!.leave(true);
      this.#fail("no answer to the close");
    }, CLOSE_MS);
    const frame = closeFrame(code, reason);
    this.#afterBlobs(0, () => this.#streams!.finish(frame, false));
  }

  async #open(terms: StreamTerms, headers: Record<string, string>): Promise<void> {
    const answer = await terms.call("begin", { headers, body: new Uint8Array(), timeoutMs: BEGIN_MS }).answer;
    const session = answer?.status === 201 ? sessionOf(answer.body) : undefined;
    if (!session) return this.#fail(`no session: ${told(answer)}`);
    const streams = new PollStreams(session, terms, {
      received: (bytes) => this.#read(bytes),
      finished: () => this.#gone(),
      gone: () => this.#gone(),
      failed: (why) => this.#fail(why),
    });
    if (this.readyState !== CONNECTING) return streams.abandon(closeFrame(1001, ""));
    this.#streams = streams;
    globalThis.addEventListener?.("pagehide", this.#left);
    this.protocol = session.subprotocol;
    this.readyState = OPEN;
    emit(this, "open", {});
    streams.start();
  }

  /** At once, unless a Blob that was sent before is still to be read. */
  #afterBlobs(size: number, act: () => void): void {
    if (this.#blobs) this.#inTurn(size, () => Promise.resolve(act));
    else act();
  }

  #inTurn(size: number, prepare: () => Promise<() => void>): void {
    this.#otherBytes += size;
    const turn = this.#blobs = (this.#blobs ?? Promise.resolve()).then(prepare).then((act) => {
      this.#otherBytes -= size;
      if (this.#blobs === turn) this.#blobs = undefined;
      if (this.readyState < CLOSED && !this.#streams!.isEnding) act();
    }).catch(() => this.#fail("a Blob cannot be read"));
  }

  #read(bytes: Uint8Array<ArrayBuffer>): void {
    try {
      this.#reader.take(bytes);
    } catch (error) {
      if (!(error instanceof FrameFault)) throw error;
      this.#streams!.abandon(closeFrame(error.code, ""));
      this.#fail(`the server sent ${error.message}`);
    }
  }

  #give(content: string | Uint8Array<ArrayBuffer>): void {
    if (this.readyState !== OPEN) return;
    const bytes = () => this.binaryType === "blob" ? new Blob([content]) : (content as Uint8Array).buffer;
    emit(this, "message", {}, messageEvent(typeof content === "string" ? content : bytes()));
  }

  #answerClose(code: number, reason: string): void {
    this.#serverClose = [code, reason];
    if (this.#streams!.isEnding) {
      // It keeps its last bytes until they are acknowledged.
      this.#streams!.leave(true);
      return this.#finish(code, reason, true);
    }
    this.readyState = CLOSING;
    this.#streams!.finish(closeFrame(code === 1005 ? undefined : code, ""), true);
  }

  /** The session is no more: as it is to be, where both sides, or we and the server, know that it is over. */
  #gone(): void {
    // A server answers a Close frame with its code alone.
    const [code, reason] = this.#serverClose ?? [this.#ownCode, ""];
    if (this.#serverClose || this.#streams!.isTaken) this.#finish(code, reason, true);
    else this.#fail("the server does not know the session any more");
  }

  #fail(why: string): void {
    this.#finish(1006, "", false, new Error(why));
  }

  #finish(code: number, reason: string, wasClean: boolean, error?: Error): void {
    if (this.readyState === CLOSED) return;
    this.readyState = CLOSED;
    this.#cancelClose();
    this.#streams?.stop();
    globalThis.removeEventListener?.("pagehide", this.#left);
    if (error) emit(this, "error", { error });
    emit(this, "close", { code, reason, wasClean });
  }
}

function closeFrame(code: number | undefined, reason: string): Uint8Array<ArrayBuffer> {
  return maskedFrame(OPCODE.close, closePayload(code, reason));
}

function sessionOf(body: Uint8Array): Session | undefined {
  try {
    const session: Session = JSON.parse(new TextDecoder().decode(body));
    return typeof session.session === "string" && session.maxBodyBytes > 0 ? session : undefined;
  } catch {
    // It may be a page of a proxy's.
    return undefined;
  }
}
