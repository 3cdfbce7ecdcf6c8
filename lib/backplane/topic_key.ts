/**
 * Topics as brokers can hold them: in the subjects of NATS, and the keys and channels of Redis.
 *
 * @module
 */

/**
 * A topic in letters, digits, `-`, `_`, `:` and `/`, which stand for themselves; every other UTF-16 code unit is `=` and
 * four hexadecimal digits. So no two topics are alike, and none holds what means something to a broker: `.`, `*`, `>`,
 * white space and `$` to NATS, `{` and `}` to Redis.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { topicKey } from "./topic_key.ts";
 *
 * assertEquals(topicKey("room:42"), "room:42");
 * assertEquals(topicKey("a.b *"), "a=002eb=0020=002a");
 * ```
 */
export function topicKey(topic: string): string {
  return topic.replace(/[^A-Za-z0-9\-_:/]/g, (unit) => `=${unit.charCodeAt(0).toString(16).padStart(4, "0")}`);
}
