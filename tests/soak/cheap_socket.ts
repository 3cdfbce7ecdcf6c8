/**
 * A client that costs little, so that there can be tens of thousands: a connection, a small buffer, and no more than it
 * takes to shake hands, to answer pings and to read short messages.
 *
 * @module
 */
import { handshakeRequest, maskedFrame } from "../support/raw_client.ts";

/** What it tells. */
export interface CheapEvents {
  text?(text: string): void;
  /** It is over; 1006 without a Close frame. Told once, also when it was {@linkcode CheapSocket.drop} that ended it. */
  ended?(code: number): void;
}

const READ_BYTES = 512;
const OPCODE = { TEXT: 1, CLOSE: 8, PING: 9, PONG: 10 } as const;
const NO_BYTES = new Uint8Array(0);
const LATIN1 = new TextDecoder("latin1");
const UTF8 = new TextDecoder();

/** One connection. */
export class CheapSocket {
  readonly #conn: Deno.TcpConn;
  readonly #events: CheapEvents;
  /** The beginning of a frame whose rest has not come. */
  #rest: Uint8Array = NO_BYTES;
  #code = 1006;
  #isEnded = false;
  #isWriting = false;
  #toWrite: Uint8Array[] = [];

  private constructor(conn: Deno.TcpConn, events: CheapEvents) {
    this.#conn = conn;
    this.#events = events;
  }

  /** Connects and shakes hands. @throws {Error} with the status line, when it is refused. */
  static async open(port: number, path: string, events: CheapEvents = {}): Promise<CheapSocket> {
    const conn = await Deno.connect({ hostname: "127.0.0.1", port });
    try {
      conn.setNoDelay(true);
      await conn.write(handshakeRequest(path));
      const rest = await readSwitch(conn);
      const socket = new CheapSocket(conn, events);
      void socket.#read(rest);
      return socket;
    } catch (error) {
      conn.close();
      throw error;
    }
  }

  get isEnded(): boolean {
    return this.#isEnded;
  }

  send(text: string): void {
    this.#write(maskedFrame(OPCODE.TEXT, text));
  }

  /** Begins the closing handshake with 1000. */
  close(): void {
    this.#write(maskedFrame(OPCODE.CLOSE, Uint8Array.of(0x03, 0xe8)));
  }

  /** Is gone at once. */
  drop(): void {
    this.#end();
  }

  async #read(rest: Uint8Array): Promise<void> {
    const buffer = new Uint8Array(READ_BYTES);
    try {
      this.#take(rest);
      while (!this.#isEnded) {
        const count = await this.#conn.read(buffer);
        if (count === null) break;
        this.#take(buffer.subarray(0, count));
      }
    } catch {
      // Reset, or dropped by us: the end is told below.
    }
    this.#end();
  }

  #take(bytes: Uint8Array): void {
    const whole = this.#rest.length === 0 ? bytes : joined(this.#rest, bytes);
    let at = 0;
    while (whole.length - at >= 2) {
      const short = whole[at + 1]!;
      const start = at + (short < 126 ? 2 : 4);
      if (short > 126) throw new Error("a frame of 64 KiB is not for this client");
      const end = start + (short < 126 ? short : (whole[at + 2] ?? 0) << 8 | (whole[at + 3] ?? 0));
      if (whole.length < Math.max(start, end)) break;
      this.#frame(whole[at]! & 15, whole.subarray(start, end));
      at = end;
    }
    this.#rest = at === whole.length ? NO_BYTES : whole.slice(at);
  }

  #frame(opcode: number, payload: Uint8Array): void {
    if (opcode === OPCODE.TEXT) this.#events.text?.(UTF8.decode(payload));
    else if (opcode === OPCODE.PING) this.#write(maskedFrame(OPCODE.PONG, payload));
    else if (opcode === OPCODE.CLOSE) {
      this.#code = payload.length < 2 ? 1005 : payload[0]! << 8 | payload[1]!;
      this.#write(maskedFrame(OPCODE.CLOSE, payload));
    }
  }

  #write(bytes: Uint8Array): void {
    this.#toWrite.push(bytes);
    if (!this.#isWriting) void this.#flush();
  }

  async #flush(): Promise<void> {
    this.#isWriting = true;
    try {
      while (this.#toWrite.length > 0 && !this.#isEnded) {
        const bytes = this.#toWrite.length === 1 ? this.#toWrite[0]! : this.#toWrite.reduce(joined);
        this.#toWrite = [];
        for (let at = 0; at < bytes.length;) at += await this.#conn.write(bytes.subarray(at));
      }
    } catch {
      // The reading side tells of the end.
    }
    this.#isWriting = false;
  }

  #end(): void {
    if (this.#isEnded) return;
    this.#isEnded = true;
    this.#conn.close();
    this.#events.ended?.(this.#code);
  }
}

/** Reads the 101. @returns what came behind it. */
async function readSwitch(conn: Deno.TcpConn): Promise<Uint8Array> {
  const buffer = new Uint8Array(READ_BYTES);
  let text = "";
  for (;;) {
    const count = await conn.read(buffer);
    if (count === null) throw new Error("the server ended the connection in place of a 101");
    text += LATIN1.decode(buffer.subarray(0, count));
    const end = text.indexOf("\r\n\r\n");
    if (end < 0) continue;
    if (!text.startsWith("HTTP/1.1 101 ")) throw new Error(text.slice(0, text.indexOf("\r\n")));
    return Uint8Array.from(text.slice(end + 4), (character) => character.charCodeAt(0));
  }
}

function joined(one: Uint8Array, other: Uint8Array): Uint8Array {
  const both = new Uint8Array(one.length + other.length);
  both.set(one);
  both.set(other, one.length);
  return both;
}
