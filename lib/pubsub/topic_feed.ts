/**
 * A topic with history that this node has subscribers of: they get each publication once, in the order of the history.
 *
 * What is live and what is read of the history come by two ways, and either may be ahead. So each subscriber is held to
 * its own position until it has just what those in the live stream have.
 *
 * @module
 */
import type { Position, Subscribed, SubscribeOptions } from "../subprotocol/mod.ts";
import type { Backplane, Envelope, HistoryRule, Replay } from "./backplane.ts";
import { CatchUp, type CatchUpHost } from "./catch_up.ts";
import type { FanOut } from "./fan_out.ts";
import { Publication } from "./publication.ts";
import type { Subscriber } from "./subscriber.ts";

const NOTHING_YET = -1;
const NOTHING: Subscribed = Object.freeze({ recovered: false });

/** The live stream of one topic. */
export class TopicFeed implements CatchUpHost {
  readonly topic: string;
  readonly #backplane: Backplane;
  readonly #fanOut: FanOut;
  /** Those that are not in the live stream yet. */
  readonly #catchingUp = new Map<Subscriber, CatchUp>();
  /** Those who must be told where the topic is, as some of it may have gone by. */
  readonly #untold = new Set<Subscriber>();
  #rule: HistoryRule;
  #isJoined = false;
  #joins = 0;
  /** While the backplane takes its time. */
  #joining: Promise<void> | undefined;
  #isFanningOut = false;
  #isClosed = false;
  /** Who is in the live stream has everything up to here. The epoch is undefined until somebody has looked. */
  #epoch: string | undefined;
  #floor = NOTHING_YET;
  /** Whether somebody has read so far, and nothing has come since. */
  #isFloorRead = false;

  constructor(topic: string, rule: HistoryRule, backplane: Backplane, fanOut: FanOut) {
    this.topic = topic;
    this.#rule = rule;
    this.#backplane = backplane;
    this.#fanOut = fanOut;
    this.#join();
  }

  get rule(): HistoryRule {
    return this.#rule;
  }

  /**
   * Brings a subscriber, which the fan-out has already, into the live stream.
   *
   * @param began is told how it begins, before it does.
   */
  subscribe(
    subscriber: Subscriber,
    request: SubscribeOptions,
    began: (subscribed: Subscribed) => void,
  ): Subscribed | Promise<Subscribed> {
    const catchUp = new CatchUp(this, { subscriber, request, began });
    this.#catchingUp.set(subscriber, catchUp);
    const outcome = this.run(catchUp);
    if (!(outcome instanceof Promise)) return outcome;
    // Who has left meanwhile is not concerned.
    return catchUp.outcome = outcome.catch((error: unknown) => {
      if (catchUp.isOver) return catchUp.subscribed;
      throw error;
    });
  }

  /** The same for one that is on its way already, or there. */
  subscribeAgain(
    subscriber: Subscriber,
    began: (subscribed: Subscribed) => void,
  ): Subscribed | Promise<Subscribed> {
    const pending = this.#catchingUp.get(subscriber)?.outcome ?? this.#ready();
    if (pending !== undefined) return pending.then(() => this.subscribeAgain(subscriber, began));
    if (!this.#fanOut.subscribers(this.topic).has(subscriber)) return NOTHING;
    const position = this.#isClosed ? undefined : this.#catchingUp.get(subscriber)?.position ?? this.#live;
    const subscribed = position === undefined ? NOTHING : { recovered: false, position };
    began(subscribed);
    return subscribed;
  }

  /** A subscriber has left. */
  leave(subscriber: Subscriber): void {
    this.#untold.delete(subscriber);
    this.#catchingUp.get(subscriber)?.cancel();
    this.#catchingUp.delete(subscriber);
  }

  /** Nobody is left, or there is no history any more. */
  close(): void {
    this.#isClosed = true;
    this.#untold.clear();
    const pending = [...this.#catchingUp.values()];
    this.#catchingUp.clear();
    for (const catchUp of pending) catchUp.abandon(this.#live);
    this.#backplane.leave(this.topic);
  }

  /**
   * Another rule. What goes by until the backplane has joined under it is lost, and all are told.
   *
   * @returns as {@linkcode begin}.
   */
  change(rule: HistoryRule): Promise<void> {
    this.#rule = rule;
    this.#epoch = undefined;
    this.#floor = NOTHING_YET;
    for (const catchUp of this.#catchingUp.values()) catchUp.left();
    this.#backplane.leave(this.topic);
    this.#join();
    return this.begin();
  }

  /** Tells those who are there where they are in the topic: what was before may have passed them by. */
  begin(): Promise<void> {
    for (const subscriber of this.#fanOut.subscribers(this.topic)) this.#untold.add(subscriber);
    return this.#begin();
  }

  /** Does what could not be done before, if there is anything. */
  async retry(): Promise<void> {
    if (this.#untold.size > 0) await this.#begin();
  }

  read(request: SubscribeOptions): Replay | Promise<Replay> {
    const live = this.#live;
    // Who wants nothing of what was is told where it stands, for which nobody has to be asked.
    if (live !== undefined && request.since === undefined && !request.last) {
      return { isRecovered: false, envelopes: [], position: live };
    }
    return this.#backplane.read(this.topic, this.#rule, request);
  }

  run(catchUp: CatchUp): Subscribed | Promise<Subscribed> {
    const ready = catchUp.isOver ? undefined : this.#ready();
    return ready === undefined ? catchUp.ask() : ready.then(() => this.run(catchUp));
  }

  replayed(): void {
    this.#fanOut.replays++;
  }

  caughtUp(catchUp: CatchUp): void {
    const { subscriber, position } = catchUp;
    if (this.#catchingUp.get(subscriber) !== catchUp || this.#untold.has(subscriber)) return;
    if (this.#fanOut.subscriberCount(this.topic) === this.#catchingUp.size) {
      // Nobody is in the live stream: it is where this one is.
      this.#epoch = position.epoch;
      this.#floor = position.offset;
      this.#isFloorRead = catchUp.isAsRead;
    } else if (position.epoch !== this.#epoch || position.offset !== this.#floor) return;
    this.#catchingUp.delete(subscriber);
  }

  /** A publication has come. */
  onMessage({ payload, from }: Envelope, offset: number): void {
    const isNew = offset > this.#floor;
    if (!isNew && this.#catchingUp.size === 0) return;
    let publication: Publication | undefined;
    this.#isFanningOut = true;
    try {
      for (const subscriber of this.#fanOut.subscribers(this.topic)) {
        const catchUp = this.#catchingUp.size > 0 ? this.#catchingUp.get(subscriber) : undefined;
        if (catchUp !== undefined) {
          const isLive = catchUp.add({ payload, from, offset }) && isNew && !this.#untold.has(subscriber);
          if (isLive) this.#catchingUp.delete(subscriber);
        } else if (!isNew) continue;
        else if (subscriber.id === from) subscriber.notices?.passed(this.topic, offset);
        else {
          subscriber.deliver(publication ??= new Publication(this.topic, payload, offset));
          this.#fanOut.deliveries++;
        }
      }
    } finally {
      this.#isFanningOut = false;
    }
    if (!isNew) return;
    this.#floor = offset;
    this.#isFloorRead = false;
  }

  /** Publications were lost on the way to this node, or the history has begun anew. */
  onReset(position: Position): void {
    // What came before a position is not beyond it, if it is of this history. But what somebody has read may be.
    const isBehind = this.#isFloorRead ? position.offset <= this.#floor : position.offset === this.#floor;
    const isLost = position.epoch !== this.#epoch || !isBehind;
    if (isLost) {
      this.#epoch = position.epoch;
      this.#floor = position.offset;
    }
    const live = { epoch: position.epoch, offset: this.#floor };
    for (const subscriber of this.#fanOut.subscribers(this.topic)) {
      const catchUp = this.#catchingUp.get(subscriber);
      if (catchUp !== undefined) {
        if (!catchUp.reset(position) && this.#untold.has(subscriber)) catchUp.rejoined(position);
      } else if (isLost || this.#untold.has(subscriber)) subscriber.notices?.reset(this.topic, live);
    }
    this.#untold.clear();
  }

  get #live(): Position | undefined {
    return this.#epoch === undefined ? undefined : { epoch: this.#epoch, offset: this.#floor };
  }

  /** Undefined when a subscriber can be taken in at once. */
  #ready(): Promise<void> | undefined {
    if (this.#isClosed) return undefined;
    if (!this.#isJoined) this.#join();
    if (this.#joining !== undefined) return this.#whenJoined();
    // Who comes while a publication goes round would get it twice.
    return this.#isFanningOut ? Promise.resolve() : undefined;
  }

  async #whenJoined(): Promise<void> {
    while (this.#joining !== undefined) {
      try {
        await this.#joining;
      } catch (error) {
        // Under another rule it was joined once more; and where nobody is left, nobody minds.
        if (!this.#isJoined && !this.#isClosed) throw error;
      }
    }
  }

  #join(): void {
    this.#joins++;
    const joined = this.#backplane.join(this.topic, this.#rule);
    this.#isJoined = true;
    this.#joining = undefined;
    if (!(joined instanceof Promise)) return;
    this.#joining = joined;
    const settled = (isJoined: boolean): void => {
      if (this.#joining !== joined) return;
      this.#joining = undefined;
      this.#isJoined = isJoined;
    };
    // Who waits for it is told; the next to come has it tried again.
    joined.then(() => settled(true), () => settled(false));
  }

  async #begin(): Promise<void> {
    for (let ready = this.#ready(); ready !== undefined; ready = this.#ready()) await ready;
    if (this.#isClosed) return;
    const joins = this.#joins;
    const { position } = await this.#backplane.read(this.topic, this.#rule, {});
    // Others may have told them meanwhile, or will.
    if (this.#isClosed || this.#untold.size === 0 || this.#joins !== joins) return;
    if (this.#epoch !== undefined && this.#epoch !== position.epoch) return this.onReset(position);
    const reached = { epoch: position.epoch, offset: Math.max(position.offset, this.#floor) };
    if (this.#epoch === undefined) {
      this.#epoch = reached.epoch;
      this.#floor = reached.offset;
    }
    for (const subscriber of this.#untold) {
      const catchUp = this.#catchingUp.get(subscriber);
      if (catchUp !== undefined) catchUp.rejoined(reached);
      else subscriber.notices?.reset(this.topic, reached);
    }
    this.#untold.clear();
  }
}
