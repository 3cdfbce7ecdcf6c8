/**
 * One side of the connection between the parent and a worker: records both ways, and calls that are answered.
 *
 * It is a TCP connection over loopback and not the worker's standard output: whatever route code, a library or a program
 * it starts prints there cannot get between the records.
 *
 * @module
 */
import { messageOf } from "../route/table.ts";
import { type BatchWriter, Calls, decodeValue, Outbox, RecordReader, type TakeRecord } from "../runtime/mod.ts";
import { BOTH, type FailureValue, MAX_LINK_RECORD_BYTES } from "./wire.ts";

/** What a link runs over: `Deno.TcpConn` does. */
export interface LinkStream {
  read(buffer: Uint8Array): Promise<number | null>;
  write(bytes: Uint8Array): Promise<number>;
  close(): void;
}

/** What a link tells. */
export interface LinkEvents {
  /** A record that is no answer; its bytes are valid until this returns. */
  readonly take: TakeRecord;
  /** The other side is gone. Once, last. @param fault that has ended it, where it was no end of the other side. */
  onClosed(fault: unknown): void;
  /** Puts in what belongs to the end of a batch. */
  prepare?(): void;
}

/** How a link is bounded. */
export interface LinkLimits {
  /** With more than this waiting to be sent nothing is read: who does not take answers is not asked for questions. */
  readonly maxUnsentBytes?: number;
}

/** The other side has gone before it answered. */
export class LinkClosed extends Error {
  override readonly name = "LinkClosed";
}

/** How a read fails when a connection has ended, here or there. */
const ENDS = [
  Deno.errors.BadResource,
  Deno.errors.BrokenPipe,
  Deno.errors.ConnectionAborted,
  Deno.errors.ConnectionReset,
  Deno.errors.Interrupted,
];

/** One side. */
export class Link {
  readonly #stream: LinkStream;
  readonly #events: LinkEvents;
  readonly #maxUnsentBytes: number;
  readonly #calls = new Calls();
  readonly #outbox: Outbox;
  #isClosed = false;
  #isWriting = false;
  #onSent: (() => void)[] = [];

  constructor(stream: LinkStream, events: LinkEvents, { maxUnsentBytes = Infinity }: LinkLimits = {}) {
    this.#stream = stream;
    this.#events = events;
    this.#maxUnsentBytes = maxUnsentBytes;
    this.#outbox = new Outbox((batch) => this.#send(batch), () => events.prepare?.());
  }

  /** False once the other side is gone: what is put in then is lost. */
  get isOpen(): boolean {
    return !this.#isClosed;
  }

  /** What waits to be sent, beside the batch that is under way. */
  get unsentBytes(): number {
    return this.#outbox.byteLength;
  }

  /** Calls that wait for their answer. */
  get openCalls(): number {
    return this.#calls.size;
  }

  /** Where records are put; they leave when the code that runs now has come to its end. */
  get writer(): BatchWriter {
    return this.#outbox.writer;
  }

  /** Has `prepare` called soon. */
  schedule(): void {
    this.#outbox.schedule();
  }

  /** Resolves when all that was put in is sent, or the other side is gone. */
  async flushed(): Promise<void> {
    this.#outbox.flush();
    while (!this.#isClosed && (this.#isWriting || this.unsentBytes > 0)) await this.#sent();
  }

  /**
   * Asks, and waits for the answer.
   *
   * @param put writes the question, with this id.
   * @throws {LinkClosed} when the other side goes before it has answered; else what it answered with.
   */
  call(put: (writer: BatchWriter, id: number) => void): Promise<unknown> {
    if (this.#isClosed) return Promise.reject(new LinkClosed("it has ended"));
    return this.#calls.ask((id) => put(this.writer, id));
  }

  /** Answers a call. */
  answer(id: number, value?: unknown): void {
    this.writer.putValue(BOTH.ANSWER, 0, id, value);
  }

  /** Answers a call that failed. */
  fail(id: number, error: unknown): void {
    const failure: FailureValue = { message: messageOf(error) };
    this.writer.putValue(BOTH.FAILURE, 0, id, failure);
  }

  /** Answers a call with what some work comes to: at once, where it is done at once. */
  settle(id: number, work: () => unknown): void {
    try {
      const result = work();
      if (!(result instanceof Promise)) return this.answer(id, result);
      result.then((value) => this.answer(id, value)).catch((error) => this.fail(id, error));
    } catch (error) {
      this.fail(id, error);
    }
  }

  /** Reads until the other side is gone, or {@linkcode close}. Never rejects. */
  async run(): Promise<void> {
    const reader = new RecordReader(MAX_LINK_RECORD_BYTES, this.#take);
    let fault: unknown;
    try {
      for (;;) {
        const count = await this.#stream.read(reader.room);
        if (count === null) break;
        reader.filled(count);
        while (this.unsentBytes > this.#maxUnsentBytes && !this.#isClosed) await this.#sent();
      }
    } catch (error) {
      // A reset is an end like any other.
      if (!ENDS.some((end) => error instanceof end)) fault = error;
    }
    this.close();
    this.#events.onClosed(fault);
  }

  /** Sends nothing and answers nothing any more. */
  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#stream.close();
    this.#tellSent();
    this.#calls.failAll(new LinkClosed("it has ended"));
  }

  readonly #take: TakeRecord = (kind, flags, id, bytes, start, end) => {
    if (kind === BOTH.ANSWER) return this.#calls.take(id)?.answered(decodeValue(bytes, start, end));
    if (kind !== BOTH.FAILURE) return this.#events.take(kind, flags, id, bytes, start, end);
    const { message } = decodeValue(bytes, start, end) as FailureValue;
    this.#calls.take(id)?.failed(new Error(message));
  };

  #sent(): Promise<void> {
    return new Promise((resolve) => void this.#onSent.push(resolve));
  }

  #tellSent(): void {
    for (const sent of this.#onSent.splice(0)) sent();
  }

  async #send(batch: Uint8Array<ArrayBuffer>): Promise<void> {
    this.#isWriting = true;
    try {
      for (let at = 0; at < batch.length && !this.#isClosed;) at += await this.#stream.write(batch.subarray(at));
    } catch {
      // Its end is told by the read.
    }
    this.#isWriting = false;
    this.#tellSent();
  }
}
