/**
 * Publications as bytes, as they go over a broker and lie in it.
 *
 * One byte of kind, the length of `from` in two (big end first), `from` in UTF-8, and the payload: its bytes, or its
 * text in UTF-8.
 *
 * @module
 */
import type { Envelope } from "../pubsub/mod.ts";

/** The first byte; what begins with another is of a later version, or of somebody else. */
const KINDS = { text: 1, binary: 2 } as const;

/** Bytes before `from`. */
const HEAD_BYTES = 3;

/** Longest `from`, in bytes of UTF-8. */
export const MAX_FROM_BYTES = 0xffff;

const encoder = new TextEncoder();
// A byte order mark is a character like others.
const decoder = new TextDecoder("utf-8", { ignoreBOM: true });

/**
 * The bytes of a publication, a copy. A text with a lone surrogate changes, as it does on the way to a peer.
 *
 * @throws {RangeError} when `from` is too long.
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { decodeEnvelope, encodeEnvelope } from "./envelope.ts";
 *
 * const bytes = encodeEnvelope({ payload: "Hello", from: "a1" });
 * assertEquals(bytes.toHex(), "01" + "0002" + "6131" + "48656c6c6f");
 * assertEquals(decodeEnvelope(bytes), { payload: "Hello", from: "a1" });
 * ```
 */
export function encodeEnvelope({ payload, from }: Envelope): Uint8Array<ArrayBuffer> {
  const isText = typeof payload === "string";
  const body = isText ? encoder.encode(payload) : payload;
  const sender = encoder.encode(from);
  if (sender.length > MAX_FROM_BYTES) throw new RangeError(`from has ${sender.length} bytes, more than 65535`);
  const bytes = new Uint8Array(HEAD_BYTES + sender.length + body.length);
  bytes[0] = isText ? KINDS.text : KINDS.binary;
  bytes[1] = sender.length >>> 8;
  bytes[2] = sender.length & 0xff;
  bytes.set(sender, HEAD_BYTES);
  bytes.set(body, HEAD_BYTES + sender.length);
  return bytes;
}

/** Reads what {@linkcode encodeEnvelope} wrote, as a copy; undefined when it did not write this. */
export function decodeEnvelope(bytes: Uint8Array): Envelope | undefined {
  const [kind, high = 0, low = 0] = bytes;
  const start = HEAD_BYTES + (high << 8 | low);
  if (start > bytes.length || (kind !== KINDS.text && kind !== KINDS.binary)) return undefined;
  const from = decoder.decode(bytes.subarray(HEAD_BYTES, start));
  if (kind === KINDS.text) return { payload: decoder.decode(bytes.subarray(start)), from };
  // A Buffer's own slice would be a view.
  return { payload: new Uint8Array(bytes.subarray(start)), from };
}
