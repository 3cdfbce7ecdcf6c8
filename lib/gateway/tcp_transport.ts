/**
 * The transport over a TCP stream: at most one read and one write pending, a read buffer that follows the traffic, and
 * an ending that lets the peer see our last bytes.
 *
 * @module
 */
import { type SegmentOwner, type SegmentSource, WriteBuffer } from "../frame/mod.ts";
import type { TransportName } from "../route/mod.ts";
import { type BufferPool, bufferSize, MAX_BUFFER_BYTES } from "./buffer_pool.ts";
import type { Transport, TransportEvents } from "./transport.ts";
import type { Turn, TurnMember } from "./turn.ts";

/** What is needed of a stream: `Deno.TcpConn` has it, and so has a pipe in memory. */
export interface ByteStream {
  read(buffer: Uint8Array): Promise<number | null>;
  write(bytes: Uint8Array): Promise<number>;
  closeWrite(): Promise<void>;
  close(): void;
}

/** So much is read and thrown away while we wait for the peer to see our last bytes. */
export const MAX_LINGER_BYTES = 16 * 1024 * 1024;

/** What the first read is expected to bring: the head of a request. */
const HEAD_BYTES = 1024;

const PHASE = { OPEN: 0, ENDING: 1, LINGERING: 2, CLOSED: 3 } as const;

const NO_BUFFER = new Uint8Array(0);

/** Who is told before anybody has taken the transport. */
const NOBODY: TransportEvents = {
  onBytes: (_bytes, _start, end) => end,
  onEnd() {},
  onWriting() {},
  onWritten() {},
  onClosed() {},
};

/** A TCP connection as bytes. */
export class TcpTransport implements Transport, TurnMember, SegmentOwner {
  readonly name: TransportName = "websocket";
  readonly remoteAddress: string;
  readonly output: WriteBuffer;
  events: TransportEvents = NOBODY;
  windowGeneration = 0;

  readonly #stream: ByteStream;
  readonly #turn: Turn;
  readonly #pool: BufferPool;

  #phase: typeof PHASE[keyof typeof PHASE] = PHASE.OPEN;
  #input = NO_BUFFER;
  /** What a read is expected to bring, after the first. */
  #recentBytes = 0;
  #isFirstRead = true;
  // What the last read brought and nobody has taken yet.
  #restStart = 0;
  #restEnd = 0;
  #pinCount = 0;
  /** Buffers that are pinned, and no longer read into, by how often. */
  #detached: Map<Uint8Array<ArrayBuffer>, number> | undefined;
  /** The read under way goes to where the events want it. */
  #isLent = false;
  /** So many bytes have come there. */
  #lentBytes = 0;
  #isReading = false;
  #isPaused = false;
  #isEof = false;
  #isTouched = false;
  #isDeferred = false;
  /** While the chunk is walked its buffer is neither read into nor given back. */
  #isProcessing = false;
  #discardedBytes = 0;
  /** False when the peer has announced that nothing follows: what it sends all the same is not read. */
  #awaitsPeer = true;

  constructor(stream: ByteStream, remoteAddress: string, turn: Turn, pool: BufferPool) {
    this.#stream = stream;
    this.remoteAddress = remoteAddress;
    this.#turn = turn;
    this.#pool = pool;
    this.output = new WriteBuffer(pool);
  }

  /** True when a read is to be armed. */
  get wantsRead(): boolean {
    return !this.#isReading && !this.#isPaused && !this.#isEof && !this.#isProcessing &&
      this.#phase !== PHASE.CLOSED && this.#restStart === this.#restEnd && this.#lentBytes === 0 && this.#awaitsPeer;
  }

  /** Begins to read. Called once. */
  start(): void {
    this.#turn.enter(this);
  }

  /** Starts a read into a buffer of its own size class. */
  arm(): void {
    if (!this.wantsRead) return;
    const isBusy = this.#recentBytes === MAX_BUFFER_BYTES && this.#phase === PHASE.OPEN;
    const lent = isBusy ? this.events.lendInput?.() : undefined;
    this.#isLent = lent !== undefined;
    // A long message takes its time: meanwhile others may have the buffer.
    if (lent !== undefined) this.#releaseInput();
    this.#isReading = true;
    this.#stream.read(lent ?? this.#inputForRead()).then(this.#onRead, this.#onReadError);
  }

  get pins(): SegmentOwner {
    return this;
  }

  get buffers(): SegmentSource {
    return this.#pool;
  }

  pin(bytes: Uint8Array<ArrayBuffer>): void {
    if (bytes === this.#input) this.#pinCount++;
    else this.#repin(bytes, 1);
  }

  /** Takes pinned bytes back: this is {@linkcode pins}. */
  give(bytes: Uint8Array<ArrayBuffer>): void {
    if (bytes !== this.#input) return this.#repin(bytes, -1);
    this.#pinCount--;
    if (this.#phase === PHASE.CLOSED && !this.#isReading) this.#releaseInput();
  }

  /** A handler that waited may pin once more what is no longer read into. */
  #repin(bytes: Uint8Array<ArrayBuffer>, by: 1 | -1): void {
    const count = this.#detached?.get(bytes);
    // Not one of ours: what came before the handshake was answered lies in a buffer of its own.
    if (count === undefined) return;
    if (count + by > 0) return void this.#detached?.set(bytes, count + by);
    this.#detached?.delete(bytes);
    this.#pool.give(bytes);
  }

  pause(): void {
    this.#isPaused = true;
  }

  resume(): void {
    if (!this.#isPaused) return;
    this.#isPaused = false;
    if (this.#restStart < this.#restEnd) this.#defer();
    else if (this.wantsRead) this.#turn.enter(this);
  }

  touch(): void {
    if (this.#isTouched || this.output.isInFlight || this.#phase === PHASE.CLOSED) return;
    this.#isTouched = true;
    this.#turn.touch(this);
  }

  end(awaitsPeer = true): void {
    if (this.#phase !== PHASE.OPEN) return;
    this.#phase = PHASE.ENDING;
    this.#awaitsPeer = awaitsPeer;
    this.#discardedBytes = this.#restEnd - this.#restStart;
    this.#restStart = this.#restEnd;
    this.resume();
    this.touch();
  }

  destroy(): void {
    if (this.#phase === PHASE.CLOSED) return;
    this.#phase = PHASE.CLOSED;
    this.#turn.forget(this);
    this.#stream.close();
    this.output.dispose();
    if (!this.#isReading) this.#endRead();
    this.events.onClosed();
  }

  process(): void {
    this.#isDeferred = false;
    if (this.#phase === PHASE.CLOSED) return;
    if (this.#restStart === this.#restEnd && this.#lentBytes === 0) return this.#isEof ? this.#end() : undefined;
    if (this.#phase !== PHASE.OPEN) return this.#discard();
    this.#isProcessing = true;
    try {
      this.#walk();
    } finally {
      this.#isProcessing = false;
    }
    if (this.#isClosed) return this.#releaseInput();
    if (this.#phase !== PHASE.OPEN) this.#restStart = this.#restEnd;
    if (this.#restStart < this.#restEnd && !this.#isPaused) this.#defer();
  }

  flush(): void {
    this.#isTouched = false;
    if (this.#phase === PHASE.CLOSED) return;
    let bytes: Uint8Array<ArrayBuffer> | undefined;
    try {
      bytes = this.output.begin();
    } catch (error) {
      // A handler has transferred the buffer of a view that it had sent: that ends its connection, and no other.
      this.destroy();
      return reportError(error);
    }
    if (bytes !== undefined) {
      this.events.onWriting();
      this.#stream.write(bytes).then(this.#onWrite, this.#onWriteError);
    } else if (this.#phase === PHASE.ENDING && !this.output.isInFlight) {
      this.#closeWrite();
    }
  }

  /** Hands the chunk on. The HTTP exchange may hand over to the connection in the middle of it. */
  #walk(): void {
    if (this.#lentBytes > 0) {
      const count = this.#lentBytes;
      this.#lentBytes = 0;
      this.#isLent = false;
      return this.events.onInput?.(count);
    }
    let events: TransportEvents;
    do {
      events = this.events;
      this.#restStart = events.onBytes(this.#input, this.#restStart, this.#restEnd);
    } while (events !== this.events && this.#restStart < this.#restEnd && this.#phase === PHASE.OPEN);
  }

  /** Asked for where a call in between may have changed it. */
  get #isClosed(): boolean {
    return this.#phase === PHASE.CLOSED;
  }

  /** The buffer for the next read: the last one, unless it is pinned or of the wrong size. */
  #inputForRead(): Uint8Array<ArrayBuffer> {
    if (this.#pinCount > 0) {
      // Whoever pinned it gives it back.
      (this.#detached ??= new Map()).set(this.#input, this.#pinCount);
      this.#pinCount = 0;
      this.#input = NO_BUFFER;
    }
    const size = bufferSize(this.#isFirstRead ? HEAD_BYTES : this.#recentBytes);
    if (this.#input.length === size) return this.#input;
    if (this.#input !== NO_BUFFER) this.#pool.give(this.#input);
    return this.#input = this.#pool.take(size);
  }

  readonly #onRead = (count: number | null): void => {
    this.#isReading = false;
    if (this.#phase === PHASE.CLOSED) return this.#endRead();
    if (count === null) {
      this.#isEof = true;
      this.#returnLent();
    } else if (this.#isLent) {
      this.#lentBytes = count;
      this.#recentBytes = Math.min(Math.max(count, faded(this.#recentBytes)), MAX_BUFFER_BYTES);
    } else {
      this.#restStart = 0;
      this.#restEnd = count;
      // A read that filled its buffer left some behind. The rest, a small read, must not undo what was learned.
      const size = this.#input.length;
      // The head of a request tells nothing of the messages after it, and many connections stay silent.
      const seen = this.#isFirstRead ? 0 : count;
      const wanted = count === size ? size * 2 : Math.max(seen, faded(this.#recentBytes));
      this.#isFirstRead = false;
      this.#recentBytes = Math.min(wanted, MAX_BUFFER_BYTES);
    }
    this.#turn.ready(this);
  };

  readonly #onReadError = (): void => {
    this.#isReading = false;
    if (this.#phase !== PHASE.CLOSED) this.destroy();
    this.#endRead();
  };

  /** The pipe is gone, and no read is under way: its buffer is free. */
  #endRead(): void {
    this.#returnLent();
    this.#releaseInput();
  }

  #returnLent(): void {
    if (!this.#isLent) return;
    this.#isLent = false;
    this.events.takeBackInput?.();
  }

  readonly #onWrite = (count: number): void => {
    this.output.wrote(count);
    if (this.#phase === PHASE.CLOSED) return this.output.dispose();
    this.events.onWritten();
    // Even what is left of a long message waits for those who came first.
    if (this.output.byteLength > 0 || this.#phase === PHASE.ENDING) this.touch();
  };

  readonly #onWriteError = (): void => {
    this.output.wrote(0);
    if (this.#phase === PHASE.CLOSED) this.output.dispose();
    else this.destroy();
  };

  #end(): void {
    if (this.#phase === PHASE.OPEN) this.events.onEnd();
    else if (this.#phase === PHASE.LINGERING) this.destroy();
  }

  #discard(): void {
    this.#discardedBytes += this.#restEnd - this.#restStart + this.#lentBytes;
    this.#restStart = this.#restEnd;
    this.#lentBytes = 0;
    if (this.#discardedBytes > MAX_LINGER_BYTES) this.destroy();
  }

  /** All is written: the peer is told, and has the last word. */
  #closeWrite(): void {
    this.#phase = PHASE.LINGERING;
    // RFC 6455 §5.5.1: with both Close frames sent, "the server MUST close the underlying TCP connection immediately". A
    // peer that keeps the rules has sent nothing since that could be unread and make the kernel reset.
    if (this.#isEof || !this.#awaitsPeer) return this.destroy();
    this.#stream.closeWrite().catch(() => this.destroy());
  }

  #defer(): void {
    if (this.#isDeferred) return;
    this.#isDeferred = true;
    this.#turn.defer(this);
  }

  #releaseInput(): void {
    if (this.#pinCount > 0 || this.#isProcessing || this.#input === NO_BUFFER) return;
    this.#pool.give(this.#input);
    this.#input = NO_BUFFER;
  }
}

/** What large reads let us expect fades with every smaller one: by half in five. */
function faded(recentBytes: number): number {
  return recentBytes - (recentBytes >> 3);
}
