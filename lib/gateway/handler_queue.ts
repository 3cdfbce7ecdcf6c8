/**
 * Handlers of one connection run one at a time, in order: what arrives while one is pending waits here.
 *
 * @module
 */
import type { CloseInfo } from "../route/mod.ts";
import {
  Fifo,
  FORM,
  headerBytes,
  type LentBytes,
  type MessageForm,
  type MessageInflater,
  type MessageWalk,
  ProtocolError,
  type SegmentOwner,
  type ViolationName,
} from "../frame/mod.ts";
import type { GivenBack, PeerEvents } from "../route/table.ts";
import { SharedOwner } from "./shared_owner.ts";

/** What a waiting message counts beyond its payload: empty ones are not free. */
const OVERHEAD_BYTES = 64;

/** A buffer may be so many times as long as the message that is kept in it or sent from it: else it is copied. */
const MAX_BUFFER_PER_MESSAGE = 4;

/** Whom the queue calls. */
export type Handlers = Pick<PeerEvents, "open" | "message" | "messages" | "drain" | "close">;

/** How the queue reaches the buffers that messages lie in. */
export interface MessageBuffers {
  /** Keeps a chunk as it is, until it has been given to `pins` as often. */
  pin(bytes: Uint8Array<ArrayBuffer>): void;
  readonly pins: SegmentOwner;
  /** Takes the buffer of a message back that did not lie whole in a chunk. */
  readonly buffers: SegmentOwner;
}

/** Who is told of what no call of its own has brought about. */
export interface QueueEvents {
  /** An asynchronous handler has settled, and the next has begun, if one waits. */
  onSettled(): void;
}

/** What the queue needs where messages arrive compressed. */
export interface Inflation {
  readonly inflater: MessageInflater;
  /** A message cannot be inflated. Those behind it are forgotten. */
  onViolation(violation: ViolationName): void;
  /** Calls back when others have had their turn. */
  later(goOn: () => void): void;
}

interface QueuedMessage {
  readonly form: MessageForm;
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly start: number;
  readonly end: number;
}

const NO_BYTES = new Uint8Array(0);

/** So much of one connection is inflated in one turn; the rest of its messages wait for the others. */
const INFLATED_BYTES_PER_TURN = 1024 * 1024;

/** The queue in front of one route's handlers. */
export class HandlerQueue {
  #events: Handlers;
  readonly #buffers: MessageBuffers;
  readonly #listener: QueueEvents;
  readonly #inflation: Inflation | undefined;
  /** What may still be inflated in this turn, in bytes. */
  #inflatableBytes = INFLATED_BYTES_PER_TURN;
  /** Made when the first message has to wait: on most connections none does. */
  #waiting: Fifo<QueuedMessage> | undefined;
  #queuedBytes = 0;
  // The message that is being handled, and who gets its bytes back: nobody while they are a chunk's that is being
  // walked, and so is neither read into nor given back.
  #bytes = NO_BYTES;
  #start = 0;
  #end = 0;
  #owner: SegmentOwner | undefined;
  /** Where the message begins that was lent last; -1 when none of these bytes was. */
  #lentStart = -1;
  /** While messages are handled in one go: then the message is the one it came to last. */
  #walk: MessageWalk | undefined;
  #isBusy = false;
  /** Busy without a handler: the others come first. */
  #isResting = false;
  #interlude: (() => void | Promise<void>) | undefined;
  #isDrainDue = false;
  #closeDue: CloseInfo | undefined;
  #isClosed = false;
  /** Made when the first handler turns out to be asynchronous: most connections have none. */
  #onSettled: (() => void) | undefined;
  /** What handlers were given that are no longer waited for, by what is called when one settles after all. */
  #abandoned:
    | Map<() => void, { readonly owner: SegmentOwner | undefined; readonly bytes: Uint8Array<ArrayBuffer> }>
    | undefined;

  /** @param inflation where messages may arrive compressed. */
  constructor(events: Handlers, buffers: MessageBuffers, listener: QueueEvents, inflation?: Inflation) {
    this.#events = events;
    this.#buffers = buffers;
    this.#listener = listener;
    this.#inflation = inflation;
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
    return this.#queuedBytes + this.#bytes.length + (this.#inflation?.inflater.heldBytes ?? 0);
  }

  /** True when so much was inflated that the others come first. */
  get hasInflatedEnough(): boolean {
    return this.#inflatableBytes <= 0;
  }

  /** A new turn has begun. */
  beginTurn(): void {
    this.#inflatableBytes = INFLATED_BYTES_PER_TURN;
  }

  /** The connection is open. Called once, first. */
  open(): void {
    this.#isBusy = true;
    this.#track(this.#events.open());
    this.#runWaiting();
  }

  /**
   * A message: handled now if nothing is pending, copied and kept otherwise.
   *
   * A compressed one is kept as it came: it is inflated when its turn comes, and so in the order of arrival.
   */
  message(form: MessageForm, bytes: Uint8Array<ArrayBuffer>, start: number, end: number): void {
    const owner = (form & FORM.BORROWED) === 0 ? this.#buffers.buffers : undefined;
    if (this.#isClosed) return owner?.give(bytes);
    if (this.#isBusy) return this.#keep(form, bytes, start, end);
    if ((form & FORM.COMPRESSED) !== 0) {
      this.#inflate(form, bytes, start, end);
      owner?.give(bytes);
    } else this.#handle(form, bytes, start, end, owner);
    this.#runWaiting();
  }

  /**
   * The messages of a chunk: handled one after the other as long as none is pending and nothing else is due. None of them
   * may be compressed.
   */
  messages(walk: MessageWalk): void {
    if (this.#isClosed || this.#isBusy || this.#inflation !== undefined) return;
    if (this.#events.messages === undefined) return;
    this.#isBusy = true;
    this.#bytes = walk.bytes;
    this.#owner = undefined;
    this.#lentStart = -1;
    this.#walk = walk;
    const pending = this.#events.messages(walk);
    this.#walk = undefined;
    if (pending !== undefined) {
      this.#start = walk.start;
      this.#end = walk.end;
      this.#buffers.pin(walk.bytes);
      this.#owner = this.#buffers.pins;
    }
    this.#track(pending);
    this.#runWaiting();
  }

  /** The write buffer has drained. */
  drain(): void {
    if (this.#isClosed) return;
    this.#isDrainDue = true;
    this.#walk?.stop();
    this.#runWaiting();
  }

  /** The connection is over: `close` runs after what waits. Only the first call counts. */
  close(info: CloseInfo): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#closeDue = info;
    this.#walk?.stop();
    this.#runWaiting();
  }

  /**
   * Runs a task between two handlers, as soon as none is pending. What arrives meanwhile waits.
   *
   * @returns false when `close` has been called already: nothing comes after it.
   */
  interlude(task: () => void | Promise<void>): boolean {
    if (this.#isClosed && this.#closeDue === undefined) return false;
    this.#interlude = task;
    this.#walk?.stop();
    this.#runWaiting();
    return true;
  }

  /** From now on other handlers are called. For a task between two. */
  handTo(events: Handlers): void {
    this.#events = events;
  }

  /** The handler that is pending is no longer waited for. What it was given stays as it is until it settles. */
  abandon(): void {
    if (!this.#isBusy || this.#isResting || this.#onSettled === undefined) return;
    (this.#abandoned ??= new Map()).set(this.#onSettled, { owner: this.#owner, bytes: this.#bytes });
    this.#onSettled = undefined;
    this.#owner = undefined;
    this.#bytes = NO_BYTES;
    this.#settled();
  }

  /** {@linkcode lend} for a view of the message's bytes. */
  lendView(view: Uint8Array): LentBytes | undefined {
    const bytes = this.#bytes;
    if (view.buffer !== bytes.buffer) return undefined;
    const start = view.byteOffset - bytes.byteOffset;
    return this.lend(bytes, start, start + view.length);
  }

  /**
   * Hands the message that is being handled over, to be sent where it lies: once, and only when it is `bytes[start,
   * end)`.
   */
  lend(bytes: Uint8Array<ArrayBuffer>, start: number, end: number): LentBytes | undefined {
    const byteLength = end - start;
    if (start === this.#lentStart || bytes !== this.#bytes || bytes === NO_BYTES) return undefined;
    const message = this.#walk ?? { start: this.#start, end: this.#end };
    if (start !== message.start || end !== message.end || start < headerBytes(byteLength)) return undefined;
    // One of many in a chunk is better copied: they leave in one write then, and do not keep the chunk from its next use.
    if (byteLength * MAX_BUFFER_PER_MESSAGE < bytes.length) return undefined;
    this.#lentStart = start;
    // The view stays valid until the handler has settled, and the bytes until they have been written.
    const owner = this.#owner;
    if (owner === undefined || owner === this.#buffers.pins) {
      this.#buffers.pin(bytes);
      return { bytes, start, end, owner: this.#buffers.pins };
    }
    this.#owner = new SharedOwner(owner, 2);
    return { bytes, start, end, owner: this.#owner };
  }

  /** Takes messages back that handlers were given and have not begun: they come before all that wait. */
  giveBack(messages: readonly GivenBack[]): void {
    const waiting = this.#waiting ??= new Fifo();
    waiting.unshift(messages.map(({ form, bytes }) => ({ form, bytes, start: 0, end: bytes.length })));
    for (const { bytes } of messages) this.#queuedBytes += bytes.length + OVERHEAD_BYTES;
  }

  /** Forgets the messages that wait. */
  drop(): void {
    for (let message = this.#waiting?.shift(); message !== undefined; message = this.#waiting?.shift()) {
      this.#buffers.buffers.give(message.bytes);
    }
    this.#queuedBytes = 0;
  }

  /** Keeps a message for later: in its own buffer, unless that is not ours or much too large for it. */
  #keep(form: MessageForm, bytes: Uint8Array<ArrayBuffer>, start: number, end: number): void {
    const isBorrowed = (form & FORM.BORROWED) !== 0;
    const isKept = !isBorrowed && (end - start) * MAX_BUFFER_PER_MESSAGE >= bytes.length;
    const kept = isKept ? bytes : bytes.slice(start, end);
    if (!isKept && !isBorrowed) this.#buffers.buffers.give(bytes);
    const message = isKept ? { form, bytes, start, end } : { form, bytes: kept, start: 0, end: end - start };
    (this.#waiting ??= new Fifo()).push(message);
    this.#queuedBytes += kept.length + OVERHEAD_BYTES;
  }

  /** A handler was called, with `#isBusy` set: it may have come back here by what it did to its peer. */
  #track(pending: void | Promise<void>): void {
    if (pending === undefined) this.#release();
    else pending.then(this.#onSettled ??= this.#settler());
  }

  #settler(): () => void {
    const settler = (): void => settler === this.#onSettled ? this.#settled() : this.#settledLate(settler);
    return settler;
  }

  #settledLate(settler: () => void): void {
    const { owner, bytes } = this.#abandoned!.get(settler)!;
    this.#abandoned!.delete(settler);
    owner?.give(bytes);
  }

  #settled(): void {
    this.#release();
    this.#runWaiting();
    this.#listener.onSettled();
  }

  /** The handler that ran is through with its message. */
  #release(): void {
    this.#isBusy = false;
    const owner = this.#owner;
    const bytes = this.#bytes;
    this.#owner = undefined;
    this.#bytes = NO_BYTES;
    owner?.give(bytes);
  }

  #handle(
    form: MessageForm,
    bytes: Uint8Array<ArrayBuffer>,
    start: number,
    end: number,
    owner: SegmentOwner | undefined,
  ): void {
    this.#isBusy = true;
    this.#lentStart = -1;
    this.#bytes = bytes;
    this.#start = start;
    this.#end = end;
    this.#owner = owner;
    const pending = this.#events.message(form, bytes, start, end);
    if (pending !== undefined && owner === undefined) {
      this.#buffers.pin(bytes);
      this.#owner = this.#buffers.pins;
    }
    this.#track(pending);
  }

  /** Inflates a message and handles it. */
  #inflate(form: MessageForm, bytes: Uint8Array, start: number, end: number): void {
    const { inflater, onViolation } = this.#inflation!;
    let message;
    try {
      message = inflater.inflate((form & FORM.TEXT) !== 0, bytes, start, end);
    } catch (error) {
      if (!(error instanceof ProtocolError)) throw error;
      // What comes after may refer to what could not be inflated.
      this.drop();
      return onViolation(error.violation);
    }
    this.#inflatableBytes -= message.end - message.start;
    this.#handle(form & FORM.TEXT, message.bytes, message.start, message.end, this.#buffers.buffers);
  }

  /** Goes on in a later turn. Until then it is as if a handler were pending. */
  #rest(): void {
    this.#isBusy = this.#isResting = true;
    this.#inflation!.later(() => {
      this.#isResting = false;
      this.beginTurn();
      this.#settled();
    });
  }

  #runWaiting(): void {
    while (!this.#isBusy && this.#runNext());
  }

  /** @returns false when nothing waits. */
  #runNext(): boolean {
    if (this.#interlude !== undefined) {
      const task = this.#interlude;
      this.#interlude = undefined;
      this.#isBusy = true;
      this.#track(task());
    } else if (this.#isDrainDue) {
      this.#isDrainDue = false;
      this.#isBusy = true;
      this.#track(this.#events.drain());
    } else if (this.#waiting !== undefined && this.#waiting.length > 0) {
      this.#runMessage(this.#waiting);
    } else if (this.#closeDue !== undefined) {
      const info = this.#closeDue;
      this.#closeDue = undefined;
      this.#inflation?.inflater.close();
      this.#isBusy = true;
      this.#track(this.#events.close(info));
    } else return false;
    return true;
  }

  #runMessage(waiting: Fifo<QueuedMessage>): void {
    const isCompressed = (waiting.first!.form & FORM.COMPRESSED) !== 0;
    if (isCompressed && this.hasInflatedEnough) return this.#rest();
    const { form, bytes, start, end } = waiting.shift()!;
    this.#queuedBytes -= bytes.length + OVERHEAD_BYTES;
    if (!isCompressed) return this.#handle(form, bytes, start, end, this.#buffers.buffers);
    this.#inflate(form, bytes, start, end);
    this.#buffers.buffers.give(bytes);
  }
}
