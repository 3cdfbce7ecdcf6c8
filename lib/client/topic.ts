/**
 * One topic that the application is subscribed to: what is asked, what has come, where to go on.
 *
 * @module
 */
import type { Member, Position, ServerHeader } from "../subprotocol/mod.ts";
import { closed, SockeyeError, unsupported } from "./client_error.ts";
import { jittered } from "./backoff.ts";
import { emit, messageEvent } from "./events.ts";
import type { Link } from "./link.ts";
import type { Options } from "./options.ts";
import type { Outbox, RequestOptions } from "./outbox.ts";
import type { Subscription, SubscriptionOptions, SubscriptionSource } from "./subscription.ts";
import type { Unanswered } from "./unanswered.ts";
import type { ServerMessage } from "./wire.ts";

/** What a topic needs of the client. */
export interface TopicSurroundings {
  readonly unanswered: Unanswered;
  readonly terms: Options;
  /** The connection, while there is one. */
  openLink(): Link | undefined;
  /** Asks, as soon as it may. */
  ask(...question: Parameters<Outbox["ask"]>): Promise<ServerMessage>;
  /** Nobody is subscribed any more; `isLeft`: what is on its way can still come. */
  ended(name: string, isLeft: boolean): void;
}

/** What a server says of a topic unasked. */
export type TopicHeader = Extract<
  ServerHeader,
  readonly ["pub" | "pos" | "reset" | "presence" | "unsubbed", ...unknown[]]
>;

type MembersHeader = Extract<ServerHeader, readonly ["members", ...unknown[]]>;

/** One topic, and all subscriptions to it. */
export class Topic implements SubscriptionSource {
  declare readonly name: string;
  readonly #around: TopicSurroundings;
  readonly #last: number | undefined;
  readonly #subscriptions = new Set<Subscription>();
  declare reached: Position | undefined;
  #epoch: string | undefined;
  isLive = false;
  #wantsPresence = false;
  #hasBeenLive = false;
  #hasEnded = false;
  /** Id of the question that is not answered; -1: there is none. */
  #asked = -1;
  #retries = 0;
  #cancelRetry: (() => void) | undefined;

  constructor(name: string, { since, last }: SubscriptionOptions, around: TopicSurroundings) {
    this.name = name;
    this.reached = since;
    this.#last = last;
    this.#around = around;
  }

  async members(options?: RequestOptions): Promise<readonly Member[]> {
    // Where it has ended, the server refuses.
    const isReady = () => this.isLive || this.#hasEnded;
    const { header } = await this.#around.ask("", (id) => ["members", id, this.name], options, isReady);
    return (header as MembersHeader)[2].map(([key, state]) => ({ key, state }));
  }

  /** One more subscription. */
  enter(subscription: Subscription, { presence }: SubscriptionOptions): void {
    this.#subscriptions.add(subscription);
    if (presence && !this.#wantsPresence) {
      this.#wantsPresence = true;
      this.#unsubscribe();
    }
    if (this.isLive) {
      // Later, when its listeners are there.
      queueMicrotask(() => this.isLive && this.#subscribed(false, false, this.reached, [subscription]));
    }
    this.ask();
  }

  leave(subscription: Subscription): void {
    if (!this.#subscriptions.delete(subscription) || this.#subscriptions.size) return;
    this.#unsubscribe();
    this.#finish(true);
  }

  /** Asks the server, unless that has been done, or cannot be done yet. */
  ask(): void {
    const { unanswered } = this.#around;
    const link = this.#around.openLink();
    if (!link || this.isLive || this.#asked >= 0 || this.#cancelRetry || unanswered.isFull()) return;
    if (link.hasNoHeaders()) return this.endWith(unsupported());
    const since = this.reached;
    const wasRecovering = this.#hasBeenLive || !!since;
    const id = this.#asked = unanswered.begin((answer) => {
      if (this.#asked !== id) return;
      this.#asked = -1;
      if (answer) this.#answered(answer, wasRecovering);
    });
    link.tell(["sub", id, this.name, { since, last: this.#last, presence: this.#wantsPresence }]);
  }

  /** There is no connection. */
  detach(): void {
    this.isLive = false;
    this.#asked = -1;
    this.#cancelRetry?.();
    this.#cancelRetry = undefined;
  }

  /** It is over for all who are subscribed: refused, or, with `closed`, ended. */
  endWith(error: SockeyeError): void {
    this.#finish(false);
    this.#emit(error.code === "closed" ? "unsubscribed" : "error", { error });
    this.#subscriptions.clear();
  }

  /** The server says something of it. */
  takeIn(header: TopicHeader, value: () => unknown, change: object): void {
    if (!this.isLive) return;
    const [kind, , offset] = header;
    if (kind === "pub" || kind === "pos") {
      if (offset !== undefined) {
        // It has been here.
        if (this.reached && offset <= this.reached.offset) return;
        this.reached = { epoch: this.#epoch!, offset };
      }
      if (kind === "pub") this.#emit("", { offset }, undefined, () => messageEvent(value()));
    } else if (kind === "reset") {
      this.reached = header[2];
      this.#epoch = this.reached.epoch;
      this.#subscribed(true, false, this.reached);
    } else if (kind === "presence") this.#emit(kind, change);
    else if (kind === "unsubbed") this.endWith(closed());
  }

  #answered({ header }: ServerMessage, wasRecovering: boolean): void {
    if (header[0] === "err") {
      const [, , code, reason] = header;
      if (code !== "unavailable") return this.endWith(new SockeyeError(code, reason));
      const { terms } = this.#around;
      this.#cancelRetry = terms.clock.setTimer(() => {
        this.#cancelRetry = undefined;
        this.ask();
      }, jittered(this.#retries++, terms));
    } else if (header[0] === "subbed") {
      const { recovered, position } = header[3];
      this.isLive = this.#hasBeenLive = true;
      this.#retries = 0;
      this.#epoch = position?.epoch;
      // What was missed, or the latest that were asked for, is still to come: then it is that which says where we are.
      if (!recovered) this.reached = this.#last && position?.offset ? undefined : position;
      this.#subscribed(wasRecovering, recovered, position);
    }
  }

  #subscribed(
    wasRecovering: boolean,
    recovered: boolean,
    position: Position | undefined,
    whom?: Iterable<Subscription>,
  ): void {
    this.#emit("subscribed", { wasRecovering, recovered, position }, whom);
  }

  #emit(
    type: string,
    properties: object,
    whom: Iterable<Subscription> = this.#subscriptions,
    make?: () => Event,
  ): void {
    // Listeners may subscribe and unsubscribe.
    for (const each of [...whom]) if (this.#subscriptions.has(each)) emit(each, type, properties, make?.());
  }

  #unsubscribe(): void {
    if (this.isLive || this.#asked >= 0) this.#around.openLink()?.tell(["unsub", this.name]);
    this.detach();
  }

  #finish(isLeft: boolean): void {
    this.detach();
    this.#hasEnded = true;
    this.#around.ended(this.name, isLeft);
  }
}
