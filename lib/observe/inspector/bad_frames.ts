/**
 * Frames that break a rule, to see what a peer makes of them.
 *
 * @module
 */
import { encodeFrame, OPCODE } from "../../frame/mod.ts";
import type { BadFrameName } from "./bad_frame_kinds.ts";

const HI = new TextEncoder().encode("hi");
const { CONTINUATION, TEXT, CLOSE, PING } = OPCODE;

/** Their bytes. */
export const BAD_FRAMES: Readonly<Record<BadFrameName, Uint8Array<ArrayBuffer>>> = {
  reservedOpcode: encodeFrame({ opcode: 0x3, payload: HI }),
  rsv2: encodeFrame({ opcode: TEXT, rsv: 2, payload: HI }),
  rsv1: encodeFrame({ opcode: TEXT, rsv: 4, payload: new Uint8Array([0xff, 0xff]) }),
  masked: encodeFrame({ opcode: TEXT, payload: HI, maskKey: new Uint8Array([1, 2, 3, 4]) }),
  continuation: encodeFrame({ opcode: CONTINUATION, payload: HI }),
  longControl: encodeFrame({ opcode: PING, payload: new Uint8Array(126) }),
  fragmentedControl: encodeFrame({ opcode: PING, fin: false, payload: HI }),
  badUtf8: encodeFrame({ opcode: TEXT, payload: new Uint8Array([0xc3, 0x28]) }),
  badCloseCode: encodeFrame({ opcode: CLOSE, payload: new Uint8Array([0x03, 0xed]) }),
  closeOfOneByte: encodeFrame({ opcode: CLOSE, payload: new Uint8Array([0x03]) }),
  negativeLength: new Uint8Array([0x81, 127, 0x80, 0, 0, 0, 0, 0, 0, 0]),
};

/** Longest frame that is sent as raw bytes. */
export const MAX_RAW_BYTES = 64 * 1024;

/**
 * The bytes that hexadecimal digits say; spaces between them do not matter.
 *
 * @throws {TypeError} when they say none, or too many.
 */
export function bytesOfHex(text: string): Uint8Array<ArrayBuffer> {
  const digits = text.replaceAll(/[\s,:]|0x/gi, "");
  if (!/^(?:[\da-f]{2})+$/i.test(digits)) throw new TypeError("raw bytes are pairs of hexadecimal digits: 81 02 68 69");
  if (digits.length > MAX_RAW_BYTES * 2) throw new TypeError(`at most ${MAX_RAW_BYTES} bytes at a time`);
  return Uint8Array.fromHex(digits);
}
