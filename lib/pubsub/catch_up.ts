/**
 * One subscriber on its way to the live stream of a topic: what it asked for of the history first, then what came
 * meanwhile, at the pace at which it reads.
 *
 * @module
 */
import { Fifo } from "../frame/mod.ts";
import type { Position, Subscribed, SubscribeOptions } from "../subprotocol/mod.ts";
import type { Replay, StoredEnvelope } from "./backplane.ts";
import { bytesOf } from "./history_store.ts";
import { Publication } from "./publication.ts";
import type { Subscriber } from "./subscriber.ts";

/** Beyond so many bytes what comes meanwhile is not held: it is in the history, and is read there. */
export const MAX_WAITING_BYTES = 256 * 1024;

/** What a catch-up needs of its topic. */
export interface CatchUpHost {
  readonly topic: string;
  read(request: SubscribeOptions): Replay | Promise<Replay>;
  /** Has it ask, as soon as it can be answered. */
  run(catchUp: CatchUp): Subscribed | Promise<Subscribed>;
  /** It has sent all that it knows of. Called at that moment, so that nothing can come in between. */
  caughtUp(catchUp: CatchUp): void;
  /** One publication of the history was sent. */
  replayed(): void;
}

/** What is subscribed, and how. */
export interface CatchUpOrder {
  readonly subscriber: Subscriber;
  readonly request: SubscribeOptions;
  /** Is told what will be sent, before it is. */
  began(subscribed: Subscribed): void;
}

const NOTHING: Subscribed = Object.freeze({ recovered: false });

/** One subscription in the making. It is told of every publication from its first moment on. */
export class CatchUp {
  readonly subscriber: Subscriber;
  /** While it is under way. */
  outcome: Promise<Subscribed> | undefined;
  readonly #host: CatchUpHost;
  readonly #order: CatchUpOrder;
  #waiting: Fifo<StoredEnvelope> | undefined;
  #waitingBytes = 0;
  #hasOverflowed = false;
  #hasBegun = false;
  #isIdle = false;
  #isOver = false;
  /** What is read when this changes is of a time before. */
  #resets = 0;
  #subscribed = NOTHING;
  /** Up to here everything was sent, or need not be. */
  #position: Position = { epoch: "", offset: 0 };
  /** Up to here it was read, or is said to be lost. */
  #known: Position = this.#position;
  /** Where what was read ends, while it is being sent. */
  #replayEnd: Position | undefined;

  constructor(host: CatchUpHost, order: CatchUpOrder) {
    this.#host = host;
    this.#order = order;
    this.subscriber = order.subscriber;
  }

  /** Everything up to here was sent. */
  get position(): Position {
    return this.#position;
  }

  /** Nothing waits to be sent: what comes is sent at once. */
  get isIdle(): boolean {
    return this.#isIdle;
  }

  /** Nothing has come since it was read. */
  get isAsRead(): boolean {
    return this.#position.offset <= this.#known.offset;
  }

  /** It is not wanted any more. */
  get isOver(): boolean {
    return this.#isOver;
  }

  /** How it began. */
  get subscribed(): Subscribed {
    return this.#subscribed;
  }

  /** A publication has come. @returns whether the subscriber has everything up to it, and nothing beyond. */
  add(envelope: StoredEnvelope): boolean {
    if (this.#isIdle) {
      if (envelope.offset > this.#position.offset) void this.#sendOne(envelope);
      return this.#position.offset === envelope.offset;
    }
    if (this.#hasOverflowed) return false;
    (this.#waiting ??= new Fifo()).push(envelope);
    this.#waitingBytes += bytesOf(envelope);
    if (this.#waitingBytes <= MAX_WAITING_BYTES) return false;
    this.#hasOverflowed = true;
    this.#forget();
    return false;
  }

  /**
   * The history has begun anew, or the node has missed some of it: it goes on there. What came before is behind it, if it
   * is of this history at all.
   *
   * @returns whether the subscriber was told.
   */
  reset(position: Position): boolean {
    const isCovered = this.#hasBegun && this.#known.epoch === position.epoch &&
      position.offset <= this.#known.offset && this.isAsRead;
    this.#forget();
    this.#hasOverflowed = false;
    if (isCovered) return false;
    this.#resets++;
    // What was not answered yet is asked once more, and there is nothing to be told.
    if (!this.#hasBegun) return false;
    this.#goOn(position);
    return true;
  }

  /** The topic is left, and is going to be joined again. What came until now is not of what is read then. */
  left(): void {
    this.#forget();
    this.#hasOverflowed = false;
    if (!this.#hasBegun) this.#resets++;
  }

  /** The topic has been joined again: all up to here may be missing, and what came since is not. */
  rejoined(position: Position): void {
    if (!this.#hasBegun) return;
    if (this.#position.epoch !== position.epoch || this.#position.offset < position.offset) {
      // What is being sent was read, and holds all of it.
      if (this.#replayEnd?.epoch === position.epoch && position.offset <= this.#replayEnd.offset) return;
      this.#resets++;
      this.#goOn(position);
    } else if (this.#replayEnd === undefined) this.#goOn(this.#position);
  }

  /** It is not wanted any more. */
  cancel(): void {
    this.#isOver = true;
    this.#replayEnd = undefined;
    this.#forget();
  }

  /** There is no history any more: who waits for it is told. @param reached the topic was here. */
  abandon(reached: Position | undefined): void {
    if (!this.#hasBegun) this.#begin(NOTHING);
    else if (!this.#isIdle && !this.#isOver) {
      this.subscriber.notices?.reset(this.#host.topic, reached ?? this.#replayEnd ?? this.#position);
    }
    this.cancel();
  }

  /** Sends what was asked for, and what has come since. When it is done, nothing is left to be sent. */
  ask(): Subscribed | Promise<Subscribed> {
    if (this.#isOver) return this.#subscribed;
    const resets = this.#resets;
    const replay = this.#host.read(this.#order.request);
    if (!(replay instanceof Promise)) return this.#replay(replay);
    return replay.then((known) => this.#resets === resets ? this.#replay(known) : this.#host.run(this));
  }

  #replay(replay: Replay): Subscribed | Promise<Subscribed> {
    if (this.#isOver) return this.#subscribed;
    this.#known = replay.position;
    this.#position = { epoch: replay.position.epoch, offset: 0 };
    this.#replayEnd = replay.position;
    this.#begin({ recovered: replay.isRecovered, position: replay.position });
    const pending = this.#send(replay);
    return pending === undefined ? this.#subscribed : pending.then(() => this.#subscribed);
  }

  #begin(subscribed: Subscribed): void {
    this.#hasBegun = true;
    this.#subscribed = subscribed;
    this.#order.began(subscribed);
  }

  /** Most have nothing to be sent, or can be sent all of it: that costs no promise. */
  #send({ envelopes, position }: Replay): Promise<void> | undefined {
    this.#known = position;
    this.#replayEnd = position;
    for (const [at, envelope] of envelopes.entries()) {
      const slow = this.#sendOne(envelope);
      if (slow !== undefined) return this.#sendSlowly(slow, envelopes.slice(at + 1));
    }
    return this.#sendWaiting();
  }

  async #sendSlowly(slow: Promise<void>, rest: readonly StoredEnvelope[]): Promise<void> {
    const resets = this.#resets;
    await slow;
    for (const envelope of rest) {
      if (this.#isOver || this.#resets !== resets) break;
      await this.#sendOne(envelope);
    }
    await this.#sendWaiting();
  }

  #sendWaiting(): Promise<void> | undefined {
    this.#position = this.#replayEnd ?? this.#position;
    this.#replayEnd = undefined;
    for (let one = this.#take(); one !== undefined; one = this.#take()) {
      const slow = one.offset > this.#position.offset ? this.#sendOne(one) : undefined;
      if (slow !== undefined) return slow.then(() => this.#sendWaiting());
    }
    if (this.#isOver) return undefined;
    if (this.#hasOverflowed) return this.#readOn();
    this.#isIdle = true;
    this.#waiting = undefined;
    this.outcome = undefined;
    this.#host.caughtUp(this);
  }

  /** What did not fit is in the history; if it is not, it is lost to this subscriber. */
  async #readOn(): Promise<void> {
    this.#hasOverflowed = false;
    const resets = this.#resets;
    const replay = await this.#host.read({ since: this.#position });
    if (this.#isOver) return;
    // It was told where it goes on, and that is not there.
    if (this.#resets !== resets) return this.#sendWaiting();
    if (!replay.isRecovered) this.subscriber.notices?.reset(this.#host.topic, replay.position);
    await this.#send(replay);
  }

  #sendOne({ payload, from, offset }: StoredEnvelope): Promise<void> | undefined {
    if (this.#isOver) return;
    const { topic } = this.#host;
    const { subscriber } = this;
    this.#position = { epoch: this.#position.epoch, offset };
    if (from === subscriber.id) subscriber.notices?.passed(topic, offset);
    else {
      subscriber.deliver(new Publication(topic, payload, offset));
      this.#host.replayed();
    }
    return subscriber.bufferedAmount > subscriber.highWaterBytes ? subscriber.drained() : undefined;
  }

  #goOn(position: Position): void {
    this.#replayEnd = undefined;
    this.#position = position;
    this.#known = position;
    this.subscriber.notices?.reset(this.#host.topic, position);
  }

  #take(): StoredEnvelope | undefined {
    const one = this.#waiting?.shift();
    if (one !== undefined) this.#waitingBytes -= bytesOf(one);
    return one;
  }

  #forget(): void {
    this.#waiting = undefined;
    this.#waitingBytes = 0;
  }
}
