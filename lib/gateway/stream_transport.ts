/**
 * What transports over byte streams share, however the bytes come and go: a read buffer that follows the traffic, at
 * most one write under way, pins, pauses, and an ending that lets the peer see our last bytes.
 *
 * @module
 */
import { type SegmentOwner, type SegmentSource, WriteBuffer } from "../frame/mod.ts";
import type { TransportName } from "../route/mod.ts";
import { type BufferPool, bufferSize, MAX_BUFFER_BYTES } from "./buffer_pool.ts";
import type { OutputObserver, Traffic, Transport, TransportEvents } from "./transport.ts";
import type { Turn, TurnMember } from "./turn.ts";

/** So much is read and thrown away while we wait for the peer to see our last bytes. */
export const MAX_LINGER_BYTES = 16 * 1024 * 1024;

/** What the first read is expected to bring: the head of a request. */
const HEAD_BYTES = 1024;

const PHASE = { OPEN: 0, ENDING: 1, LINGERING: 2, CLOSED: 3 } as const;

const NO_BUFFER = new Uint8Array(0);

/** Not taken by the system yet. */
export const PENDING = -1;

/** Who is told before anybody has taken the transport. */
const NOBODY: TransportEvents = {
  onBytes: (_bytes, _start, end) => end,
  onEnd() {},
  onWriting() {},
  onWritten() {},
  onClosed() {},
};

/**
 * A two-way stream as bytes. Who extends it reads and writes; the members between the first two headings are what the
 * two owe each other. To everybody else it is a {@linkcode Transport}.
 */
export abstract class StreamTransport implements Transport, TurnMember, SegmentOwner {
  readonly name: TransportName = "websocket";
  readonly remoteAddress: string;
  readonly output: WriteBuffer;
  events: TransportEvents = NOBODY;
  observer: OutputObserver | undefined = undefined;
  windowGeneration = 0;

  readonly turn: Turn;
  readonly #pool: BufferPool;

  #phase: typeof PHASE[keyof typeof PHASE] = PHASE.OPEN;
  #input = NO_BUFFER;
  /** What a read is expected to bring. */
  #recentBytes = 0;
  #isFirstRead = true;
  #bytesIn = 0;
  // What the last read brought and nobody has taken yet.
  #restStart = 0;
  #restEnd = 0;
  #pinCount = 0;
  /** Buffers that are pinned, and no longer read into, by how often. */
  #detached: Map<Uint8Array<ArrayBuffer>, number> | undefined;
  /** The read under way goes, or the last one went, to where the events want it, and they have not been told. */
  #isLent = false;
  /** So many bytes have come there. */
  #lentBytes = 0;
  #isPaused = false;
  #isEof = false;
  /** Who reads has not been told yet. */
  #isEndDue = false;
  #isTouched = false;
  #isDeferred = false;
  /** While the chunk is walked its buffer is neither read into nor given back. */
  #isProcessing = false;
  #discardedBytes = 0;
  /** False when the peer has announced that nothing follows: what it sends all the same is not read. */
  #awaitsPeer = true;

  constructor(remoteAddress: string, turn: Turn, pool: BufferPool) {
    this.remoteAddress = remoteAddress;
    this.turn = turn;
    this.#pool = pool;
    this.output = new WriteBuffer(pool);
  }

  // What who extends it does.

  /** Begins to read. Called once. */
  abstract start(): void;
  abstract readonly wantsRead: boolean;
  abstract arm(): void;
  /** True while the system may write into the buffer that {@linkcode bufferForRead} gave. */
  abstract readonly isReading: boolean;
  /** Whether the read buffer is kept for the next read, though nothing is in it. */
  abstract readonly keepsInput: boolean;
  /** Reading may go on, if there is something to be read and somebody to take it. */
  abstract readOn(): void;
  /**
   * Writes what can be written at once.
   *
   * @returns how many bytes were, or `PENDING`: then {@linkcode wrote} or {@linkcode writeFailed} follows.
   */
  abstract write(bytes: Uint8Array<ArrayBuffer>): number;
  /** Closes our side of the stream. */
  abstract closeWrite(): void;
  /** Closes the stream at once. */
  abstract close(): void;

  get traffic(): Traffic {
    return { requests: 1, bytesIn: this.#bytesIn, bytesOut: this.output.writtenBytes };
  }

  get heldBytes(): number {
    return this.output.heldBytes;
  }

  // What it tells.

  /** True where the next read would find somebody to take its bytes. */
  get canRead(): boolean {
    return !this.#isPaused && !this.#isEof && !this.#isProcessing && this.#phase !== PHASE.CLOSED &&
      this.#restStart === this.#restEnd && this.#lentBytes === 0 && this.#awaitsPeer;
  }

  /** Where the next read is to go: to where the events want it, or into a buffer of the size class of late. */
  bufferForRead(): Uint8Array<ArrayBuffer> {
    const isBusy = this.#recentBytes === MAX_BUFFER_BYTES && this.#phase === PHASE.OPEN;
    const lent = isBusy ? this.events.lendInput?.() : undefined;
    this.#isLent = lent !== undefined;
    if (lent === undefined) return this.#inputForRead();
    // A long message takes its time: meanwhile others may have the buffer.
    this.#giveInput();
    return lent;
  }

  /** A read brought so many bytes, or the end. {@linkcode process} is due. */
  received(count: number | null): void {
    if (count !== null) this.#bytesIn += count;
    if (count === null) {
      this.#isEof = this.#isEndDue = true;
      this.returnLent();
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
  }

  /** The place that the events lent for a read is told back: none will come there. */
  returnLent(): void {
    if (!this.#isLent) return;
    this.#isLent = false;
    this.events.takeBackInput?.();
  }

  /** The pipe is gone: once no read is under way, what it was to bring has no place any more. */
  readEnded(): void {
    if (this.isReading) return;
    this.returnLent();
    this.#giveInput();
  }

  /** The write under way took so many bytes. */
  wrote(count: number): void {
    if (this.observer !== undefined) this.output.show(count, this.observer);
    this.output.wrote(count);
    if (this.isClosed) return this.output.dispose();
    this.events.onWritten();
    // What is left waits for those who came first.
    if (this.output.byteLength > 0 || this.#phase === PHASE.ENDING) this.touch();
  }

  /** The write under way met nobody. */
  writeFailed(): void {
    this.output.wrote(0);
    if (this.isClosed) this.output.dispose();
    else this.destroy();
  }

  /** Asked for where a call in between may have changed it. */
  get isClosed(): boolean {
    return this.#phase === PHASE.CLOSED;
  }

  /** {@linkcode process} is to be called when the others have had their turn. */
  defer(): void {
    if (this.#isDeferred) return;
    this.#isDeferred = true;
    this.turn.defer(this);
  }

  /** Gives the read buffer back, unless somebody uses it or there is something in it. */
  releaseInput(): void {
    if (this.#restStart === this.#restEnd || this.isClosed) this.#giveInput();
  }

  // What the connection asks for.

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
    if (this.isClosed || !this.keepsInput) this.releaseInput();
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
    if (this.#restStart < this.#restEnd) this.defer();
    else this.readOn();
  }

  touch(): void {
    if (this.#isTouched || this.output.isInFlight || this.#phase === PHASE.CLOSED) return;
    this.#isTouched = true;
    this.turn.touch(this);
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
    this.turn.forget(this);
    this.close();
    this.output.dispose();
    this.readEnded();
    this.events.onClosed();
  }

  process(): void {
    this.#isDeferred = false;
    if (this.#phase === PHASE.CLOSED) return;
    if (this.#restStart === this.#restEnd && this.#lentBytes === 0) return this.#isEndDue ? this.#end() : undefined;
    if (this.#phase !== PHASE.OPEN) return this.#discard();
    this.#isProcessing = true;
    try {
      this.#walk();
    } finally {
      this.#isProcessing = false;
    }
    if (this.isClosed) return this.#giveInput();
    if (this.#phase !== PHASE.OPEN) this.#restStart = this.#restEnd;
    if (this.#restStart < this.#restEnd && !this.#isPaused) this.defer();
  }

  flush(): void {
    this.#isTouched = false;
    while (!this.isClosed) {
      const bytes = this.#begin();
      if (bytes === undefined) break;
      const count = this.write(bytes);
      if (count === PENDING) {
        if (!this.isClosed) this.events.onWriting();
        return;
      }
      if (this.observer !== undefined) this.output.show(count, this.observer);
      this.output.wrote(count);
      this.events.onWritten();
    }
    if (this.#phase === PHASE.ENDING && !this.output.isInFlight) this.#linger();
  }

  #begin(): Uint8Array<ArrayBuffer> | undefined {
    try {
      return this.output.begin();
    } catch (error) {
      // A handler has transferred the buffer of a view that it had sent: that ends its connection, and no other.
      this.destroy();
      reportError(error);
      return undefined;
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

  #end(): void {
    this.#isEndDue = false;
    if (this.#phase === PHASE.OPEN) this.events.onEnd();
    else if (this.#phase === PHASE.LINGERING) this.destroy();
  }

  #discard(): void {
    this.#discardedBytes += this.#restEnd - this.#restStart + this.#lentBytes;
    this.#restStart = this.#restEnd;
    this.#lentBytes = 0;
    this.returnLent();
    if (this.#discardedBytes > MAX_LINGER_BYTES) this.destroy();
  }

  /** All is written: the peer is told, and has the last word. */
  #linger(): void {
    this.#phase = PHASE.LINGERING;
    // RFC 6455 §5.5.1: with both Close frames sent, "the server MUST close the underlying TCP connection immediately". A
    // peer that keeps the rules has sent nothing since that could be unread and make the kernel reset.
    if (this.#isEof || !this.#awaitsPeer) this.destroy();
    else this.closeWrite();
  }

  #giveInput(): void {
    if (this.#pinCount > 0 || this.#isProcessing || this.isReading || this.#input === NO_BUFFER) return;
    this.#pool.give(this.#input);
    this.#input = NO_BUFFER;
  }
}

/** What large reads let us expect fades with every smaller one: by half in five. */
function faded(recentBytes: number): number {
  return recentBytes - (recentBytes >> 3);
}
