/**
 * The transport over HTTP requests: what bodies bring is read, and what was appended is kept until it is acknowledged.
 *
 * A write is what an answer carries; it is under way until the client says that it has it. So what is held for sending it
 * again counts as buffered, and nothing above has to know.
 *
 * @module
 */
import type { TransportName } from "../../route/mod.ts";
import type { BufferPool } from "../buffer_pool.ts";
import { PENDING, StreamTransport } from "../stream_transport.ts";
import type { Traffic } from "../transport.ts";
import type { Turn } from "../turn.ts";

/** The transports that are made of requests. */
export type PollName = Exclude<TransportName, "websocket">;

/** Who is told what has become possible. */
export interface PollEvents {
  /** There is something to answer with, or there will be nothing any more. */
  onOutput(): void;
  /** All that was brought has been taken, or nothing is taken any more. */
  onTaken(): void;
  /** It is over. Once, last. */
  onGone(): void;
}

/** An answer has about so many bytes at most; a single message may exceed it. */
export const MAX_ANSWER_BYTES = 1024 * 1024;

const NO_BYTES = new Uint8Array(0);

/** Two streams of bytes, each in pieces that somebody else carries. */
export class PollTransport extends StreamTransport {
  override readonly name: PollName;
  readonly #events: PollEvents;
  readonly #traffic = { requests: 0, bytesIn: 0, bytesOut: 0 };
  /** What a body brought, and how much of it has been read. */
  #brought: Uint8Array = NO_BYTES;
  #readAt = 0;
  /** The client sends nothing more, and this has not been read yet. */
  #isEndBrought = false;
  /** What is under way. */
  #offered: Uint8Array<ArrayBuffer>[] = [];
  #isWriteClosed = false;
  #awaitsPeer = true;

  constructor(name: PollName, events: PollEvents, remoteAddress: string, turn: Turn, pool: BufferPool) {
    super(remoteAddress, turn, pool);
    this.name = name;
    this.#events = events;
  }

  override get traffic(): Traffic {
    return { ...this.#traffic };
  }

  // What its session does.

  /** A request has come: so many bytes, its head included. */
  asked(byteLength: number): void {
    this.#traffic.requests++;
    this.#traffic.bytesIn += byteLength;
  }

  /** It was answered with so many bytes, the head included. */
  answered(byteLength: number): void {
    this.#traffic.bytesOut += byteLength;
  }

  /** Nothing that was brought waits to be taken. */
  get hasTaken(): boolean {
    return this.#isDeaf || (this.#readAt === this.#brought.length && this.canRead);
  }

  /** Everything has been sent and acknowledged, and nothing will follow. */
  get isWriteClosed(): boolean {
    return this.#isWriteClosed;
  }

  /** So many bytes are acknowledged. */
  get acknowledged(): number {
    return this.output.writtenBytes;
  }

  /** So many bytes of the stream may have arrived. */
  get offeredEnd(): number {
    return this.#offered.reduce((sum, bytes) => sum + bytes.length, this.acknowledged);
  }

  /** Brings bytes; {@linkcode hasTaken} must be true. They are copied as they are read. */
  bring(bytes: Uint8Array): void {
    this.#brought = bytes;
    this.#readAt = 0;
    this.readOn();
  }

  /** The client sends nothing more. */
  bringEnd(): void {
    if (this.#isEndBrought) return;
    this.#isEndBrought = true;
    this.readOn();
  }

  /** What to answer with: all that is under way, and what may go with it. Untouched until it is acknowledged. */
  offer(): readonly Uint8Array<ArrayBuffer>[] {
    if (this.#offered.length === 0) return [];
    this.#offered.push(...this.output.beginMore(MAX_ANSWER_BYTES - (this.offeredEnd - this.acknowledged)));
    return this.#offered;
  }

  /** The client has the stream up to here: not less than before, and not more than was offered. */
  acknowledge(position: number): void {
    const count = position - this.acknowledged;
    if (count === 0) return;
    this.#offered = [];
    this.wrote(count);
  }

  // What a stream transport is made of.

  override start(): void {}

  override get wantsRead(): boolean {
    return (this.#readAt < this.#brought.length || this.#isEndBrought) && this.canRead;
  }

  override arm(): void {
    if (!this.wantsRead) return;
    const left = this.#brought.length - this.#readAt;
    if (left === 0) this.received(null);
    else {
      const buffer = this.bufferForRead();
      const count = Math.min(left, buffer.length);
      buffer.set(this.#brought.subarray(this.#readAt, this.#readAt + count));
      this.#readAt += count;
      if (count === left) this.#forgetBrought();
      this.received(count);
    }
    this.turn.ready(this);
  }

  override process(): void {
    super.process();
    if (this.wantsRead) return;
    this.releaseInput();
    if (this.hasTaken) this.#events.onTaken();
  }

  override get isReading(): boolean {
    return false;
  }

  override get keepsInput(): boolean {
    return false;
  }

  override readOn(): void {
    if (this.wantsRead) this.turn.enter(this);
    else if (this.hasTaken) this.#events.onTaken();
  }

  override write(bytes: Uint8Array<ArrayBuffer>): number {
    this.#offered = [bytes];
    this.#events.onOutput();
    return PENDING;
  }

  override end(awaitsPeer = true): void {
    this.#awaitsPeer = awaitsPeer;
    super.end(awaitsPeer);
  }

  override closeWrite(): void {
    this.#isWriteClosed = true;
    this.#events.onOutput();
  }

  override close(): void {
    this.#forgetBrought();
    this.#offered = [];
    if (this.output.isInFlight) this.output.wrote(0);
    this.#events.onGone();
  }

  /** What is brought matters to nobody any more. */
  get #isDeaf(): boolean {
    return this.isClosed || this.#isEndBrought || !this.#awaitsPeer;
  }

  #forgetBrought(): void {
    this.#brought = NO_BYTES;
    this.#readAt = 0;
  }
}
