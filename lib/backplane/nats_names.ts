/**
 * What things are called in NATS.
 *
 * | subject                               | what goes over it                                                     |
 * | ------------------------------------- | --------------------------------------------------------------------- |
 * | `sockeye.sent.KEY`                    | publications of a topic without history, from node to node            |
 * | `sockeye.history.LIMIT-TTL.KEY`       | publications on their way into the stream `sockeye-LIMIT-TTL`         |
 * | `sockeye.live.LIMIT-TTL.KEY`          | the same, sent on by the stream with their sequence                   |
 *
 * `KEY` is the topic's ({@linkcode topicKey}); `sockeye` is the prefix, which may be another.
 *
 * @module
 */
import type { HistoryRule } from "../pubsub/mod.ts";
import { topicKey } from "./topic_key.ts";

/** Where a topic without history goes. */
export function sentSubject(prefix: string, topic: string): string {
  return `${prefix}.sent.${topicKey(topic)}`;
}

/** Where a topic with history lies. */
export interface HistoryNames {
  readonly stream: string;
  readonly subject: string;
  readonly live: string;
}

/** The names of a topic with history. Two rules are two streams: the limits of a stream hold for all its subjects. */
export function historyNames(prefix: string, { limit, ttlMs }: HistoryRule, topic: string): HistoryNames {
  const [rule, key] = [`${limit}-${ttlMs}`, topicKey(topic)];
  return {
    stream: `${prefix}-${rule}`,
    subject: `${prefix}.history.${rule}.${key}`,
    live: `${prefix}.live.${rule}.${key}`,
  };
}

/** Publications are kept for so many times as long as they count, and ... */
const AGE_FACTOR = 12;
/** ... at least so long: what is behind the last one a subscriber has says that nothing is lost. */
const MIN_AGE_MS = 60 * 60 * 1000;
/** About 285 years, the longest that NATS can say. */
const MAX_AGE_NS = 9e18;
/** An append that is made again within this time is stored once. Longer than one may wait. */
const DUPLICATE_WINDOW_NS = 120e9;

/** How the stream of a rule is made. */
export function streamConfig(prefix: string, rule: HistoryRule) {
  const { stream, subject, live } = historyNames(prefix, rule, "");
  return {
    name: stream,
    subjects: [`${subject}>`],
    republish: { src: `${subject}>`, dest: `${live}>` },
    // One more than counts: who has that one, and is `limit` behind, has lost nothing.
    max_msgs_per_subject: rule.limit + 1,
    max_age: Math.min(MAX_AGE_NS, Math.max(AGE_FACTOR * rule.ttlMs, MIN_AGE_MS) * 1e6),
    duplicate_window: DUPLICATE_WINDOW_NS,
  };
}

/** What the subject says to which a consumer's message would be acknowledged. */
export interface Delivery {
  readonly seq: number;
  /** When it was stored, in milliseconds since 1970. */
  readonly at: number;
  /** How many come after it. */
  readonly pending: number;
}

/**
 * Reads `$JS.ACK.STREAM.CONSUMER.DELIVERED.SEQ.CONSUMER_SEQ.NANOSECONDS.PENDING`, or the longer form, which has domain
 * and account before the stream.
 */
export function deliveryOf(reply: string): Delivery {
  const words = reply.split(".");
  const [seq = "", , nanoseconds = "", pending = ""] = words.slice(words.length > 9 ? 7 : 5);
  return { seq: Number(seq), at: Number(nanoseconds) / 1e6, pending: Number(pending) };
}
