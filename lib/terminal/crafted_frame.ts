/**
 * Frames as a client sends them, right ones and wrong ones.
 *
 * @module
 */
import { encodeFrame, FIN_BIT, type Frame, MASK_BIT } from "../frame/mod.ts";

/**
 * A masked frame, as a client must send it. RFC 6455 §5.1. What `rest` says replaces what is right.
 *
 * @param maskKey four bytes; §5.3 has them unpredictable. Default: from the system's source of chance.
 */
export function maskedFrame(
  opcode: number,
  payload: string | Uint8Array,
  rest: Partial<Frame> = {},
): Uint8Array<ArrayBuffer> {
  const bytes = typeof payload === "string" ? encoder.encode(payload) : payload;
  return encodeFrame({ opcode, payload: bytes, maskKey: crypto.getRandomValues(new Uint8Array(4)), ...rest });
}

/** The header of a masked frame that only claims to have this many bytes: no payload follows. */
export function maskedHeader(opcode: number, payloadBytes: bigint, maskKey: Uint8Array): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(14);
  bytes.set([FIN_BIT | opcode, MASK_BIT | 127]);
  new DataView(bytes.buffer).setBigUint64(2, payloadBytes);
  bytes.set(maskKey, 10);
  return bytes;
}

const encoder = new TextEncoder();
