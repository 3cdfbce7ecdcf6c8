/**
 * Frames that break a rule, to see what a peer makes of them.
 *
 * @module
 */
import { encodeFrame } from "../../frame/mod.ts";

/** A frame that breaks one rule. */
export interface BadFrame {
  /** What it does, for people. */
  readonly label: string;
  /** What it breaks. */
  readonly rule: string;
  readonly bytes: Uint8Array<ArrayBuffer>;
}

const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);
const HI = utf8("hi");

/** The frames, by their names in requests. */
export const BAD_FRAMES: Readonly<Record<string, BadFrame>> = {
  reservedOpcode: {
    label: "Reserved opcode 0x3",
    rule: "RFC 6455 §5.2",
    bytes: encodeFrame({ opcode: 0x3, payload: HI }),
  },
  rsv2: {
    label: "RSV2, which nothing defines",
    rule: "RFC 6455 §5.2",
    bytes: encodeFrame({ opcode: 1, rsv: 2, payload: HI }),
  },
  rsv1: {
    label: "RSV1, and no compressed payload",
    rule: "RFC 6455 §5.2, RFC 7692 §6",
    bytes: encodeFrame({ opcode: 1, rsv: 4, payload: new Uint8Array([0xff, 0xff]) }),
  },
  masked: {
    label: "Masked by the server",
    rule: "RFC 6455 §5.1",
    bytes: encodeFrame({ opcode: 1, payload: HI, maskKey: new Uint8Array([1, 2, 3, 4]) }),
  },
  continuation: {
    label: "Continuation of no message",
    rule: "RFC 6455 §5.4",
    bytes: encodeFrame({ opcode: 0, payload: HI }),
  },
  longControl: {
    label: "Ping of 126 bytes",
    rule: "RFC 6455 §5.5",
    bytes: encodeFrame({ opcode: 9, payload: new Uint8Array(126) }),
  },
  fragmentedControl: {
    label: "Ping without FIN",
    rule: "RFC 6455 §5.5",
    bytes: encodeFrame({ opcode: 9, fin: false, payload: HI }),
  },
  badUtf8: {
    label: "Text that is not UTF-8",
    rule: "RFC 6455 §8.1",
    bytes: encodeFrame({ opcode: 1, payload: new Uint8Array([0xc3, 0x28]) }),
  },
  badCloseCode: {
    label: "Close with code 1005",
    rule: "RFC 6455 §7.4.1",
    bytes: encodeFrame({ opcode: 8, payload: new Uint8Array([0x03, 0xed]) }),
  },
  closeOfOneByte: {
    label: "Close of one byte",
    rule: "RFC 6455 §5.5.1",
    bytes: encodeFrame({ opcode: 8, payload: new Uint8Array([0x03]) }),
  },
  negativeLength: {
    label: "Length with its highest bit set",
    rule: "RFC 6455 §5.2",
    bytes: new Uint8Array([0x81, 127, 0x80, 0, 0, 0, 0, 0, 0, 0]),
  },
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
