/**
 * A frame as the page shows it: what its header says, and what it carries.
 *
 * @module
 */
import type { WireFrame } from "../wire.ts";

/** What a header says. */
export interface HeaderView {
  readonly fin: boolean;
  /** `"100"`: RSV1 to RSV3. */
  readonly rsv: string;
  readonly opcode: number;
  /** Eight hex digits; empty where it is not masked. */
  readonly maskKey: string;
  /** Bits that the length takes. */
  readonly lengthForm: 7 | 16 | 64;
  readonly payloadBytes: number;
}

const OPCODE_NAMES: Readonly<Record<number, string>> = {
  0x0: "continuation",
  0x1: "text",
  0x2: "binary",
  0x8: "close",
  0x9: "ping",
  0xa: "pong",
};

/** What an opcode is called. */
export function opcodeName(opcode: number): string {
  return OPCODE_NAMES[opcode] ?? `reserved 0x${opcode.toString(16)}`;
}

/** The opcode of a frame, without reading the rest of its header. */
export function opcodeOf({ h }: WireFrame): number {
  return parseInt(h[1]!, 16);
}

/** Reads a header in hex. */
export function headerView(hex: string): HeaderView {
  const byte = (at: number): number => parseInt(hex.slice(at * 2, at * 2 + 2), 16);
  const [first, second] = [byte(0), byte(1)];
  const length7 = second & 0x7f;
  const lengthForm = length7 < 126 ? 7 : length7 === 126 ? 16 : 64;
  const isMasked = (second & 0x80) !== 0;
  const extended = lengthForm === 7 ? "" : hex.slice(4, 4 + lengthForm / 4);
  return {
    fin: (first & 0x80) !== 0,
    rsv: ((first >> 4) & 7).toString(2).padStart(3, "0"),
    opcode: first & 0x0f,
    maskKey: isMasked ? hex.slice(-8) : "",
    lengthForm,
    payloadBytes: extended === "" ? length7 : Number(BigInt(`0x${extended}`)),
  };
}

/** Bytes of base64. */
export function bytesOf(base64: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(atob(base64), (char) => char.charCodeAt(0));
}

/** What there is to see of a payload: the message that it completes, or the frame's own. */
export interface CarriedView {
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** Of which the bytes are the first; undefined where that is not known. */
  readonly byteLength: number | undefined;
  readonly isText: boolean;
}

/** The payload of the frame itself, unmasked. */
export function payloadOf(frame: WireFrame): CarriedView {
  const { opcode, payloadBytes, rsv } = headerView(frame.h);
  return { bytes: bytesOf(frame.p), byteLength: frame.seen ?? payloadBytes, isText: opcode === 1 && rsv === "000" };
}

/** The message that it completes, put together and inflated; undefined where that is the payload itself. */
export function messageOf({ c }: WireFrame): CarriedView | undefined {
  if (c === undefined) return undefined;
  return { bytes: bytesOf(c.b), byteLength: c.bytes, isText: c.opcode === 1 };
}

const decoder = new TextDecoder();

/** What a Close frame says. */
export function closeOf({ bytes }: CarriedView): { readonly code: number | undefined; readonly reason: string } {
  const code = bytes.length < 2 ? undefined : (bytes[0]! << 8) | bytes[1]!;
  return { code, reason: decoder.decode(bytes.subarray(2)) };
}

/** So many characters tell what a frame is in the list. */
const PREVIEW_CHARS = 120;

/** One line of what it carries. */
export function previewOf(frame: WireFrame): string {
  if (frame.hidden !== undefined) return `hidden: ${frame.hidden}`;
  const carried = messageOf(frame) ?? payloadOf(frame);
  const opcode = opcodeOf(frame);
  if (opcode === 0x8) {
    const { code, reason } = closeOf(carried);
    return code === undefined ? "no code" : `${code} ${reason}`.trimEnd();
  }
  const { inflation } = frame.c ?? {};
  if (inflation !== undefined && inflation !== "whole" && inflation !== "too long") return `not inflated: ${inflation}`;
  const part = carried.bytes.subarray(0, PREVIEW_CHARS);
  const isFragment = opcode === 0 && frame.c === undefined;
  const text = carried.isText || (opcode >= 0x8 || isFragment) && isPrintable(part)
    ? decoder.decode(part).replaceAll(/\p{Cc}/gu, (char) => CONTROL_PICTURES[char] ?? "·")
    : [...part.subarray(0, PREVIEW_CHARS / 4)].map((byte) => byte.toString(16).padStart(2, "0")).join(" ");
  return carried.bytes.length > part.length ? `${text}…` : text;
}

const CONTROL_PICTURES: Readonly<Record<string, string>> = { "\n": "⏎", "\r": "␍", "\t": "→" };

/** ASCII that a reader can make something of. */
function isPrintable(bytes: Uint8Array): boolean {
  return bytes.every((byte) => byte >= 0x20 && byte < 0x7f || byte === 0x0a || byte === 0x0d || byte === 0x09);
}
