/**
 * A client that sends whatever bytes it is told to and shows what comes back, frame by frame.
 *
 * @module
 */
import { assertEquals, assertMatch, assertNotEquals } from "@std/assert";
import { encodeFrame, OPCODE } from "../../lib/frame/mod.ts";
import { CERT, IS_TLS } from "../support/certificates.ts";

/** One frame of the server's, as it lay on the wire. */
export interface WireFrame {
  readonly fin: boolean;
  /** The reserved bits as a number 0–7. */
  readonly rsv: number;
  readonly opcode: number;
  readonly isMasked: boolean;
  /** Bytes before the payload. */
  readonly headerBytes: number;
  readonly payload: Uint8Array<ArrayBuffer>;
}

/** What a client may send: text stands for its UTF-8. */
export type Part = string | Uint8Array;

/** The key of RFC 6455 §5.7; any would do. */
const MASK_KEY = Uint8Array.fromHex("37fa213d");

/** How the server is reached. */
export const SCHEME = IS_TLS ? "https" : "http";

/** So long anything may take before the connection is given up. */
const DEADLINE_MS = 20_000;

/** Lines of the opening handshake; undefined leaves one out, a list repeats it. */
export type Lines = Readonly<Record<string, string | readonly string[] | undefined>>;

/** The opening handshake of RFC 6455 §1.3, with other lines where given. */
export function handshake(port: number, path = "/echo", lines: Lines = {}, start = `GET ${path} HTTP/1.1`): string {
  const all: Lines = {
    "Host": `127.0.0.1:${port}`,
    "Upgrade": "websocket",
    "Connection": "Upgrade",
    "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
    "Sec-WebSocket-Version": "13",
    ...lines,
  };
  const text = Object.entries(all).flatMap(([name, value]) =>
    (value === undefined ? [] : [value].flat()).map((one) => `${name}: ${one}\r\n`)
  );
  return `${start}\r\n${text.join("")}\r\n`;
}

/** A masked frame; `frame(0x1, "Hi")` is a whole text message. */
export function frame(opcode: number, payload: Part = "", bits: { fin?: boolean; rsv?: number } = {}): Uint8Array {
  return encodeFrame({ opcode, payload: bytesOf(payload), maskKey: MASK_KEY, ...bits });
}

/** A masked Close frame with a code, and a reason. */
export function closeFrame(code: number, reason: Part = ""): Uint8Array {
  return frame(OPCODE.CLOSE, concat(Uint8Array.of(code >> 8, code), reason));
}

/** One after the other. */
export function concat(...parts: readonly Part[]): Uint8Array<ArrayBuffer> {
  const all = parts.map(bytesOf);
  const joined = new Uint8Array(all.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of all) {
    joined.set(part, at);
    at += part.length;
  }
  return joined;
}

/** One TCP connection to the server. */
export class RawClient implements Disposable {
  readonly #stream: Deno.TcpConn | Deno.TlsConn;
  readonly #deadline: ReturnType<typeof setTimeout>;
  #bytes = new Uint8Array(0);
  #hasEnded = false;
  #isClosed = false;

  private constructor(stream: Deno.TcpConn | Deno.TlsConn) {
    this.#stream = stream;
    // deadline: a read of what never comes ends with an error
    this.#deadline = setTimeout(() => this[Symbol.dispose](), DEADLINE_MS);
  }

  /** Connects, and sends nothing. */
  static async connect(port: number): Promise<RawClient> {
    const to = { hostname: "127.0.0.1", port };
    return new RawClient(IS_TLS ? await Deno.connectTls({ ...to, caCerts: [CERT] }) : await Deno.connect(to));
  }

  /** Connects and opens a WebSocket. */
  static async open(port: number, path = "/echo", lines: Lines = {}): Promise<RawClient> {
    const client = await RawClient.connect(port);
    await client.send(handshake(port, path, lines));
    assertMatch(await client.head(), /^HTTP\/1\.1 101 /);
    return client;
  }

  /** Sends all parts in one chunk. */
  async send(...parts: readonly Part[]): Promise<void> {
    const bytes = concat(...parts);
    for (let at = 0; at < bytes.length;) at += await this.#stream.write(bytes.subarray(at));
  }

  /** Tells the server that nothing more will come. */
  async endWriting(): Promise<void> {
    await this.#stream.closeWrite();
  }

  /** A response's head, without the empty line that ends it. */
  async head(): Promise<string> {
    for (;;) {
      const text = new TextDecoder("latin1").decode(this.#bytes);
      const end = text.indexOf("\r\n\r\n");
      if (end >= 0) {
        this.#bytes = this.#bytes.slice(end + 4);
        return text.slice(0, end);
      }
      assertEquals(await this.#read(), true, `the stream ended inside a head: ${text}`);
    }
  }

  /** The next frame. */
  async frame(): Promise<WireFrame> {
    await this.#need(2);
    const [first = 0, second = 0] = this.#bytes;
    const length7 = second & 0x7f;
    const headerBytes = length7 < 126 ? 2 : length7 === 126 ? 4 : 10;
    await this.#need(headerBytes);
    const view = new DataView(this.#bytes.buffer);
    const length = length7 < 126 ? length7 : length7 === 126 ? view.getUint16(2) : Number(view.getBigUint64(2));
    await this.#need(headerBytes + length);
    const payload = this.#bytes.slice(headerBytes, headerBytes + length);
    this.#bytes = this.#bytes.slice(headerBytes + length);
    return {
      fin: (first & 0x80) !== 0,
      rsv: (first >> 4) & 7,
      opcode: first & 0x0f,
      isMasked: (second & 0x80) !== 0,
      headerBytes,
      payload,
    };
  }

  /** The next frame is a whole text message; returns its text. */
  async text(): Promise<string> {
    const { fin, opcode, payload } = await this.frame();
    assertEquals([fin, opcode], [true, OPCODE.TEXT]);
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(payload);
  }

  /** The next frame is a Close with this code (1005: with none), and after it the server's side is closed. */
  async closed(code: number, reason?: string): Promise<void> {
    const { fin, opcode, payload } = await this.frame();
    const seen = payload.length === 0 ? 1005 : (payload[0]! << 8) | payload[1]!;
    const text = new TextDecoder("utf-8", { fatal: true }).decode(payload.subarray(2));
    assertEquals([fin, opcode, seen], [true, OPCODE.CLOSE, code], text);
    assertNotEquals(payload.length, 1);
    if (reason !== undefined) assertEquals(text, reason);
    await this.ended();
  }

  /** Nothing but the end of the stream follows. */
  async ended(): Promise<void> {
    assertEquals(this.#bytes.toHex(), "", "bytes where the end was awaited");
    while (await this.#read()) assertEquals(this.#bytes.toHex(), "", "bytes where the end was awaited");
  }

  /** Everything up to the end of the stream. */
  async rest(): Promise<Uint8Array> {
    while (await this.#read());
    return this.#bytes;
  }

  [Symbol.dispose](): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    clearTimeout(this.#deadline);
    this.#stream.close();
  }

  async #need(count: number): Promise<void> {
    while (this.#bytes.length < count) {
      assertEquals(await this.#read(), true, `the stream ended after ${this.#bytes.toHex()}`);
    }
  }

  async #read(): Promise<boolean> {
    if (this.#hasEnded) return false;
    const chunk = new Uint8Array(65_536);
    const count = await this.#stream.read(chunk);
    if (count === null) this.#hasEnded = true;
    else this.#bytes = concat(this.#bytes, chunk.subarray(0, count));
    return count !== null;
  }
}

function bytesOf(part: Part): Uint8Array {
  return typeof part === "string" ? new TextEncoder().encode(part) : part;
}
