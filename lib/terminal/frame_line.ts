/**
 * One frame on one line, for people.
 *
 * @module
 */
import { isControlOpcode, MAX_CONTROL_BYTES, OPCODE } from "../frame/mod.ts";
import { type FrameRecord, FrameTap } from "../protocol/mod.ts";
import { hexPreview } from "./hex_text.ts";
import { preview } from "./shown_text.ts";

/** Of a text so many characters are shown. */
const PREVIEW_CHARS = 60;
/** Of other payloads so many bytes are. */
const PREVIEW_BYTES = 20;

/** So much of a payload is kept: a control frame whole, and enough for a preview of the others. */
const KEPT_BYTES = MAX_CONTROL_BYTES;

/** Reads one direction of a connection, and tells a line for each frame. */
export function frameLines(onLine: (line: string) => void): FrameTap {
  // Nothing is inflated: what is shown is the wire.
  const options = { isFromBeginning: true, maxMessageBytes: 0, maxKeptBytes: KEPT_BYTES };
  return new FrameTap(options, (record) => onLine(frameLine(record)));
}

/**
 * Opcode, FIN and RSV bits, mask, length and its form, and how the payload begins.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { frameLines } from "./frame_line.ts";
 *
 * const lines: string[] = [];
 * frameLines((line) => lines.push(line)).push(Uint8Array.fromHex("818537fa213d7f9f4d5158")); // RFC 6455 §5.7
 * assertEquals(lines, ['TEXT         FIN  mask 37fa213d  5 bytes (7-bit length)  "Hello"']);
 * ```
 */
export function frameLine(record: FrameRecord): string {
  const { fin, rsv, opcode, maskKey, payloadBytes, seenBytes, lengthForm } = record;
  const bits = [fin ? "FIN" : "   ", ...RSV_NAMES.filter((_name, at) => rsv & (4 >> at))];
  const mask = maskKey === undefined ? [] : [`mask ${maskKey.toHex()}`];
  const count = seenBytes < payloadBytes ? `${seenBytes} of ${payloadBytes}` : `${payloadBytes}`;
  const length = `${count} ${payloadBytes === 1 ? "byte" : "bytes"} (${lengthForm}-bit length)`;
  return [opcodeName(opcode).padEnd(11), bits.join(" "), ...mask, length, payloadOf(record)].join("  ").trimEnd();
}

const RSV_NAMES = ["RSV1", "RSV2", "RSV3"] as const;

const NAMES = new Map<number, string>(Object.entries(OPCODE).map(([name, opcode]) => [opcode, name]));

/** `TEXT`, or `0x3` for one that is reserved. */
export function opcodeName(opcode: number): string {
  return NAMES.get(opcode) ?? `0x${opcode.toString(16)}`;
}

function payloadOf({ rsv, opcode, payload, payloadBytes, messageOpcode, isCompressed }: FrameRecord): string {
  if (payload.length === 0) return "";
  if (isCompressed) return `deflated ${hexPreview(payload, PREVIEW_BYTES)}`;
  if (messageOpcode === OPCODE.TEXT) return textPreview(payload, payloadBytes);
  if (messageOpcode === OPCODE.CLOSE && payload.length >= 2) {
    const reason = decoder.decode(payload.subarray(2));
    return `${(payload[0]! << 8) | payload[1]!}${reason === "" ? "" : ` ${preview(reason, PREVIEW_CHARS)}`}`;
  }
  const isWholeControl = isControlOpcode(opcode) && rsv === 0 && payloadBytes === payload.length;
  const text = isWholeControl ? textOf(payload) : undefined;
  return text === undefined ? hexPreview(payload, PREVIEW_BYTES) : preview(text, PREVIEW_CHARS);
}

/** What is not kept is not shown, and a character that is kept in part is not either. */
function textPreview(start: Uint8Array, payloadBytes: number): string {
  const isWhole = start.length === payloadBytes;
  const text = new TextDecoder("utf-8", { ignoreBOM: true }).decode(start, { stream: !isWhole });
  const shown = preview(text, PREVIEW_CHARS);
  return isWhole || shown.endsWith("…") ? shown : `${shown}…`;
}

/** Undefined for what is no printable text. */
function textOf(bytes: Uint8Array): string | undefined {
  const text = decoder.decode(bytes);
  return /[\ufffd\p{Cc}]/u.test(text) ? undefined : text;
}

const decoder = new TextDecoder();
