/**
 * The server's side of TLS on a byte stream that is ours: bytes in the clear, in and out.
 *
 * Nothing is made for TLS before a client has begun with it: who says nothing costs a connection and no more.
 *
 * Not `Deno.listenTls`: a connection of its that is closed in the middle of the handshake, or while a write is stuck,
 * stays open until the client leaves it, and nobody can end it (measured with Deno 2.9.6). Here the stream below is
 * ours to close.
 *
 * @module
 */
import type { Duplex } from "node:stream";
import type { SecureContext, TLSSocket } from "node:tls";
import { HttpError } from "../../http/mod.ts";
import { BegunStream } from "../begun_stream.ts";
import { encodeRefusal } from "../refusal.ts";
import type { ByteStream } from "../tcp_transport.ts";
import type { Tls } from "./certificate.ts";
import { alertFor } from "./alert.ts";
import { RecordCable } from "./record_cable.ts";

/** So much is taken in that nobody has asked for yet; then the client has to wait. */
const MAX_WAITING_BYTES = 64 * 1024;

/** So much is encrypted at a time: what is sent counts until it is written, and so do the records made of it. */
const MAX_WRITE_BYTES = 64 * 1024;

/** The greeting of most clients; one that begins with more is read on as TLS. */
const FIRST_READ_BYTES = 512;

/** RFC 8446 §5.1: the type of the record that a handshake begins with. */
const HANDSHAKE_RECORD = 22;

/** So much of what a client sends in the clear is read, for it to see what it is answered. */
const MAX_CLEAR_BYTES = 64 * 1024;

/** So long the record that announces our end may take until it has gone out. */
const LAST_RECORD_MS = 1_000;

/** What ends a connection before it is one: nothing that begins TLS, or a handshake that fails. */
export type TlsFault = "not_tls" | "tls";

/** What TLS is done with. */
export interface TlsParts {
  readonly context: SecureContext;
  readonly tls: Pick<Tls, "TLSSocket">;
  /** Told once, of a connection that ends before the handshake is over, and not by us. */
  failed?(fault: TlsFault): void;
}

interface PendingRead {
  readonly buffer: Uint8Array;
  resolve(count: number | null): void;
  reject(error: unknown): void;
}

/** One connection. The handshake begins with what the client sends, and is over before the first read is. */
export class TlsStream implements ByteStream {
  readonly #stream: ByteStream;
  readonly #parts: TlsParts;
  #socket: TLSSocket | undefined;
  #cable: RecordCable | undefined;
  /** What has come, first to last, and nobody has read. */
  readonly #waiting: Uint8Array[] = [];
  #waitingBytes = 0;
  /** What is encrypted and waits for the system to take it. */
  #writingBytes = 0;
  #toldBytes = 0;
  #tellHeld = (): void => {};
  #reading: PendingRead | undefined;
  #isSecure = false;
  #hasFailed = false;
  /** TLS has said something to the client. */
  #hasAnswered = false;
  #isStreamClosed = false;
  #isEof = false;
  #fault: unknown;
  /** Our end is announced. */
  #isEnding = false;
  #isOver = false;
  /** Rejects the writes under way when the connection is over. */
  readonly #writes = new Set<(error: unknown) => void>();

  constructor(stream: ByteStream, parts: TlsParts) {
    this.#stream = stream;
    this.#parts = parts;
    this.#greet().catch(this.#onFault);
  }

  get heldBytes(): number {
    return this.#waitingBytes + this.#writingBytes;
  }

  onHeld(told: () => void): void {
    this.#tellHeld = told;
  }

  read(buffer: Uint8Array): Promise<number | null> {
    if (this.#waitingBytes > 0) return Promise.resolve(this.#take(buffer));
    if (this.#isEof) return Promise.resolve(null);
    if (this.#isOver) return Promise.reject(this.#fault);
    return new Promise((resolve, reject) => void (this.#reading = { buffer, resolve, reject }));
  }

  /** Resolves when the system has taken the bytes. In the handshake there is nobody to read them: it rejects. */
  write(bytes: Uint8Array): Promise<number> {
    if (this.#isOver) return Promise.reject(this.#fault);
    const socket = this.#socket;
    if (socket === undefined || !this.#isSecure) return Promise.reject(inHandshake());
    const part = bytes.subarray(0, MAX_WRITE_BYTES);
    this.#writingBytes = part.length;
    return new Promise((resolve, reject) => {
      this.#writes.add(reject);
      socket.write(part, (error) => {
        this.#writes.delete(reject);
        this.#writingBytes = 0;
        if (error) reject(error);
        else resolve(part.length);
      });
    });
  }

  closeWrite(): Promise<void> {
    if (this.#isOver) return Promise.reject(this.#fault);
    if (this.#socket === undefined || !this.#isSecure) return Promise.reject(inHandshake());
    this.#isEnding = true;
    this.#socket.end();
    return Promise.resolve();
  }

  /** At once, with the record that announces our end where it can go out: TLS wants that before the FIN. */
  close(): void {
    if (this.#isOver) return;
    if (!this.#isSecure || this.#writes.size > 0) return this.#end(closed());
    if (!this.#isEnding) this.#socket?.end();
    this.#leave(closed());
  }

  /** Finds out what the client begins with. */
  async #greet(): Promise<void> {
    const first = new Uint8Array(FIRST_READ_BYTES);
    const count = await this.#stream.read(first);
    if (this.#isOver) return;
    if (count === null) return this.#onEof();
    if (first[0] === HANDSHAKE_RECORD) return this.#secure(first.subarray(0, count));
    this.#fail("not_tls");
    if (isLetter(first[0]!)) await this.#answerInClear();
    this.#end(new Deno.errors.InvalidData("what came is no TLS"));
  }

  #secure(begun: Uint8Array): void {
    const stream = new BegunStream(begun, this.#stream);
    const cable = this.#cable = new RecordCable({
      read: (buffer) => stream.read(buffer),
      write: (bytes) => {
        this.#hasAnswered = true;
        return stream.write(bytes);
      },
      closeWrite: () => stream.closeWrite(),
      // TLS closes what it refuses before it tells why, and the client is to be told first.
      close: () => this.#hasAnswered || this.#isOver ? this.#closeStream() : undefined,
    });
    cable.on("error", this.#onFault);
    cable.on("close", this.#onClose);
    const { context: secureContext, tls: { TLSSocket } } = this.#parts;
    // The half that we still read stays open when ours is closed, as with TCP.
    const options = { isServer: true, secureContext, allowHalfOpen: true, ALPNProtocols: ["http/1.1"] };
    const socket = this.#socket = new TLSSocket(cable as Duplex, options);
    socket.on("secure", () => this.#isSecure = true);
    socket.on("data", this.#onBytes);
    socket.on("end", this.#onEof);
    socket.on("error", this.#onFault);
    // What goes wrong in the handshake is told so.
    socket.on("_tlsError", this.#onFault);
    socket.on("close", this.#onClose);
  }

  /** Says in HTTP what is wrong with it, and waits for the client to have read it: whoever made us may be faster. */
  async #answerInClear(): Promise<void> {
    const error = new HttpError(400, "This port speaks TLS: begin the address with https:// or wss://.");
    const answer = encodeRefusal(error, undefined, true, new Date().toUTCString());
    for (let at = 0; at < answer.length;) at += await this.#stream.write(answer.subarray(at));
    await this.#stream.closeWrite();
    const buffer = new Uint8Array(FIRST_READ_BYTES);
    for (let left = MAX_CLEAR_BYTES; left > 0;) {
      const count = await this.#stream.read(buffer);
      if (count === null) return;
      left -= count;
    }
  }

  readonly #onBytes = (bytes: Uint8Array): void => {
    if (this.#isOver) return;
    this.#waiting.push(bytes);
    this.#waitingBytes += bytes.length;
    const reading = this.#reading;
    if (reading !== undefined) {
      this.#reading = undefined;
      reading.resolve(this.#take(reading.buffer));
    }
    if (this.#waitingBytes > MAX_WAITING_BYTES) this.#cable?.hold();
    this.#tell();
  };

  readonly #onEof = (): void => {
    if (!this.#isSecure && this.#cable !== undefined) this.#fail("tls");
    this.#isEof = true;
    this.#reading?.resolve(null);
    this.#reading = undefined;
  };

  readonly #onFault = (error: unknown): void => {
    if (this.#isOver) return;
    if (this.#isSecure || this.#cable === undefined) return this.#end(error);
    this.#fail("tls");
    if (this.#hasAnswered) return this.#end(error);
    this.#finish(error);
    this.#stream.write(alertFor(error)).then(this.#drop, this.#drop);
  };

  readonly #onClose = (): void => {
    const error = new Deno.errors.ConnectionReset("the connection is gone");
    if (this.#isEnding) this.#leave(error);
    else this.#end(error);
  };

  #take(buffer: Uint8Array): number {
    let count = 0;
    while (count < buffer.length) {
      const first = this.#waiting[0];
      if (first === undefined) break;
      const part = first.subarray(0, buffer.length - count);
      buffer.set(part, count);
      count += part.length;
      if (part.length === first.length) this.#waiting.shift();
      else this.#waiting[0] = first.subarray(part.length);
    }
    this.#waitingBytes -= count;
    if (this.#waitingBytes <= MAX_WAITING_BYTES) this.#cable?.release();
    this.#tell();
    return count;
  }

  /** What waits for who reads has changed; what waits to be written does with the writes that they begin and end. */
  #tell(): void {
    if (this.#waitingBytes === this.#toldBytes) return;
    this.#toldBytes = this.#waitingBytes;
    this.#tellHeld();
  }

  #fail(fault: TlsFault): void {
    if (this.#isOver || this.#hasFailed) return;
    this.#hasFailed = true;
    this.#parts.failed?.(fault);
  }

  #end(error: unknown): void {
    if (this.#isOver) return;
    this.#finish(error);
    this.#drop();
  }

  /** Our last record is on its way. */
  #leave(error: unknown): void {
    if (this.#isOver) return;
    this.#finish(error);
    const cable = this.#cable;
    if (cable === undefined || cable.closed) return;
    // deadline: the client reads no more.
    const timer = setTimeout(this.#drop, LAST_RECORD_MS);
    cable.once("finish", () => cable.destroy()).once("close", () => clearTimeout(timer));
    if (cable.writableFinished) cable.destroy();
  }

  readonly #drop = (): void => {
    this.#cable?.hangUp();
    this.#socket?.destroy();
    this.#closeStream();
  };

  #closeStream(): void {
    if (this.#isStreamClosed) return;
    this.#isStreamClosed = true;
    this.#stream.close();
  }

  /** Nobody reads and writes any more. */
  #finish(error: unknown): void {
    this.#isOver = true;
    this.#fault = error;
    this.#waiting.length = this.#waitingBytes = this.#writingBytes = 0;
    this.#reading?.reject(error);
    this.#reading = undefined;
    for (const reject of this.#writes) reject(error);
    this.#writes.clear();
  }
}

/** As methods of HTTP begin. */
function isLetter(byte: number): boolean {
  return byte >= 0x41 && byte <= 0x5a;
}

function inHandshake(): Error {
  return new Deno.errors.NotConnected("the TLS handshake is not over");
}

function closed(): Error {
  return new Deno.errors.Interrupted("closed");
}
