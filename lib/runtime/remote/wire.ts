/**
 * What gateway and remote route code say to each other: records, packed one after the other into batches.
 *
 * A record is a header of 12 bytes, little-endian, and a payload that is filled up to a multiple of four:
 * `kind u8, flags u8, 0 u16, id u32, length u32, payload`. The id names a peer, or a call that is to be answered.
 *
 * @module
 */

/** Bytes of a record's header. */
export const HEADER_BYTES = 12;

/** Events down: from the gateway to the code. */
export const DOWN = {
  /** Load the code: a value, {@linkcode Boot}. Answered by READY or UNFIT. */
  BOOT: 1,
  /** Are you there? Answered by ALIVE with the same id. */
  PROBE: 2,
  /** Calls, answered by ANSWER or FAILURE with the same id. */
  START: 3,
  STOP: 4,
  /** A value: {@linkcode UpgradeCall}. */
  UPGRADE: 5,
  /** A value: {@linkcode ExchangeCall}. */
  EXCHANGE: 6,
  /** Nobody waits for the answer to this call any more. */
  CANCEL: 7,
  /** The next part of the body that belongs to this call. */
  PULL: 8,
  /** The result of a call of the code, as a value; empty where there is none. */
  ANSWER: 9,
  /** Such a call failed: an error, as a value. */
  FAILURE: 10,
  /** Publications to this topic are to be answered again: it has a history by now. */
  KEPT: 11,
  /** A connection, as a value: {@linkcode PeerOpening}. */
  ATTACH: 16,
  OPEN: 17,
  /** Flags: the message's form. Of a request the first four bytes are its number. */
  MESSAGE: 18,
  /** Flags: 1 when it was asked for by WANT_DRAIN. */
  DRAIN: 19,
  /** A call within a peer: a value, its id, code, reason and wasClean. */
  CLOSE: 20,
  /** The reason's words. */
  ABORT: 21,
  /** A call within a peer: give back what was not begun, and answer when nothing is pending. */
  HALT: 22,
  /** Wait no longer for the handler that is pending. */
  ABANDON: 23,
  /** Calls within a peer, as values. */
  SUSPEND: 24,
  RESUME: 25,
  REVOKE: 26,
  /** What the peer has unwritten, as a number: what was sent until then is known. */
  BUFFERED: 27,
  /** Calls within a peer, as values: {@linkcode QuestionCall}. Answered by true or false. */
  SUBSCRIBE: 28,
  AUTHENTICATE: 29,
} as const;

/** Commands up: from the code to the gateway. */
export const UP = {
  /** The code is loaded: its descriptors, as a value. */
  READY: 1,
  /** It could not be loaded: the words. */
  UNFIT: 2,
  /** The bytes of memory in use, as a number. */
  ALIVE: 3,
  /** The result of a call, as a value. */
  ANSWER: 4,
  /** The call failed: an error, as a value. */
  FAILURE: 5,
  /** A part of the body that belongs to this call. Flags: 1 for the last one, 2 when it broke off. */
  BODY: 6,
  /** Something for the log: a value, {@linkcode LogLine}. */
  LOG: 7,
  /** To a topic, by nobody in particular. A call, as PUBLISH. */
  PUBLISH_ALL: 8,
  /** Handlers of this peer have settled: the bytes they were given, as a number. */
  SETTLED: 16,
  /** Flags: 1 for text. */
  SEND: 17,
  PING: 18,
  /** A code of two bytes, and the reason. */
  CLOSE: 19,
  TERMINATE: 20,
  /** A call, answered by ANSWER or FAILURE: {@linkcode SubscribeCall}. */
  SUBSCRIBE: 21,
  /** A topic, as those of LEAVE and UNWATCH. */
  UNSUBSCRIBE: 22,
  /**
   * A call, answered by true where publications to this topic need no answer; they have the number 0 then. Flags: 1 for
   * text, 2 for self. The number, the topic's length in two bytes, the topic, the payload.
   */
  PUBLISH: 23,
  FAIL: 24,
  /** A value. */
  CONTEXT: 25,
  /** `send` has said false: DRAIN is owed. */
  WANT_DRAIN: 26,
  /** `drained` was called: a call, its number. */
  WANT_DRAINED: 27,
  /** A message that was not begun, and why: flags are its form. Comes before the answer to HALT. */
  GIVEN_BACK: 28,
  /** The same for `drain`. */
  DRAIN_GIVEN_BACK: 29,
  /** A call: {@linkcode JoinCall}. */
  JOIN: 30,
  LEAVE: 31,
  /** Calls: {@linkcode TopicCall}. */
  MEMBERS: 32,
  WATCH: 33,
  UNWATCH: 34,
  /** Flags: 1 for text, 4 for nothing but an acknowledgement. The request's number in four bytes, and the answer. */
  REPLY: 35,
} as const;

/** Flags of SEND, PUBLISH and REPLY. */
export const TEXT_FLAG = 1;
export const SELF_FLAG = 2;
export const ACK_FLAG = 4;

/** Flags of BODY. */
export const BODY_END = 1;
export const BODY_BROKEN = 2;

/** The number of a publication that is not answered. */
export const UNANSWERED = 0;

/** So many topics one peer of the code may be in by its own doing. */
export const MAX_TOPICS = 10_000;

/** Longest payload of a record. */
export const MAX_RECORD_BYTES = 64 * 1024 * 1024;

/** What a handled message counts beyond its payload: empty ones are not free. */
export const MESSAGE_OVERHEAD_BYTES = 64;

/** Whoever takes records. The payload is `bytes[start, end)`, and the caller's. */
export type TakeRecord = (
  kind: number,
  flags: number,
  id: number,
  bytes: Uint8Array<ArrayBuffer>,
  start: number,
  end: number,
) => void;

/** The other side does not keep to the records: it is broken, or means harm. */
export class WireError extends Error {
  override readonly name = "WireError";
}

/** Bytes that a payload takes up. */
export function padded(length: number): number {
  return (length + 3) & ~3;
}
