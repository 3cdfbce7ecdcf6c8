/**
 * What is to be sent through a channel: everything of one turn at once, and one batch at a time.
 *
 * @module
 */
import { BatchWriter } from "./batch_writer.ts";
import type { Channel } from "./channel.ts";

/** Records on their way into a channel. */
export class Outbox {
  readonly #writer = new BatchWriter();
  readonly #send: Channel["send"];
  readonly #prepare: () => void;
  #isScheduled = false;
  #isSending = false;

  /** @param prepare puts in what belongs to the end of a batch. */
  constructor(send: Channel["send"], prepare: () => void = () => {}) {
    this.#send = send;
    this.#prepare = prepare;
  }

  /** True while a batch is under way. */
  get isSending(): boolean {
    return this.#isSending;
  }

  /** What waits to be sent. */
  get byteLength(): number {
    return this.#writer.byteLength;
  }

  /** Where records are put; they leave when the code that runs now has come to its end. */
  get writer(): BatchWriter {
    this.schedule();
    return this.#writer;
  }

  /** There is something to {@linkcode flush}, when the code that runs now has come to its end. */
  schedule(): void {
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    queueMicrotask(this.#flush);
  }

  readonly #flush = (): void => {
    this.#isScheduled = false;
    this.flush();
  };

  /** Sends what there is, unless a batch is under way: then it follows. */
  flush(): void {
    if (this.#isSending) return;
    this.#prepare();
    if (this.#writer.byteLength === 0) return;
    const pending = this.#send(this.#writer.take());
    if (pending === undefined) return;
    this.#isSending = true;
    pending.then(() => {
      this.#isSending = false;
      this.flush();
    });
  }
}
