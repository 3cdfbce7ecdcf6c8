/**
 * Writing a frame's header: the three length forms, with or without a masking key. RFC 6455 §5.2.
 *
 * @module
 */
import { applyMask, readMaskKey } from "./mask.ts";

/** The FIN bit of a frame's first byte. */
export const FIN_BIT = 0x80;
/** The three reserved bits of a frame's first byte. */
export const RSV_BITS = 0x70;
/** The MASK bit of a frame's second byte. */
export const MASK_BIT = 0x80;
/** The longest header a server writes: two bytes and a 64-bit length. */
export const MAX_SERVER_HEADER_BYTES = 10;
/** The longest payload of a control frame. RFC 6455 §5.5. */
export const MAX_CONTROL_BYTES = 125;

/** Size of an unmasked header for this payload length, in bytes: 2, 4 or 10. */
export function headerBytes(payloadBytes: number): number {
  return payloadBytes < 126 ? 2 : payloadBytes < 65536 ? 4 : 10;
}

/**
 * Writes an unmasked header in its shortest form.
 *
 * RFC 6455 §5.2: "the minimal number of bytes MUST be used to encode the length".
 *
 * @param first the first byte: FIN, RSV and opcode.
 * @returns where the payload begins.
 */
export function writeHeader(out: Uint8Array, at: number, first: number, payloadBytes: number): number {
  out[at] = first;
  if (payloadBytes < 126) {
    out[at + 1] = payloadBytes;
    return at + 2;
  }
  if (payloadBytes < 65536) {
    out[at + 1] = 126;
    out[at + 2] = payloadBytes >> 8;
    out[at + 3] = payloadBytes;
    return at + 4;
  }
  out[at + 1] = 127;
  const high = Math.floor(payloadBytes / 2 ** 32);
  for (let i = 0; i < 4; i++) {
    out[at + 2 + i] = high >>> (24 - 8 * i);
    out[at + 6 + i] = payloadBytes >>> (24 - 8 * i);
  }
  return at + 10;
}

/** A frame to encode whole, for clients and tests; the server's own way out is the write buffer. */
export interface Frame {
  readonly opcode: number;
  readonly payload: Uint8Array;
  /** Default: true. */
  readonly fin?: boolean;
  /** The three bits as a number 0–7, RSV1 being 4. Default: 0. */
  readonly rsv?: number;
  /** Four bytes; given, the frame is masked with them. A client MUST mask (§5.1). */
  readonly maskKey?: Uint8Array;
}

/**
 * One frame as it goes over the wire. Checks nothing, so that tests can make wrong ones.
 *
 * @example A single-frame unmasked text message (RFC 6455 §5.7)
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { encodeFrame } from "./header.ts";
 *
 * const bytes = encodeFrame({ opcode: 0x1, payload: new TextEncoder().encode("Hello") });
 * assertEquals(bytes.toHex(), "810548656c6c6f");
 * ```
 */
export function encodeFrame({ opcode, payload, fin = true, rsv = 0, maskKey }: Frame): Uint8Array<ArrayBuffer> {
  const keyBytes = maskKey === undefined ? 0 : 4;
  const bytes = new Uint8Array(headerBytes(payload.length) + keyBytes + payload.length);
  let at = writeHeader(bytes, 0, (fin ? FIN_BIT : 0) | (rsv << 4) | opcode, payload.length);
  if (maskKey !== undefined) {
    bytes[1] = bytes[1]! | MASK_BIT;
    bytes.set(maskKey.subarray(0, 4), at);
    at += 4;
  }
  bytes.set(payload, at);
  if (maskKey !== undefined) applyMask(bytes, at, bytes.length, readMaskKey(maskKey, 0));
  return bytes;
}
