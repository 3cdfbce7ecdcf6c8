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

/** The queue in front of one route's handlers. */
export class HandlerQueue {
  readonly #events: PeerEvents;
  readonly #input: BorrowedInput;
  readonly #onProgress: () => void;
  #messages: QueuedMessage[] = [];
  #head = 0;
  #queuedBytes = 0;
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

  /** True while a handler is pending. */
  get isBusy(): boolean {
    return this.#isBusy;
  }

  /** What waits, in bytes, with an allowance for each message. */
  get queuedBytes(): number {
    return this.#queuedBytes;
  }

  /** The connection is open. Called once, first. */
  open(): void {
    this.#track(this.#events.open());
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
    const pending = this.#events.message(isText, bytes, start, end);
    if (pending === undefined) return;
    if (isBorrowed) this.#pinned = this.#input.pin();
    this.#track(pending);
  }

  /** The write buffer has drained. */
  drain(): void {
    if (this.#isClosed) return;
    if (this.#isBusy) this.#isDrainDue = true;
    else this.#track(this.#events.drain());
  }

  /** The connection is over: `close` runs after what waits. Only the first call counts. */
  close(info: CloseInfo): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    if (this.#isBusy) this.#closeDue = info;
    else this.#track(this.#events.close(info));
  }

  /** Forgets the messages that wait. */
  drop(): void {
    this.#messages = [];
    this.#head = 0;
    this.#queuedBytes = 0;
  }

  #track(pending: void | Promise<void>): void {
    if (pending === undefined) return;
    this.#isBusy = true;
    pending.then(this.#onSettled);
  }

  readonly #onSettled = (): void => {
    this.#isBusy = false;
    if (this.#pinned !== undefined) {
      this.#input.unpin(this.#pinned);
      this.#pinned = undefined;
    }
    while (!this.#isBusy && this.#runNext());
    this.#onProgress();
  };

  /** @returns false when nothing waits. */
  #runNext(): boolean {
    if (this.#isDrainDue) {
      this.#isDrainDue = false;
      this.#track(this.#events.drain());
    } else if (this.#head < this.#messages.length) {
      const { isText, bytes } = this.#messages[this.#head++]!;
      if (this.#head === this.#messages.length) this.drop();
      else this.#queuedBytes -= bytes.length + OVERHEAD_BYTES;
      this.#track(this.#events.message(isText, bytes, 0, bytes.length));
    } else if (this.#closeDue !== undefined) {
      const info = this.#closeDue;
      this.#closeDue = undefined;
      this.#track(this.#events.close(info));
    } else return false;
    return true;
  }
}
