/**
 * Names of topics as route code gives them.
 *
 * @module
 */
import { checkTopic } from "../pubsub/mod.ts";
import { kindOf } from "./sendable.ts";

/**
 * The name.
 *
 * @param method of the peer, for the error.
 * @throws {TypeError} that says what it may be.
 *
 * @example
 * ```ts
 * import { checkTopicName } from "./topic_name.ts";
 * import { assertEquals, assertThrows } from "@std/assert";
 *
 * assertEquals(checkTopicName("subscribe", "room:1"), "room:1");
 * assertThrows(() => checkTopicName("subscribe", 7), TypeError, "peer.subscribe takes the topic's name as a string");
 * ```
 */
export function checkTopicName(method: string, topic: unknown): string {
  return checkTopic(checkTopicText(method, topic));
}

/** The same for whom its characters are somebody else's affair. */
export function checkTopicText(method: string, topic: unknown): string {
  if (typeof topic === "string") return topic;
  throw new TypeError(`peer.${method} takes the topic's name as a string, not ${kindOf(topic)}`);
}
