/**
 * Handlers of one connection run one at a time, in order: what arrives while one is pending waits here.
 *
 * @module
 */
import type { CloseInfo } from "../route/mod.ts";
import type { PeerEvents } from "../route/table.ts";

/** What a waiting message counts beyond its payload: empty ones are not free. */
const OVERHEAD_BYTES = 64;

/** How the queue reaches the buffer that a borrowed message lies in. */
export interface BorrowedInput {
  pin(): Uint8Array<ArrayBuffer>;
  unpin(buffer: Uint8Array<ArrayBuffer>): void;
}

interface QueuedMessage {
  readonly isText: boolean;
  readonly bytes: Uint8Array<ArrayBuffer>;
}

/** Stands where a handled message stood, so that its bytes are let go of. */
const HANDLED: QueuedMessage = { isText: false, bytes: new Uint8Array(0) };

/** The queue is compacted when so many handled messages stand before its head, and more than wait. */
const COMPACT_FROM = 64;

/** The queue in front of one route's handlers. */
export class HandlerQueue {
  readonly #events: PeerEvents;
  readonly #input: BorrowedInput;
  readonly #onProgress: () => void;
  #messages: QueuedMessage[] = [];
  #head = 0;
  #queuedBytes = 0;
  #runningBytes = 0;
  #pinned: Uint8Array<ArrayBuffer> | undefined;
  #isBusy = false;
  #isDrainDue = false;
  #closeDue: CloseInfo | undefined;
  #isClosed = false;

  /**
   * @param onSettled called when an asynchronous handler has settled and the next has begun, if one waits.
   */
  constructor(events: PeerEvents, input: BorrowedInput, onSettled: () => void) {
    this.#events = events;
    this.#input = input;
    this.#onProgress = onSettled;
  }

  /** True while a handler runs or is pending. */
  get isBusy(): boolean {
    return this.#isBusy;
  }

  /** What waits, in bytes, with an allowance for each message. */
  get queuedBytes(): number {
    return this.#queuedBytes;
  }

  /** What is held for handlers, in bytes: what waits, and the message that one is pending on. */
  get heldBytes(): number {
    return this.#queuedBytes + this.#runningBytes;
  }

  /** The connection is open. Called once, first. */
  open(): void {
    this.#isBusy = true;
    this.#track(this.#events.open());
    this.#runWaiting();
  }

  /** A message: handled now if nothing is pending, copied and kept otherwise. */
  message(isText: boolean, bytes: Uint8Array<ArrayBuffer>, start: number, end: number, isBorrowed: boolean): void {
    if (this.#isClosed) return;
    if (this.#isBusy) {
      const isWhole = !isBorrowed && start === 0 && end === bytes.length;
      this.#messages.push({ isText, bytes: isWhole ? bytes : bytes.slice(start, end) });
      this.#queuedBytes += end - start + OVERHEAD_BYTES;
      return;
    }
    // Pinned before the handler runs: it may end the connection and read on.
    if (isBorrowed) this.#pinned = this.#input.pin();
    this.#isBusy = true;
    this.#runningBytes = end - start;
    this.#track(this.#events.message(isText, bytes, start, end));
    this.#runWaiting();
  }

  /** The write buffer has drained. */
  drain(): void {
    if (this.#isClosed) return;
    this.#isDrainDue = true;
    this.#runWaiting();
  }

  /** The connection is over: `close` runs after what waits. Only the first call counts. */
  close(info: CloseInfo): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#closeDue = info;
    this.#runWaiting();
  }

  /** Forgets the messages that wait. */
  drop(): void {
    this.#messages = [];
    this.#head = 0;
    this.#queuedBytes = 0;
  }

  /** A handler was called, with `#isBusy` set: it may have come back here by what it did to its peer. */
  #track(pending: void | Promise<void>): void {
    if (pending === undefined) this.#release();
    else pending.then(this.#onSettled);
  }

  readonly #onSettled = (): void => {
    this.#release();
    this.#runWaiting();
    this.#onProgress();
  };

  /** The handler that ran is through with its message. */
  #release(): void {
    this.#isBusy = false;
    this.#runningBytes = 0;
    if (this.#pinned === undefined) return;
    this.#input.unpin(this.#pinned);
    this.#pinned = undefined;
  }

  #runWaiting(): void {
    while (!this.#isBusy && this.#runNext());
  }

  /** @returns false when nothing waits. */
  #runNext(): boolean {
    if (this.#isDrainDue) {
      this.#isDrainDue = false;
      this.#isBusy = true;
      this.#track(this.#events.drain());
    } else if (this.#head < this.#messages.length) {
      const { isText, bytes } = this.#shift();
      this.#isBusy = true;
      this.#runningBytes = bytes.length;
      this.#track(this.#events.message(isText, bytes, 0, bytes.length));
    } else if (this.#closeDue !== undefined) {
      const info = this.#closeDue;
      this.#closeDue = undefined;
      this.#isBusy = true;
      this.#track(this.#events.close(info));
    } else return false;
    return true;
  }

  #shift(): QueuedMessage {
    const message = this.#messages[this.#head]!;
    this.#messages[this.#head++] = HANDLED;
    this.#queuedBytes -= message.bytes.length + OVERHEAD_BYTES;
    if (this.#head === this.#messages.length) this.drop();
    else if (this.#head >= COMPACT_FROM && this.#head * 2 >= this.#messages.length) {
      this.#messages = this.#messages.slice(this.#head);
      this.#head = 0;
    }
    return message;
  }
}
