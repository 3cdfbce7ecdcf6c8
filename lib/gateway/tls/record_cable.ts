/**
 * A byte stream as Node's streams see one: what TLS reads its records from, and writes them to.
 *
 * @module
 */
import { Duplex } from "node:stream";
import type { ByteStream } from "../tcp_transport.ts";

/** A connection that is silent waits with a read of so many bytes; one that is busy, with one of as many as it brings. */
const MIN_READ_BYTES = 512;
const MAX_READ_BYTES = 64 * 1024;

/** The stream below TLS. */
export class RecordCable extends Duplex {
  readonly #stream: ByteStream;
  #readBytes = MIN_READ_BYTES;
  #isClosed = false;
  #isHeld = false;
  /** Somebody wants to read, and may not. */
  #isReadDue = false;
  #writing: Promise<void> | undefined;

  constructor(stream: ByteStream) {
    super({ allowHalfOpen: true });
    this.#stream = stream;
  }

  override _read(): void {
    if (this.#isHeld) {
      this.#isReadDue = true;
      return;
    }
    const buffer = new Uint8Array(this.#readBytes);
    this.#stream.read(buffer).then((count) => {
      if (this.#isClosed) return;
      if (count === null) return void this.push(null);
      this.#readBytes = count === buffer.length
        ? Math.min(MAX_READ_BYTES, count * 2)
        : Math.max(MIN_READ_BYTES, this.#readBytes >> 1, 2 ** Math.ceil(Math.log2(count)));
      this.push(buffer.subarray(0, count));
    }, (error) => void this.destroy(error));
  }

  override _write(bytes: Uint8Array, _encoding: string, done: (error?: Error | null) => void): void {
    const writing = this.#writing = this.#writeAll(bytes);
    writing.then(() => done(), done);
  }

  override _final(done: (error?: Error | null) => void): void {
    this.#stream.closeWrite().then(() => done(), done);
  }

  /** The write that is under way may be the last record, and goes out first. */
  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    const end = (): void => {
      this.#close();
      done(error);
    };
    if (error === null && this.#writing !== undefined && !this.#isClosed) this.#writing.then(end, end);
    else end();
  }

  /** Reads no more: TLS itself reads on while it is paused. */
  hold(): void {
    this.#isHeld = true;
  }

  /** Reads on. */
  release(): void {
    this.#isHeld = false;
    if (!this.#isReadDue || this.#isClosed) return;
    this.#isReadDue = false;
    this._read();
  }

  /** Closes the stream, whatever is under way. */
  hangUp(): void {
    this.#close();
    this.destroy();
  }

  #close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#stream.close();
  }

  async #writeAll(bytes: Uint8Array): Promise<void> {
    for (let at = 0; at < bytes.length;) at += await this.#stream.write(bytes.subarray(at));
    this.#writing = undefined;
  }
}
