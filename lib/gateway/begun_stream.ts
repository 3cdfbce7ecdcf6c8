/**
 * A stream of which something has been read, to find out what it is.
 *
 * @module
 */
import type { ByteStream } from "./tcp_transport.ts";

/** A stream that is read from its beginning all the same. */
export class BegunStream implements ByteStream {
  #begun: Uint8Array;
  readonly #rest: ByteStream;

  constructor(begun: Uint8Array, rest: ByteStream) {
    this.#begun = begun;
    this.#rest = rest;
  }

  read(buffer: Uint8Array): Promise<number | null> {
    if (this.#begun.length === 0) return this.#rest.read(buffer);
    const part = this.#begun.subarray(0, buffer.length);
    buffer.set(part);
    this.#begun = this.#begun.subarray(part.length);
    return Promise.resolve(part.length);
  }

  write(bytes: Uint8Array): Promise<number> {
    return this.#rest.write(bytes);
  }

  closeWrite(): Promise<void> {
    return this.#rest.closeWrite();
  }

  close(): void {
    this.#rest.close();
  }
}
