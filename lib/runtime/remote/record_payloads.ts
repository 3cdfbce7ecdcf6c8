/**
 * Payloads of records that are no values, as the gateway reads them: whoever wrote them may mean harm.
 *
 * @module
 */
import type { Payload } from "../../frame/mod.ts";
import { TEXT_FLAG, WireError } from "./wire.ts";

const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

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
): { readonly topic: string; readonly payload: Payload } {
  const length = end - start < 2 ? Infinity : bytes[start]! | (bytes[start + 1]! << 8);
  const payloadStart = start + 2 + length;
  if (payloadStart > end) throw new WireError("a publication without a topic");
  const topic = textOf(bytes, start + 2, payloadStart);
  const isText = (flags & TEXT_FLAG) !== 0;
  return { topic, payload: isText ? textOf(bytes, payloadStart, end) : bytes.slice(payloadStart, end) };
}
