/**
 * A WebSocket client over a bare TCP connection: it can do everything right, and everything wrong.
 *
 * It reads only when it is asked for what comes next. A client that is never asked never reads.
 *
 * @module
 */
import {
  applyMask,
  encodeClosePayload,
  encodeFrame,
  FIN_BIT,
  FORM,
  type Frame,
  MASK_BIT,
  OPCODE,
  readMaskKey,
  Receiver,
} from "../../lib/frame/mod.ts";

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

/** How to connect. */
export interface ConnectSetting {
  readonly port: number;
  /** Default: `/echo`. */
  readonly path?: string;
  /** Header lines added to those of the handshake. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Bytes that go out in one piece with the handshake request. */
  readonly early?: Uint8Array;
}

const MASK_KEY = Uint8Array.of(0x37, 0xfa, 0x21, 0x3d);
const READ_BYTES = 64 * 1024;
const CONTROL_HEADER_BYTES = 2;

/** So long a server may take to send what is waited for. */
const DEADLINE_MS = 30_000;

/** The head of a valid opening handshake. RFC 6455 §1.3. */
export function handshakeRequest(
  path: string,
  headers: Readonly<Record<string, string>> = {},
): Uint8Array<ArrayBuffer> {
  const lines = Object.entries({
    host: "127.0.0.1",
    upgrade: "websocket",
    connection: "Upgrade",
    "sec-websocket-key": "dGhlIHNhbXBsZSBub25jZQ==",
    "sec-websocket-version": "13",
    ...headers,
  }).map(([name, value]) => `${name}: ${value}\r\n`);
  return encoder.encode(`GET ${path} HTTP/1.1\r\n${lines.join("")}\r\n`);
}

/** A masked frame, as a client must send it. RFC 6455 §5.1. */
export function maskedFrame(
  opcode: number,
  payload: string | Uint8Array,
  rest: Partial<Frame> = {},
): Uint8Array<ArrayBuffer> {
  const bytes = typeof payload === "string" ? encoder.encode(payload) : payload;
  return encodeFrame({ opcode, payload: bytes, maskKey: MASK_KEY, ...rest });
}

/** The header of a masked frame that only claims to have this many bytes: no payload follows. */
export function maskedHeader(opcode: number, payloadBytes: bigint): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(14);
  bytes.set([FIN_BIT | opcode, MASK_BIT | 127]);
  new DataView(bytes.buffer).setBigUint64(2, payloadBytes);
  bytes.set(MASK_KEY, 10);
  return bytes;
}

/** Masks a part of a payload that began `sent` bytes earlier, for frames that are sent in pieces. */
export function maskPart(bytes: Uint8Array<ArrayBuffer>, sent: number): Uint8Array<ArrayBuffer> {
  const turned = Uint8Array.from(MASK_KEY, (_byte, index) => MASK_KEY[(index + sent) & 3]!);
  applyMask(bytes, 0, bytes.length, readMaskKey(turned, 0));
  return bytes;
}

/**
 * One connection after its handshake.
 *
 * @example
 * ```ts ignore
 * import { RawClient } from "./raw_client.ts";
 *
 * using client = await RawClient.connect({ port: 4000, path: "/echo" });
 * await client.sendText("hello");
 * const answer = await client.next(); // { kind: "text", text: "hello" }
 * ```
 */
export class RawClient implements Disposable {
  /** The TCP connection, for what this class does not do. */
  readonly conn: Deno.TcpConn;
  readonly #receiver: Receiver;
  readonly #incoming: Incoming[] = [];
  readonly #buffer = new Uint8Array(READ_BYTES);
  #isOver = false;

  private constructor(conn: Deno.TcpConn) {
    this.conn = conn;
    this.#receiver = new Receiver({ maxMessageBytes: 2 ** 30, maxFragments: 2 ** 24, expectMasked: false }, {
      onMessage: (form, bytes, start, end) => {
        const payload = bytes.slice(start, end);
        this.#incoming.push(
          (form & FORM.TEXT) !== 0
            ? { kind: "text", text: decoder.decode(payload) }
            : { kind: "binary", bytes: payload },
        );
      },
      onPing: (bytes, start, end) => this.#incoming.push({ kind: "ping", bytes: bytes.slice(start, end) }),
      onPong: (bytes, start, end) => this.#incoming.push({ kind: "pong", bytes: bytes.slice(start, end) }),
      onClose: (code, reason) => this.#incoming.push({ kind: "close", code, reason }),
    });
  }

  /**
   * Connects and shakes hands.
   *
   * @throws {Error} with the whole answer, when it is not a 101.
   */
  static async connect({ port, path = "/echo", headers, early }: ConnectSetting): Promise<RawClient> {
    const conn = await Deno.connect({ hostname: "127.0.0.1", port });
    const client = new RawClient(conn);
    try {
      const request = handshakeRequest(path, headers);
      await client.write(early === undefined ? request : Uint8Array.of(...request, ...early));
      await client.#readHead();
      return client;
    } catch (error) {
      conn.close();
      throw error;
    }
  }

  /** Writes bytes as they are, all of them. */
  async write(bytes: Uint8Array): Promise<void> {
    for (let at = 0; at < bytes.length;) at += await this.conn.write(bytes.subarray(at));
  }

  async sendText(text: string): Promise<void> {
    await this.write(maskedFrame(OPCODE.TEXT, text));
  }

  async sendBinary(bytes: Uint8Array): Promise<void> {
    await this.write(maskedFrame(OPCODE.BINARY, bytes));
  }

  async ping(text = ""): Promise<void> {
    await this.write(maskedFrame(OPCODE.PING, text));
  }

  async pong(payload: Uint8Array): Promise<void> {
    await this.write(maskedFrame(OPCODE.PONG, payload));
  }

  async close(code = 1000, reason = ""): Promise<void> {
    await this.write(maskedFrame(OPCODE.CLOSE, encodeClosePayload(code, reason)));
  }

  /** What the server sends or does next. After "end" or "reset" always the same. */
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
    try {
      this.conn.close();
    } catch {
      // It was closed before.
    }
  }

  async #readNext(): Promise<void> {
    let isLate = false;
    // deadline: the server never sends anything
    const deadline = setTimeout(() => {
      isLate = true;
      this[Symbol.dispose]();
    }, DEADLINE_MS);
    while (this.#incoming.length === 0) await this.#read(this.#buffer);
    clearTimeout(deadline);
    if (isLate) throw new Error(`nothing came for ${DEADLINE_MS} ms`);
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
    } else this.#receiver.receive(buffer, 0, count);
  }

  async #readHead(): Promise<void> {
    let text = "";
    while (!text.includes("\r\n\r\n")) {
      const count = await this.conn.read(this.#buffer);
      if (count === null) throw new Error(`the server ended the connection after: ${text}`);
      const before = text.length;
      text += latin1.decode(this.#buffer.subarray(0, count));
      const headEnd = text.indexOf("\r\n\r\n");
      if (headEnd >= 0 && text.startsWith("HTTP/1.1 101 ")) {
        this.#receiver.receive(this.#buffer, headEnd + 4 - before, count);
      }
    }
    if (!text.startsWith("HTTP/1.1 101 ")) throw new Error(text);
  }
}

const encoder = new TextEncoder();
const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
const latin1 = new TextDecoder("latin1");
