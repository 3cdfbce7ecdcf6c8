/**
 * What one connection does with topics, for its code.
 *
 * @module
 */
import type { Payload } from "../frame/mod.ts";
import type { Hub, Subscriber } from "../pubsub/mod.ts";
import type { Awaitable, Member, Subscribed, SubscribeOptions } from "../route/mod.ts";
import type { TopicCommands } from "../route/table.ts";

/** Whose topics they are. */
export interface TopicOwner extends Subscriber {
  readonly isOpen: boolean;
}

const NOT_SUBSCRIBED: Subscribed = Object.freeze({ recovered: false });

/** The topics of a connection. One that is closing joins none. */
export class ConnectionTopics implements TopicCommands {
  readonly #hub: Hub;
  readonly #owner: TopicOwner;

  constructor(hub: Hub, owner: TopicOwner) {
    this.#hub = hub;
    this.#owner = owner;
  }

  get names(): ReadonlySet<string> {
    return this.#hub.topicsOf(this.#owner);
  }

  /** @param began see {@linkcode Hub.subscribe}. */
  subscribe(
    topic: string,
    options?: SubscribeOptions,
    began?: (subscribed: Subscribed) => void,
  ): Awaitable<Subscribed> {
    return this.#owner.isOpen ? this.#hub.subscribe(this.#owner, topic, options, began) : NOT_SUBSCRIBED;
  }

  unsubscribe(topic: string): void {
    if (this.#hub.unsubscribe(this.#owner, topic)) this.#owner.notices?.unsubscribed(topic);
  }

  publish(topic: string, data: Payload, self: boolean): void | Promise<void> {
    return this.#hub.publish(topic, data, self ? undefined : this.#owner);
  }

  join(topic: string, key: string, state: string): void {
    if (this.#owner.isOpen) this.#hub.presence.join(this.#owner, topic, key, state);
  }

  leave(topic: string): void {
    this.#hub.presence.leave(this.#owner, topic);
  }

  members(topic: string): Awaitable<readonly Member[]> {
    return this.#hub.presence.list(topic);
  }

  watch(topic: string): void | Promise<void> {
    if (this.#owner.isOpen) return this.#hub.presence.watch(this.#owner, topic);
  }

  unwatch(topic: string): void {
    this.#hub.presence.unwatch(this.#owner, topic);
  }
}
