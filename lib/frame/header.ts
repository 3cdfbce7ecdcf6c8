/**
 * A frame's header: the three forms of its length, read and written. RFC 6455 §5.2.
 *
 * @module
 */
import { applyMask, readMaskKey } from "./mask.ts";
import { ProtocolError } from "./violation.ts";

/** The FIN bit of a frame's first byte. */
export const FIN_BIT = 0x80;
/** The three reserved bits of a frame's first byte. */
export const RSV_BITS = 0x70;
/** The first of them: the message is compressed. RFC 7692 §6. */
export const RSV1_BIT = 0x40;
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

/** Size of a header by the 7-bit length, without the masking key. */
export function lengthFormBytes(length7: number): number {
  return length7 < 126 ? 2 : length7 === 126 ? 4 : 10;
}

/**
 * The payload length of the header at `at`, all of whose bytes are there.
 *
 * @throws {ProtocolError} when it is not in its shortest form, or negative.
 */
export function readLength(bytes: Uint8Array, at: number): number {
  const length7 = bytes[at + 1]! & 0x7f;
  if (length7 < 126) return length7;
  if (length7 === 126) {
    const length = (bytes[at + 2]! << 8) | bytes[at + 3]!;
    // RFC 6455 §5.2: "in all cases, the minimal number of bytes MUST be used to encode the length".
    if (length < 126) throw new ProtocolError("LENGTH_NOT_MINIMAL");
    return length;
  }
  const high = (bytes[at + 2]! << 24) | (bytes[at + 3]! << 16) | (bytes[at + 4]! << 8) | bytes[at + 5]!;
  const low = (bytes[at + 6]! << 24) | (bytes[at + 7]! << 16) | (bytes[at + 8]! << 8) | bytes[at + 9]!;
  // RFC 6455 §5.2: of a 64-bit length "the most significant bit MUST be 0".
  if (high < 0) throw new ProtocolError("LENGTH_NEGATIVE");
  // Above 2^53 the sum is rounded, which matters to nobody: every limit lies below.
  const length = high * 2 ** 32 + (low >>> 0);
  if (length < 65536) throw new ProtocolError("LENGTH_NOT_MINIMAL");
  return length;
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

/** Length of the unmasked frame whose header stands at `at`. */
export function frameBytes(bytes: Uint8Array, at: number): number {
  return lengthFormBytes(bytes[at + 1]! & 0x7f) + readLength(bytes, at);
}
