/**
 * Publications as records carry them: the lengths of topic and sender in two bytes each, both of them, and the payload.
 *
 * A publication of a topic with history has eight bytes before that: the topic's rule on its way to the store (`limit` and
 * `ttlMs` in four bytes each), its offset on its way from there. The rest goes through the parent as it came.
 *
 * @module
 */
import type { Envelope, HistoryRule, StoredEnvelope } from "../pubsub/mod.ts";
import { type BatchWriter, TEXT_FLAG, WireError } from "../runtime/mod.ts";
import { readTopic, wireTopic } from "./wire_topic.ts";

/** Bytes of a rule, and of an offset. */
export const PREFIX_BYTES = 8;

const LENGTHS_BYTES = 4;

/** A topic has at most 256 characters, each of which may be escaped, and an id of a peer fewer. */
const HEAD_BYTES = PREFIX_BYTES + LENGTHS_BYTES + 4 * 1024;

const head = new Uint8Array(HEAD_BYTES);
const headView = new DataView(head.buffer);
const encoder = new TextEncoder();
const decoder = new TextDecoder("utf-8", { ignoreBOM: true });

/** Puts in a publication. @param rule of its topic, where it is to be stored. */
export function putPublication(
  writer: BatchWriter,
  kind: number,
  id: number,
  topic: string,
  envelope: Envelope,
  rule?: HistoryRule,
): void {
  headView.setUint32(0, rule?.limit ?? 0, true);
  headView.setUint32(4, rule?.ttlMs ?? 0, true);
  put(writer, kind, id, topic, envelope, rule === undefined ? PREFIX_BYTES : 0);
}

/** Puts in a publication that has its offset. */
export function putStored(writer: BatchWriter, kind: number, topic: string, envelope: StoredEnvelope): void {
  headView.setFloat64(0, envelope.offset, true);
  put(writer, kind, 0, topic, envelope, 0);
}

/** Puts in what stands in the head from `start` on, and the publication behind it. */
function put(
  writer: BatchWriter,
  kind: number,
  id: number,
  topic: string,
  { payload, from }: Envelope,
  start: number,
): void {
  const topicAt = PREFIX_BYTES + LENGTHS_BYTES;
  const topicLength = encoder.encodeInto(wireTopic(topic), head.subarray(topicAt)).written;
  const fromAt = topicAt + topicLength;
  const { read, written: fromLength } = encoder.encodeInto(from, head.subarray(fromAt));
  if (read < from.length) throw new TypeError("the sender's id is too long");
  headView.setUint16(PREFIX_BYTES, topicLength, true);
  headView.setUint16(PREFIX_BYTES + 2, fromLength, true);
  const own = head.subarray(start, fromAt + fromLength);
  if (typeof payload === "string") return writer.putTexts(kind, TEXT_FLAG, id, own, payload);
  const bytes = new Uint8Array(own.length + payload.length);
  bytes.set(own);
  bytes.set(payload, own.length);
  writer.put(kind, 0, id, bytes, 0, bytes.length);
}

/** The topic of the publication in `bytes[start, end)`. */
export function topicOf(bytes: Uint8Array, start: number, end: number): string {
  return readTopic(bytes, start + LENGTHS_BYTES, checkedEnd(bytes, start, end).topicEnd);
}

/** The publication in `bytes[start, end)`; its payload is a copy. */
export function envelopeOf(bytes: Uint8Array<ArrayBuffer>, start: number, end: number, flags: number): Envelope {
  const { topicEnd, fromEnd } = checkedEnd(bytes, start, end);
  const from = fromEnd === topicEnd ? "" : decoder.decode(bytes.subarray(topicEnd, fromEnd));
  const isText = (flags & TEXT_FLAG) !== 0;
  return { from, payload: isText ? decoder.decode(bytes.subarray(fromEnd, end)) : bytes.slice(fromEnd, end) };
}

/** The rule before a publication. */
export function ruleAt(bytes: Uint8Array, start: number): HistoryRule {
  const view = viewOf(bytes);
  return { limit: view.getUint32(start, true), ttlMs: view.getUint32(start + 4, true) };
}

/** The offset before a publication. */
export function offsetAt(bytes: Uint8Array, start: number): number {
  return viewOf(bytes).getFloat64(start, true);
}

/** Puts the offset where the rule was. */
export function setOffset(bytes: Uint8Array, offset: number): void {
  viewOf(bytes).setFloat64(0, offset, true);
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

function checkedEnd(
  bytes: Uint8Array,
  start: number,
  end: number,
): { readonly topicEnd: number; readonly fromEnd: number } {
  const topicAt = start + LENGTHS_BYTES;
  const topicEnd = topicAt + (bytes[start] ?? 0) + ((bytes[start + 1] ?? 0) << 8);
  const fromEnd = topicEnd + (bytes[start + 2] ?? 0) + ((bytes[start + 3] ?? 0) << 8);
  if (topicAt > end || fromEnd > end) throw new WireError("a publication is shorter than it says");
  return { topicEnd, fromEnd };
}
