/**
 * The client's end of a WebSocket to a test server.
 *
 * @module
 */
import {
  CLOSE_CODE,
  deflateAlone,
  encodeClosePayload,
  encodeFrame,
  FORM,
  FRESH_BUFFERS,
  type MessageForm,
  MessageInflater,
  OPCODE,
  ProtocolError,
  Receiver,
  viewOf,
} from "../frame/mod.ts";
import type { CloseInfo } from "../route/mod.ts";
import type { MemoryStream } from "./memory_stream.ts";

/** A frame as the server sent it. */
export interface TestFrame {
  /** What the frame is for. */
  readonly type: "text" | "binary" | "ping" | "pong" | "close";
  /** As it was sent; of a Close frame with the two bytes of its code. */
  readonly payload: Uint8Array<ArrayBuffer>;
  /** Of a compressed message: the payload is not inflated. */
  readonly isCompressed?: true;
}

/** What a client may leave undone that RFC 6455 asks of it. */
export interface TestPeerBehaviour {
  /** Answers pings at once. Default: true. */
  readonly answersPings?: boolean;
  /** Answers a Close frame at once. Default: true. */
  readonly answersClose?: boolean;
}

/** What a peer is made of. */
export interface TestPeerParts {
  readonly client: MemoryStream;
  /** The other end of the connection, the server's. */
  readonly server: MemoryStream;
  /** What came right behind the 101. */
  readonly early: Uint8Array<ArrayBuffer>;
  readonly headers: Headers;
  readonly behaviour: TestPeerBehaviour;
  /** Resolves when everything has come to rest. */
  readonly settled: () => Promise<void>;
}

/** A frame to send, as right or wrong as a test wants it. */
export interface ClientFrame {
  /** RFC 6455 §5.2: 0 continuation, 1 text, 2 binary, 8 Close, 9 ping, 10 pong. */
  readonly opcode: number;
  /** Default: empty. */
  readonly payload?: string | Uint8Array;
  /** Default: true. */
  readonly fin?: boolean;
  /** The three reserved bits as a number from 0 to 7. Default: 0. */
  readonly rsv?: number;
  /** Default: true, as a client must. */
  readonly masked?: boolean;
}

interface Waiter {
  readonly resolve: (message: string | Uint8Array<ArrayBuffer>) => void;
  readonly reject: (error: Error) => void;
}

const READ_BYTES = 65_536;
const MASK_KEY = Uint8Array.of(0x37, 0xfa, 0x21, 0x3d);

const encoder = new TextEncoder();
const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/**
 * A client of a test server, made by `server.connect()`. It answers pings and Close frames as a browser does, unless
 * it was told not to.
 */
export class TestPeer {
  /** The subprotocol the server chose, or the empty string. */
  readonly subprotocol: string;
  /** The extensions the server agreed on, or the empty string. */
  readonly extensions: string;
  /** The fields of the 101. */
  readonly headers: Headers;
  readonly #client: MemoryStream;
  readonly #server: MemoryStream;
  readonly #behaviour: TestPeerBehaviour;
  readonly #settled: () => Promise<void>;
  readonly #receiver: Receiver;
  /** Where compression was agreed on. */
  readonly #inflater: MessageInflater | undefined;
  readonly #closed: Promise<CloseInfo>;
  readonly #frames: TestFrame[] = [];
  readonly #inbox: (string | Uint8Array<ArrayBuffer>)[] = [];
  readonly #waiters: Waiter[] = [];
  readonly #resolveClosed: (info: CloseInfo) => void;
  #writing: Promise<void> = Promise.resolve();
  #unwrittenBytes = 0;
  #sentClose = false;
  #receivedClose: { readonly code: number; readonly reason: string } | undefined;
  #end: CloseInfo | undefined;
  #fault: ProtocolError | undefined;

  /**
   * Made by `server.connect()`.
   *
   * @ignore
   */
  constructor(parts: TestPeerParts) {
    this.#client = parts.client;
    this.#server = parts.server;
    this.#behaviour = parts.behaviour;
    this.#settled = parts.settled;
    this.headers = parts.headers;
    this.subprotocol = parts.headers.get("sec-websocket-protocol") ?? "";
    const { promise, resolve } = Promise.withResolvers<CloseInfo>();
    this.#closed = promise;
    this.#resolveClosed = resolve;
    this.extensions = parts.headers.get("sec-websocket-extensions") ?? "";
    this.#inflater = inflaterOf(this.extensions);
    const limits = { maxMessageBytes: Number.MAX_SAFE_INTEGER, maxFragments: Infinity, expectMasked: false };
    this.#receiver = new Receiver({ ...limits, allowsRsv1: this.#inflater !== undefined }, {
      onMessage: (form, bytes, start, end) => this.#message(form, bytes.slice(start, end)),
      onPing: (bytes, start, end) => this.#ping(bytes.slice(start, end)),
      onPong: (bytes, start, end) => void this.#frames.push({ type: "pong", payload: bytes.slice(start, end) }),
      onClose: (code, reason) => this.#close(code, reason),
    });
    this.#receive(parts.early);
    this.#readAll();
  }

  /** How the connection ended: resolves when it has. The words are those of the Web API's `CloseEvent`. */
  get closed(): Promise<CloseInfo> {
    // Also keeps the event loop going: without a port there may be nothing else that does.
    void this.#settled();
    return this.#closed;
  }

  /** Every frame the server has sent so far, control frames included. */
  get frames(): readonly TestFrame[] {
    return this.#frames;
  }

  /** How many messages have arrived that nobody has received yet. */
  get waitingMessages(): number {
    return this.#inbox.length;
  }

  /** Bytes sent that the server has not read yet: above 65 536 it makes this client wait. */
  get unsentBytes(): number {
    return this.#unwrittenBytes + this.#client.unreadBytes;
  }

  /** Sends a message: a string as text, bytes as binary. */
  send(data: string | ArrayBuffer | ArrayBufferView): void {
    const opcode = typeof data === "string" ? OPCODE.TEXT : OPCODE.BINARY;
    const payload = typeof data === "string" ? encoder.encode(data) : viewOf(data);
    const deflated = this.#inflater && deflateAlone(payload, DEFLATE_PARAMETERS);
    this.sendFrame(deflated === undefined ? { opcode, payload } : { opcode, payload: deflated, rsv: RSV1 });
  }

  /** Sends a ping. */
  ping(payload: string | Uint8Array = ""): void {
    this.sendFrame({ opcode: OPCODE.PING, payload });
  }

  /** Sends one frame of any kind, a part of a message or a wrong one for instance. */
  sendFrame(frame: ClientFrame): void {
    this.sendRaw(encodeClientFrame(frame));
  }

  /** Sends bytes as they are. */
  sendRaw(bytes: Uint8Array): void {
    const copy = bytes.slice();
    this.#unwrittenBytes += copy.length;
    this.#writing = this.#writing.then(() => this.#write(copy));
  }

  /**
   * Takes the next message that the server sent: text as a string, binary as bytes.
   *
   * @param options.waitMs waits so long, in real time, for route code that the server does not know to be running: a
   * `setInterval` in `start`, for instance. Default: 0.
   * @throws {Error} when the connection has ended, or everything has come to rest and there is no message.
   */
  receive(options: { readonly waitMs?: number } = {}): Promise<string | Uint8Array<ArrayBuffer>> {
    const message = this.#inbox.shift();
    if (message !== undefined) return Promise.resolve(message);
    if (this.#end !== undefined) return Promise.reject(this.#ended());
    const { promise, resolve, reject } = Promise.withResolvers<string | Uint8Array<ArrayBuffer>>();
    const waiter = { resolve, reject };
    this.#waiters.push(waiter);
    this.#giveUp(waiter, promise, options.waitMs ?? 0);
    return promise;
  }

  /** Starts the closing handshake. Without a code the Close frame has none. Resolves as `closed` does. */
  close(code?: number, reason = ""): Promise<CloseInfo> {
    this.#sentClose = true;
    const payload = code === undefined ? new Uint8Array(0) : encodeClosePayload(code, reason);
    this.sendFrame({ opcode: OPCODE.CLOSE, payload });
    return this.closed;
  }

  /** Closes our side of the connection without a Close frame, after what was sent. The server may still send. */
  endWriting(): void {
    this.#writing = this.#writing.then(() => this.#client.isClosed ? undefined : this.#client.closeWrite());
  }

  /** Breaks the connection, as a machine does that was switched off and answers again. */
  reset(): void {
    this.#client.reset();
    this.#finish();
  }

  /** Takes nothing any more: what the server writes makes no progress until `resumeReading`. */
  stopReading(): void {
    this.#server.stallWrites(true);
  }

  /** Takes what the server writes again. */
  resumeReading(): void {
    this.#server.stallWrites(false);
  }

  /** Makes the server's writes partial: each takes at most so many bytes. */
  limitReading(maxBytes: number): void {
    this.#server.limitWrites(maxBytes);
  }

  async #write(bytes: Uint8Array): Promise<void> {
    try {
      for (let at = 0; at < bytes.length;) {
        const count = await this.#client.write(bytes.subarray(at));
        this.#unwrittenBytes -= count;
        at += count;
      }
    } catch {
      // The connection is gone; whoever reads is told how.
    }
  }

  async #readAll(): Promise<void> {
    const buffer = new Uint8Array(READ_BYTES);
    try {
      for (let count = await this.#client.read(buffer); count !== null; count = await this.#client.read(buffer)) {
        this.#receive(buffer.slice(0, count));
      }
    } catch (error) {
      if (!(error instanceof Deno.errors.ConnectionReset || error instanceof Deno.errors.BadResource)) throw error;
    }
    await this.#writing;
    this.#client.close();
    this.#finish();
  }

  #receive(bytes: Uint8Array<ArrayBuffer>): void {
    if (this.#fault !== undefined) return;
    try {
      this.#receiver.receive(bytes, 0, bytes.length);
    } catch (error) {
      if (!(error instanceof ProtocolError)) throw error;
      this.#fault = error;
      this.reset();
    }
  }

  #message(form: MessageForm, payload: Uint8Array<ArrayBuffer>): void {
    const isText = (form & FORM.TEXT) !== 0;
    const isCompressed = (form & FORM.COMPRESSED) !== 0;
    const type = isText ? "text" : "binary";
    this.#frames.push(isCompressed ? { type, payload, isCompressed } : { type, payload });
    const inflated = isCompressed ? this.#inflate(isText, payload) : payload;
    const message = isText ? decoder.decode(inflated) : inflated;
    const waiter = this.#waiters.shift();
    if (waiter === undefined) this.#inbox.push(message);
    else waiter.resolve(message);
  }

  #inflate(isText: boolean, payload: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
    const { bytes, start, end } = this.#inflater!.inflate(isText, payload, 0, payload.length);
    return bytes.subarray(start, end);
  }

  #ping(payload: Uint8Array<ArrayBuffer>): void {
    this.#frames.push({ type: "ping", payload });
    if (this.#behaviour.answersPings !== false) this.sendFrame({ opcode: OPCODE.PONG, payload });
  }

  #close(code: number, reason: string): void {
    const payload = code === CLOSE_CODE.NO_STATUS ? new Uint8Array(0) : encodeClosePayload(code, reason);
    this.#frames.push({ type: "close", payload });
    this.#receivedClose = { code, reason };
    if (this.#sentClose || this.#behaviour.answersClose === false) return;
    this.#sentClose = true;
    this.sendFrame({ opcode: OPCODE.CLOSE, payload: payload.subarray(0, 2) });
  }

  #finish(): void {
    if (this.#end !== undefined) return;
    const { code = CLOSE_CODE.ABNORMAL, reason = "" } = this.#receivedClose ?? {};
    this.#inflater?.close();
    this.#end = { code, reason, wasClean: this.#receivedClose !== undefined && this.#sentClose };
    this.#resolveClosed(this.#end);
    for (const waiter of this.#waiters.splice(0)) waiter.reject(this.#ended());
  }

  async #giveUp(waiter: Waiter, served: Promise<unknown>, waitMs: number): Promise<void> {
    await this.#settled();
    if (waitMs > 0 && this.#waiters.includes(waiter)) await endOrTimeout(served, waitMs);
    const at = this.#waiters.indexOf(waiter);
    if (at === -1) return;
    this.#waiters.splice(at, 1);
    const hint = waitMs === 0
      ? "; if it comes from a timer in the route's code, wait for it: receive({ waitMs: … })"
      : "";
    waiter.reject(new Error(`the server has sent no message, and everything has come to rest${hint}`));
  }

  #ended(): Error {
    if (this.#fault !== undefined) return this.#fault;
    const { code, reason } = this.#end!;
    const how = code === CLOSE_CODE.ABNORMAL
      ? "without a Close frame (1006)"
      : `with ${code}${reason && ` "${reason}"`}`;
    return new Error(`the connection has ended ${how}, and there is no message left`);
  }
}

/** RFC 7692 §6: a compressed message. */
const RSV1 = 4;

/** Any window and any level is allowed, as each message refers to itself only. */
const DEFLATE_PARAMETERS = { windowBits: 9, level: 6, memLevel: 8 };

function inflaterOf(extensions: string): MessageInflater | undefined {
  if (!extensions.startsWith("permessage-deflate")) return undefined;
  const keepsContext = !extensions.includes("server_no_context_takeover");
  return new MessageInflater({ maxMessageBytes: 2 ** 30, keepsContext, windowBits: 15 }, FRESH_BUFFERS);
}

/** A frame as a client sends it. Checks nothing, so that tests can make wrong ones. */
export function encodeClientFrame(frame: ClientFrame): Uint8Array<ArrayBuffer> {
  const { opcode, payload = "", fin = true, rsv = 0, masked = true } = frame;
  const bytes = typeof payload === "string" ? encoder.encode(payload) : payload;
  return encodeFrame({ opcode, payload: bytes, fin, rsv, ...(masked ? { maskKey: MASK_KEY } : {}) });
}

/** Resolves when the promise has settled, or the time is over. */
async function endOrTimeout(promise: Promise<unknown>, waitMs: number): Promise<void> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const timeout = new Promise((resolve) => timer = setTimeout(resolve, waitMs));
  await Promise.race([promise.catch(() => {}), timeout]);
  clearTimeout(timer);
}
