/**
 * One subscription to a topic, as the application holds it. Several to one topic share what the server sends.
 *
 * @module
 */
import type { Member, Position, SubscribeOptions } from "../subprotocol/mod.ts";
import type { PublicationEvent, SubscriptionEventMap } from "./events.ts";
import type { RequestOptions } from "./outbox.ts";

/** How to subscribe. Of several subscriptions to one topic, the first says where to begin. */
export interface SubscriptionOptions extends SubscribeOptions {
  /** Presence events are wanted, too. Default: false. */
  readonly presence?: boolean;
  /** Gets each publication; the same as a listener of `message`. */
  readonly onMessage?: (event: PublicationEvent) => void;
}

/** What a subscription is one to. */
export interface SubscriptionSource {
  /** The topic's name. */
  readonly name: string;
  /** Up to where the publications have come. */
  readonly reached: Position | undefined;
  /** The server has agreed, on the connection that there is now. */
  readonly isLive: boolean;
  /** Who is present. */
  members(options?: RequestOptions): Promise<readonly Member[]>;
  /** This one has ended. */
  leave(subscription: Subscription): void;
}

/**
 * A subscription; `socket.subscribe` makes them. It goes on after a reconnect, from where it was. Its events are in
 * {@linkcode SubscriptionEventMap}.
 */
export class Subscription extends EventTarget {
  readonly #source: SubscriptionSource;

  /** @ignore For `socket.subscribe`. */
  constructor(source: SubscriptionSource) {
    super();
    this.#source = source;
  }

  /** What it is subscribed to. */
  get topic(): string {
    return this.#source.name;
  }

  /**
   * The last publication that has come, or where the topic was before it: to be kept, and given as `since` later. Only
   * for topics with history.
   */
  get position(): Position | undefined {
    return this.#source.reached;
  }

  /** True while the server sends what is published. */
  get isSubscribed(): boolean {
    return this.#source.isLive;
  }

  /** Who is present in the topic; waits until it is subscribed. */
  members(options?: RequestOptions): Promise<readonly Member[]> {
    return this.#source.members(options);
  }

  /** Ends it: no more events. */
  unsubscribe(): void {
    this.#source.leave(this);
  }
}

/** The listeners of its events. */
export interface Subscription {
  /** Has a listener called for each event of this type. */
  addEventListener<Type extends keyof SubscriptionEventMap>(
    type: Type,
    listener: (this: Subscription, event: SubscriptionEventMap[Type]) => unknown,
    options?: boolean | AddEventListenerOptions,
  ): void;
  /** Has a listener called for each event of this type. */
  addEventListener(
    type: string,
    listener: EventListenerOrEventListenerObject | null,
    options?: boolean | AddEventListenerOptions,
  ): void;
}
