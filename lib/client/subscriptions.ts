/**
 * All topics that the application is subscribed to, over one connection after the other.
 *
 * @module
 */
import type { ServerHeader } from "../subprotocol/mod.ts";
import { closed } from "./client_error.ts";
import { Subscription, type SubscriptionOptions } from "./subscription.ts";
import { Topic, type TopicHeader, type TopicSurroundings } from "./topic.ts";

/** No more topics that were left are remembered. */
const MAX_LEFT = 100;

/** Topics by name. */
export interface Subscriptions {
  /** Subscribes, now or as soon as there is a connection. */
  add(name: string, options: SubscriptionOptions): Subscription;
  /** There is a connection, or room for more questions: asks for what is not asked for yet. */
  ask(): void;
  /** There is no connection. */
  detach(): void;
  /** There will be none. */
  stop(): void;
  /**
   * Takes what the server says of a topic.
   *
   * @param value what the application gets of the payload.
   * @param change what it gets of a `presence`.
   * @returns false when nobody here has subscribed to it: the route itself may have.
   */
  takeIn(header: ServerHeader, value: () => unknown, change: object): boolean;
}

/** For one client. */
export function createSubscriptions(surroundings: Omit<TopicSurroundings, "ended">): Subscriptions {
  const topics = new Map<string, Topic>();
  // What is published in them is still on its way for a while.
  const left = new Set<string>();
  const around: TopicSurroundings = {
    ...surroundings,
    ended(name, isLeft) {
      topics.delete(name);
      if (isLeft) left.add(name);
      if (left.size > MAX_LEFT) left.clear();
    },
  };
  return {
    add(name, options) {
      const topic = topics.get(name) ?? new Topic(name, options, around);
      topics.set(name, topic);
      const subscription = new Subscription(topic);
      const { onMessage } = options;
      if (onMessage) subscription.addEventListener("message", onMessage);
      topic.enter(subscription, options);
      return subscription;
    },
    ask: () => topics.forEach((topic) => topic.ask()),
    detach() {
      left.clear();
      topics.forEach((topic) => topic.detach());
    },
    stop: () => topics.forEach((topic) => topic.endWith(closed())),
    takeIn(header, value, change) {
      const name = header[0] === "presence" ? header[2] : header[1] as string;
      const topic = topics.get(name);
      topic?.takeIn(header as TopicHeader, value, change);
      return !!topic || left.has(name);
    },
  };
}
