/**
 * A WebSocket client over a bare connection: it can do everything right, and everything wrong.
 *
 * It reads only when it is asked for what comes next. A client that is never asked never reads.
 *
 * @module
 */
import {
  deflateAlone,
  encodeClosePayload,
  FORM,
  type Frame,
  FRESH_BUFFERS,
  type MessageForm,
  MessageInflater,
  OPCODE,
  Receiver,
} from "../frame/mod.ts";
import { maskedFrame } from "./crafted_frame.ts";
import { type Opening, type OpeningRequest, openingText, readOpening, RefusedError } from "./opening.ts";
import { readResponse } from "./response_reader.ts";

/** What a server sent, or did. */
export type Incoming =
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "binary"; readonly bytes: Uint8Array<ArrayBuffer> }
  | { readonly kind: "ping"; readonly bytes: Uint8Array<ArrayBuffer> }
  | { readonly kind: "pong"; readonly bytes: Uint8Array<ArrayBuffer> }
  | { readonly kind: "close"; readonly code: number; readonly reason: string }
  /** FIN: `null` from a read. */
  | { readonly kind: "end" }
  /** RST, or any other failure of a read. */
  | { readonly kind: "reset" };

/** The cable: plain or TLS. */
export type Cable = Deno.TcpConn | Deno.TlsConn;

/** Sees the bytes of both directions as they pass, from the 101 on; may not keep or change them. */
export interface WireTap {
  sent(bytes: Uint8Array): void;
  received(bytes: Uint8Array): void;
}

/** What may differ from one client to another. */
export interface RawClientOptions {
  /** Bytes that go out in one piece with the handshake request. */
  readonly early?: Uint8Array | undefined;
  /** So long {@linkcode RawClient.next} waits before it fails. Default: for ever. */
  readonly answerTimeoutMs?: number | undefined;
  /** Masks every frame. Default: a fresh one for each. */
  readonly maskKey?: Uint8Array | undefined;
  readonly tap?: WireTap | undefined;
  /** Told of the 101 before anything that came behind it. */
  readonly onOpening?: (opening: Opening) => void;
}

const READ_BYTES = 64 * 1024;
const CONTROL_HEADER_BYTES = 2;
/** What a terminal or a test can bear; what is longer is an error of its own, with 1009. */
const LIMITS = { maxMessageBytes: 2 ** 30, maxFragments: 2 ** 24 } as const;
/** How messages are compressed, where that was agreed on. */
const DEFLATE_PARAMETERS = { windowBits: 15, level: 6, memLevel: 8 } as const;

/**
 * One connection after its handshake.
 *
 * @example
 * ```ts ignore
 * import { RawClient } from "./raw_client.ts";
 *
 * const conn = await Deno.connect({ hostname: "127.0.0.1", port: 4000 });
 * const fields = openingFields("127.0.0.1:4000", "dGhlIHNhbXBsZSBub25jZQ==");
 * using client = await RawClient.open(conn, { target: "/echo", fields });
 * await client.sendText("hello");
 * const answer = await client.next(); // { kind: "text", text: "hello" }
 * ```
 */
export class RawClient implements Disposable {
  /** The connection, for what this class does not do. */
  readonly conn: Cable;
  /** What the 101 settled. */
  readonly opening: Opening;
  readonly #options: RawClientOptions;
  readonly #receiver: Receiver;
  readonly #inflater: MessageInflater | undefined;
  readonly #incoming: Incoming[] = [];
  readonly #buffer = new Uint8Array(READ_BYTES);
  #isOver = false;
  /** What the receiver threw, for when all is told that came before it. */
  #fault: Error | undefined;

  /** For {@linkcode RawClient.open}: `opening` was read from `conn`, and `rest` behind it. */
  protected constructor(conn: Cable, options: RawClientOptions, opening: Opening, rest: Uint8Array<ArrayBuffer>) {
    this.conn = conn;
    this.opening = opening;
    this.#options = options;
    const { deflate } = opening;
    this.#inflater = deflate && new MessageInflater({
      maxMessageBytes: LIMITS.maxMessageBytes,
      keepsContext: !deflate.serverNoContextTakeover,
      windowBits: deflate.serverMaxWindowBits,
    }, FRESH_BUFFERS);
    const receiving = { ...LIMITS, expectMasked: false, allowsRsv1: deflate !== undefined };
    this.#receiver = new Receiver(receiving, {
      onMessage: (form, bytes, start, end) => this.#incoming.push(this.#messageOf(form, bytes, start, end)),
      onPing: (bytes, start, end) => this.#incoming.push({ kind: "ping", bytes: bytes.slice(start, end) }),
      onPong: (bytes, start, end) => this.#incoming.push({ kind: "pong", bytes: bytes.slice(start, end) }),
      onClose: (code, reason) => this.#incoming.push({ kind: "close", code, reason }),
    });
    this.#take(rest, 0, rest.length);
  }

  /**
   * Shakes hands over a connection, which is closed when that fails.
   *
   * @throws {RefusedError} when the answer is not a 101.
   * @throws {OpeningError} when it is none that may be accepted, or there is none.
   */
  static async open(conn: Cable, request: OpeningRequest, options: RawClientOptions = {}): Promise<RawClient> {
    try {
      await writeAll(conn, openingBytes(request, options.early));
      const { head, body, rest } = await readResponse(conn);
      if (head.status !== 101) throw new RefusedError(head, body);
      const opening = readOpening(request, head);
      options.onOpening?.(opening);
      return new this(conn, options, opening, rest);
    } catch (error) {
      closeCable(conn);
      throw error;
    }
  }

  /** Writes bytes as they are, all of them. */
  async write(bytes: Uint8Array): Promise<void> {
    this.#options.tap?.sent(bytes);
    await writeAll(this.conn, bytes);
  }

  /** Writes one frame, masked unless `rest` says otherwise. */
  async send(opcode: number, payload: string | Uint8Array, rest: Partial<Frame> = {}): Promise<void> {
    const { maskKey } = this.#options;
    await this.write(maskedFrame(opcode, payload, maskKey === undefined ? rest : { maskKey, ...rest }));
  }

  /** Sends a message, compressed where that was agreed on and makes it shorter. */
  async sendText(text: string): Promise<void> {
    await this.#sendMessage(OPCODE.TEXT, encoder.encode(text));
  }

  /** As {@linkcode sendText}. */
  async sendBinary(bytes: Uint8Array): Promise<void> {
    await this.#sendMessage(OPCODE.BINARY, bytes);
  }

  async ping(payload: string | Uint8Array = ""): Promise<void> {
    await this.send(OPCODE.PING, payload);
  }

  async pong(payload: string | Uint8Array): Promise<void> {
    await this.send(OPCODE.PONG, payload);
  }

  async close(code = 1000, reason = ""): Promise<void> {
    await this.send(OPCODE.CLOSE, encodeClosePayload(code, reason));
  }

  /**
   * What the server sends or does next. After "end" or "reset" always the same.
   *
   * @throws {ProtocolError} when the server breaks a rule, after what came before that; then always the same.
   */
  async next(): Promise<Incoming> {
    if (this.#incoming.length === 0) await this.#readNext();
    return this.#isOver && this.#incoming.length === 1 ? this.#incoming[0]! : this.#incoming.shift()!;
  }

  /** Like {@linkcode next}, but passes over pings and pongs. */
  async nextButPings(): Promise<Exclude<Incoming, { readonly kind: "ping" | "pong" }>> {
    for (;;) {
      const incoming = await this.next();
      if (incoming.kind !== "ping" && incoming.kind !== "pong") return incoming;
    }
  }

  /** Reads to the Close frame or to the end, whichever is first, and tells which it was. */
  async ending(): Promise<Extract<Incoming, { readonly kind: "close" | "end" | "reset" }>> {
    for (;;) {
      const incoming = await this.next();
      if (incoming.kind === "close" || incoming.kind === "end" || incoming.kind === "reset") return incoming;
    }
  }

  /** Reads at most this many bytes, once. */
  async readSome(maxBytes: number): Promise<void> {
    if (!this.#isOver) await this.#read(this.#buffer.subarray(0, maxBytes));
  }

  /** Sends a FIN and can still read. */
  async closeWrite(): Promise<void> {
    await this.conn.closeWrite();
  }

  /**
   * Makes {@linkcode Symbol.dispose} reset the connection instead of ending it: a socket that is closed while it holds
   * bytes nobody has read sends an RST (RFC 2525 §2.17). Call it between two frames.
   */
  async armReset(): Promise<void> {
    await this.ping("unread");
    await this.readSome(CONTROL_HEADER_BYTES);
  }

  /** Closes the socket at once. */
  [Symbol.dispose](): void {
    this.#inflater?.close();
    closeCable(this.conn);
  }

  async #sendMessage(opcode: number, payload: Uint8Array): Promise<void> {
    const packed = this.opening.deflate && deflateAlone(payload, DEFLATE_PARAMETERS);
    if (packed === undefined) await this.send(opcode, payload);
    // RFC 7692 §6.1: RSV1 marks the message as compressed.
    else await this.send(opcode, packed, { rsv: 4 });
  }

  #messageOf(form: MessageForm, bytes: Uint8Array<ArrayBuffer>, start: number, end: number): Incoming {
    const isText = (form & FORM.TEXT) !== 0;
    let payload = bytes.slice(start, end);
    if ((form & FORM.COMPRESSED) !== 0) {
      const inflated = this.#inflater!.inflate(isText, payload, 0, payload.length);
      payload = inflated.bytes.slice(inflated.start, inflated.end);
    }
    return isText ? { kind: "text", text: decoder.decode(payload) } : { kind: "binary", bytes: payload };
  }

  async #readNext(): Promise<void> {
    const { answerTimeoutMs } = this.#options;
    let isLate = false;
    const deadline = answerTimeoutMs === undefined ? undefined : setTimeout(() => {
      isLate = true;
      closeCable(this.conn);
    }, answerTimeoutMs);
    try {
      while (this.#incoming.length === 0) {
        if (this.#fault !== undefined) throw this.#fault;
        await this.#read(this.#buffer);
      }
    } finally {
      clearTimeout(deadline);
    }
    if (isLate) throw new Error(`nothing came for ${answerTimeoutMs} ms`);
  }

  async #read(buffer: Uint8Array<ArrayBuffer>): Promise<void> {
    let count: number | null;
    try {
      count = await this.conn.read(buffer);
    } catch {
      this.#isOver = true;
      this.#incoming.push({ kind: "reset" });
      return;
    }
    if (count === null) {
      this.#isOver = true;
      this.#incoming.push({ kind: "end" });
    } else this.#take(buffer, 0, count);
  }

  #take(bytes: Uint8Array<ArrayBuffer>, start: number, end: number): void {
    this.#options.tap?.received(bytes.subarray(start, end));
    try {
      this.#receiver.receive(bytes, start, end);
    } catch (error) {
      this.#fault = error as Error;
    }
  }
}

/** The request, and what goes out with it in one piece. */
function openingBytes(request: OpeningRequest, early: Uint8Array = NO_BYTES): Uint8Array<ArrayBuffer> {
  const head = latin1Bytes(openingText(request));
  const bytes = new Uint8Array(head.length + early.length);
  bytes.set(head);
  bytes.set(early, head.length);
  return bytes;
}

/** Each character as one byte: what is above U+00FF stands in no header. */
export function latin1Bytes(text: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(text, (character) => character.charCodeAt(0));
}

async function writeAll(conn: Cable, bytes: Uint8Array): Promise<void> {
  for (let at = 0; at < bytes.length;) at += await conn.write(bytes.subarray(at));
}

function closeCable(conn: Cable): void {
  try {
    conn.close();
  } catch {
    // It was closed before.
  }
}

const NO_BYTES = new Uint8Array(0);
const encoder = new TextEncoder();
const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
