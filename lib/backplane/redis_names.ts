/**
 * What things are called in Redis.
 *
 * | key or channel            | what it is                                                                              |
 * | ------------------------- | --------------------------------------------------------------------------------------- |
 * | `sockeye:{KEY}:log`       | stream: the history of a topic; ids are `OFFSET-0`, fields `t` (ms) and `e` (envelope)    |
 * | `sockeye:{KEY}:place`     | hash: `epoch`, and `offset` of the last publication                                       |
 * | `sockeye:{KEY}:id:ID`     | string: `EPOCH:OFFSET` of a publication that may be stored again                          |
 * | `sockeye@DB:{KEY}:live`   | channel: what was stored, as `EPOCH:OFFSET:` and the envelope                             |
 * | `sockeye@DB:{KEY}:sent`   | channel: publications without history, as the id of the node, `:` and the envelope        |
 *
 * `KEY` is the topic's ({@linkcode topicKey}); in braces, it puts all keys of a topic in one slot. Channels carry the
 * number of the database, which Redis itself does not tell apart there.
 *
 * @module
 */
import { topicKey } from "./topic_key.ts";

/** What all names of one server begin with. */
export interface RedisSpace {
  readonly prefix: string;
  readonly database: number;
}

/** The names of a topic. */
export interface TopicNames {
  readonly log: string;
  readonly place: string;
  /** Followed by the id. */
  readonly id: string;
  readonly live: string;
  readonly sent: string;
}

/** See the module. */
export function topicNames({ prefix, database }: RedisSpace, topic: string): TopicNames {
  const key = `{${topicKey(topic)}}`;
  return {
    log: `${prefix}:${key}:log`,
    place: `${prefix}:${key}:place`,
    id: `${prefix}:${key}:id:`,
    live: `${prefix}@${database}:${key}:live`,
    sent: `${prefix}@${database}:${key}:sent`,
  };
}

/** What comes over a topic's live channel. */
export interface LiveMessage {
  readonly epoch: string;
  readonly offset: number;
  readonly bytes: Uint8Array;
}

const COLON = 0x3a;
const decoder = new TextDecoder();

/** Reads `EPOCH:OFFSET:` and what follows; undefined when it is something else. */
export function readLive(message: Uint8Array): LiveMessage | undefined {
  const first = message.indexOf(COLON);
  const second = message.indexOf(COLON, first + 1);
  if (first < 1 || second < 0) return undefined;
  const offset = Number(decoder.decode(message.subarray(first + 1, second)));
  if (!Number.isSafeInteger(offset) || offset < 1) return undefined;
  return { epoch: decoder.decode(message.subarray(0, first)), offset, bytes: message.subarray(second + 1) };
}
