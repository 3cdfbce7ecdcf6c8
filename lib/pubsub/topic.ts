/**
 * What a topic may be called.
 *
 * @module
 */

/** Longest topic name, in UTF-16 code units. */
export const MAX_TOPIC_LENGTH = 256;

/**
 * Checks a topic's name: 1 to 256 characters, none of them a control character.
 *
 * @returns the name.
 * @throws {TypeError} that says what is allowed.
 *
 * @example
 * ```ts
 * import { assertEquals, assertThrows } from "@std/assert";
 * import { checkTopic } from "./topic.ts";
 *
 * assertEquals(checkTopic("room:42"), "room:42");
 * assertThrows(() => checkTopic(""), TypeError, "1 to 256 characters");
 * ```
 */
export function checkTopic(name: string): string {
  if (typeof name !== "string") {
    throw new TypeError(`A topic is a string of 1 to ${MAX_TOPIC_LENGTH} characters; got ${typeof name}`);
  }
  if (name.length === 0 || name.length > MAX_TOPIC_LENGTH) {
    throw new TypeError(`A topic has 1 to ${MAX_TOPIC_LENGTH} characters; this one has ${name.length}`);
  }
  for (let at = 0; at < name.length; at++) {
    const unit = name.charCodeAt(at);
    if (unit < 0x20 || (unit >= 0x7f && unit < 0xa0)) {
      throw new TypeError(`A topic has no control characters; ${JSON.stringify(name)} has one at index ${at}`);
    }
  }
  return name;
}
