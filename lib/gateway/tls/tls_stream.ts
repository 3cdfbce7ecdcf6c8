/**
 * The server's side of TLS on a byte stream that is ours: bytes in the clear, in and out.
 *
 * Not `Deno.listenTls`: a connection of its that is closed in the middle of the handshake, or while a write is stuck,
 * stays open until the client leaves it, and nobody can end it (measured with Deno 2.9.6). Here the stream below is
 * ours to close.
 *
 * @module
 */
import type { Duplex } from "node:stream";
import type { SecureContext, TLSSocket } from "node:tls";
import type { ByteStream } from "../tcp_transport.ts";
import type { Tls } from "./certificate.ts";
import { RecordCable } from "./record_cable.ts";

/** So much is taken in that nobody has asked for yet; then the client has to wait. */
const MAX_WAITING_BYTES = 64 * 1024;

/** So long the record that announces our end may take until it has gone out. */
const LAST_RECORD_MS = 1_000;

interface PendingRead {
  readonly buffer: Uint8Array;
  resolve(count: number | null): void;
  reject(error: unknown): void;
}

/** One connection. The handshake begins at once, and is over before the first read is. */
export class TlsStream implements ByteStream {
  readonly #socket: TLSSocket;
  readonly #cable: RecordCable;
  /** What has come, first to last, and nobody has read. */
  readonly #waiting: Uint8Array[] = [];
  #waitingBytes = 0;
  #reading: PendingRead | undefined;
  #isSecure = false;
  #isEof = false;
  #fault: unknown;
  /** Our end is announced. */
  #isEnding = false;
  #isOver = false;
  /** Rejects the writes under way when the connection is over. */
  readonly #writes = new Set<(error: unknown) => void>();

  constructor(stream: ByteStream, context: SecureContext, { TLSSocket }: Pick<Tls, "TLSSocket">) {
    this.#cable = new RecordCable(stream);
    this.#cable.on("error", this.#onFault);
    this.#cable.on("close", this.#onClose);
    // The half that we still read stays open when ours is closed, as with TCP.
    const options = { isServer: true, secureContext: context, allowHalfOpen: true, ALPNProtocols: ["http/1.1"] };
    const socket = this.#socket = new TLSSocket(this.#cable as Duplex, options);
    socket.on("secure", () => this.#isSecure = true);
    socket.on("data", this.#onBytes);
    socket.on("end", this.#onEof);
    socket.on("error", this.#onFault);
    // What goes wrong in the handshake is told so.
    socket.on("_tlsError", this.#onFault);
    socket.on("close", this.#onClose);
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
    if (!this.#isSecure) return Promise.reject(inHandshake());
    return new Promise((resolve, reject) => {
      this.#writes.add(reject);
      this.#socket.write(bytes, (error) => {
        this.#writes.delete(reject);
        if (error) reject(error);
        else resolve(bytes.length);
      });
    });
  }

  closeWrite(): Promise<void> {
    if (this.#isOver) return Promise.reject(this.#fault);
    if (!this.#isSecure) return Promise.reject(inHandshake());
    this.#isEnding = true;
    this.#socket.end();
    return Promise.resolve();
  }

  /** At once, with the record that announces our end where it can go out: TLS wants that before the FIN. */
  close(): void {
    if (this.#isOver) return;
    if (!this.#isSecure || this.#writes.size > 0) return this.#end(closed());
    if (!this.#isEnding) this.#socket.end();
    this.#leave(closed());
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
    if (this.#waitingBytes > MAX_WAITING_BYTES) this.#cable.hold();
  };

  readonly #onEof = (): void => {
    this.#isEof = true;
    this.#reading?.resolve(null);
    this.#reading = undefined;
  };

  readonly #onFault = (error: unknown): void => this.#end(error);

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
    if (this.#waitingBytes <= MAX_WAITING_BYTES) this.#cable.release();
    return count;
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
    if (this.#cable.closed) return;
    // deadline: the client reads no more.
    const timer = setTimeout(this.#drop, LAST_RECORD_MS);
    this.#cable.once("finish", () => this.#cable.destroy()).once("close", () => clearTimeout(timer));
    if (this.#cable.writableFinished) this.#cable.destroy();
  }

  readonly #drop = (): void => {
    this.#cable.hangUp();
    this.#socket.destroy();
  };

  /** Nobody reads and writes any more. */
  #finish(error: unknown): void {
    this.#isOver = true;
    this.#fault = error;
    this.#waiting.length = this.#waitingBytes = 0;
    this.#reading?.reject(error);
    this.#reading = undefined;
    for (const reject of this.#writes) reject(error);
    this.#writes.clear();
  }
}

function inHandshake(): Error {
  return new Deno.errors.NotConnected("the TLS handshake is not over");
}

function closed(): Error {
  return new Deno.errors.Interrupted("closed");
}
