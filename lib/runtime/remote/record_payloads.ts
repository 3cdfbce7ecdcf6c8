/**
 * Payloads of records that are no values, as the gateway reads them: whoever wrote them may mean harm.
 *
 * @module
 */
import type { Payload } from "../../frame/mod.ts";
import { ACK_FLAG, TEXT_FLAG, WireError } from "./wire.ts";

const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** Bytes of a number that stands before something else. */
export const CALL_BYTES = 4;

/** The text in `bytes[start, end)`. @throws {WireError} when it is not UTF-8. */
export function textOf(bytes: Uint8Array<ArrayBuffer>, start: number, end: number): string {
  try {
    return decoder.decode(bytes.subarray(start, end));
  } catch (cause) {
    throw new WireError("a text that is not UTF-8", { cause });
  }
}

/** The number that a record carries. @throws {WireError} when it carries none. */
export function numberOf(bytes: Uint8Array<ArrayBuffer>, start: number, end: number): number {
  if (end - start !== 4) throw new WireError(`a number of ${end - start} bytes`);
  return new DataView(bytes.buffer, bytes.byteOffset + start).getUint32(0, true);
}

/** What PUBLISH and PUBLISH_ALL carry. @throws {WireError} when they do not. */
export function publicationOf(
  flags: number,
  bytes: Uint8Array<ArrayBuffer>,
  start: number,
  end: number,
): { readonly call: number; readonly topic: string; readonly payload: Payload } {
  if (end - start < CALL_BYTES + 2) throw new WireError("a publication without a topic");
  const topicStart = start + CALL_BYTES + 2;
  const payloadStart = topicStart + (bytes[topicStart - 2]! | (bytes[topicStart - 1]! << 8));
  if (payloadStart > end) throw new WireError("a publication without a topic");
  return {
    call: numberOf(bytes, start, start + CALL_BYTES),
    topic: topicOf(bytes, topicStart, payloadStart),
    payload: payloadOf(flags, bytes, payloadStart, end),
  };
}

/** The topic that was read last, and its bytes: the next is often the same. */
let latest = { bytes: new Uint8Array(0), topic: "" };

function topicOf(bytes: Uint8Array<ArrayBuffer>, start: number, end: number): string {
  if (!isLatest(bytes, start, end)) latest = { topic: textOf(bytes, start, end), bytes: bytes.slice(start, end) };
  return latest.topic;
}

function isLatest(bytes: Uint8Array, start: number, end: number): boolean {
  const { bytes: known } = latest;
  if (end - start !== known.length) return false;
  for (let at = 0; at < known.length; at++) if (bytes[start + at] !== known[at]) return false;
  return true;
}

/** What REPLY carries. @throws {WireError} when it does not. */
export function replyOf(
  flags: number,
  bytes: Uint8Array<ArrayBuffer>,
  start: number,
  end: number,
): { readonly request: number; readonly data: Payload | undefined } {
  const dataStart = start + CALL_BYTES;
  if (dataStart > end) throw new WireError("a reply to nothing");
  const isEmpty = (flags & ACK_FLAG) !== 0;
  if (isEmpty && dataStart < end) throw new WireError("an acknowledgement that says something");
  return {
    request: numberOf(bytes, start, dataStart),
    data: isEmpty ? undefined : payloadOf(flags, bytes, dataStart, end),
  };
}

function payloadOf(flags: number, bytes: Uint8Array<ArrayBuffer>, start: number, end: number): Payload {
  return (flags & TEXT_FLAG) !== 0 ? textOf(bytes, start, end) : bytes.slice(start, end);
}
