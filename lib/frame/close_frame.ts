/**
 * The payload of a Close frame. RFC 6455 §5.5.1.
 *
 * @module
 */
import { CLOSE_CODE, isWireCloseCode, MAX_REASON_BYTES } from "./close_code.ts";
import { advanceUtf8, UTF8_ACCEPT } from "./utf8.ts";
import { ProtocolError } from "./violation.ts";

const encoder = new TextEncoder();
const NO_BYTES = new Uint8Array(0);
const decoder = new TextDecoder("utf-8", { ignoreBOM: true });

/** What a Close frame says. */
export interface CloseStatus {
  /** {@linkcode CLOSE_CODE.NO_STATUS} when it says nothing. */
  readonly code: number;
  readonly reason: string;
}

/**
 * Reads the payload `bytes[start, end)` of a Close frame.
 *
 * @throws {ProtocolError} when it is a single byte, its code may not be sent, or its reason is not UTF-8.
 */
export function decodeClosePayload(bytes: Uint8Array, start: number, end: number): CloseStatus {
  if (start === end) return { code: CLOSE_CODE.NO_STATUS, reason: "" };
  // RFC 6455 §5.5.1: "If there is a body, the first two bytes of the body MUST be a 2-byte unsigned integer".
  if (end - start === 1) throw new ProtocolError("CLOSE_TRUNCATED");
  const code = (bytes[start]! << 8) | bytes[start + 1]!;
  if (!isWireCloseCode(code)) throw new ProtocolError("CLOSE_CODE_INVALID");
  if (end - start === 2) return { code, reason: "" };
  // RFC 6455 §5.5.1: the rest of the body is "UTF-8-encoded data".
  if (advanceUtf8(UTF8_ACCEPT, bytes, start + 2, end) !== UTF8_ACCEPT) throw new ProtocolError("CLOSE_REASON_NOT_UTF8");
  return { code, reason: decoder.decode(bytes.subarray(start + 2, end)) };
}

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
