/**
 * The transport over a stream whose reads and writes are promises: at most one of each is pending.
 *
 * @module
 */
import type { BufferPool } from "./buffer_pool.ts";
import { PENDING, StreamTransport } from "./stream_transport.ts";
import type { Turn } from "./turn.ts";

/** What is needed of a stream: `Deno.TcpConn` has it, and so has a pipe in memory. */
export interface ByteStream {
  read(buffer: Uint8Array): Promise<number | null>;
  write(bytes: Uint8Array): Promise<number>;
  closeWrite(): Promise<void>;
  close(): void;
  /** Bytes that wait inside, on their way in or out; left out by what has no inside. */
  readonly heldBytes?: number;
  /** Has this called when more or less waits on its way in. */
  onHeld?(told: () => void): void;
}

/** A TCP connection of Deno's as bytes. */
export class TcpTransport extends StreamTransport {
  readonly #stream: ByteStream;
  /** The stream, where it has an inside. */
  readonly #inside: ByteStream | undefined;
  #isReading = false;

  constructor(stream: ByteStream, remoteAddress: string, turn: Turn, pool: BufferPool) {
    super(remoteAddress, turn, pool);
    this.#stream = stream;
    this.#inside = stream.onHeld === undefined ? undefined : stream;
    this.#inside?.onHeld?.(() => this.events.onHeld?.());
  }

  override get heldBytes(): number {
    return this.output.heldBytes + (this.#inside?.heldBytes ?? 0);
  }

  /** True when a read is to be armed. */
  override get wantsRead(): boolean {
    return !this.#isReading && this.canRead;
  }

  override start(): void {
    this.turn.enter(this);
  }

  override arm(): void {
    if (!this.wantsRead) return;
    const buffer = this.bufferForRead();
    this.#isReading = true;
    this.#stream.read(buffer).then(this.#onRead, this.#onReadError);
  }

  override get isReading(): boolean {
    return this.#isReading;
  }

  /** A read is nearly always pending. */
  override get keepsInput(): boolean {
    return true;
  }

  override readOn(): void {
    if (this.wantsRead) this.turn.enter(this);
  }

  override write(bytes: Uint8Array<ArrayBuffer>): number {
    this.#stream.write(bytes).then(this.#onWrite, this.#onWriteError);
    return PENDING;
  }

  override closeWrite(): void {
    this.#stream.closeWrite().catch(() => this.destroy());
  }

  override close(): void {
    this.#stream.close();
  }

  readonly #onRead = (count: number | null): void => {
    this.#isReading = false;
    if (this.isClosed) return this.readEnded();
    this.received(count);
    this.turn.ready(this);
  };

  readonly #onReadError = (): void => {
    this.#isReading = false;
    if (this.isClosed) this.readEnded();
    else this.destroy();
  };

  readonly #onWrite = (count: number): void => this.wrote(count);

  readonly #onWriteError = (): void => this.writeFailed();
}
