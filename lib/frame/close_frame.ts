/**
 * The payload of a Close frame. RFC 6455 §5.5.1.
 *
 * @module
 */
import { MAX_REASON_BYTES } from "./close_code.ts";

const encoder = new TextEncoder();
const NO_BYTES = new Uint8Array(0);

/**
 * The payload of a Close frame: two bytes of code in network order, then the reason.
 *
 * @throws {RangeError} when the reason is longer than 123 bytes.
 */
export function encodeClosePayload(code: number, reason: string): Uint8Array<ArrayBuffer> {
  const text = reason === "" ? NO_BYTES : encoder.encode(reason);
  if (text.length > MAX_REASON_BYTES) {
    throw new RangeError(`A close reason has at most ${MAX_REASON_BYTES} bytes of UTF-8; this one has ${text.length}`);
  }
  const payload = new Uint8Array(2 + text.length);
  payload[0] = code >> 8;
  payload[1] = code;
  if (text.length > 0) payload.set(text, 2);
  return payload;
}
