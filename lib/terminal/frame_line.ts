/**
 * One frame on one line, for people.
 *
 * @module
 */
import { FIN_BIT, OPCODE, RSV_BITS } from "../frame/mod.ts";
import type { SeenFrame } from "./frame_scanner.ts";
import { hexPreview } from "./hex_text.ts";
import { preview } from "./shown_text.ts";

/** Of a text so many characters are shown. */
const PREVIEW_CHARS = 60;
/** Of other payloads so many bytes are. */
const PREVIEW_BYTES = 20;

/**
 * Opcode, FIN and RSV bits, mask, length and its form, and how the payload begins.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { frameLine } from "./frame_line.ts";
 * import { FrameScanner } from "./frame_scanner.ts";
 *
 * const lines: string[] = [];
 * const scanner = new FrameScanner((frame) => lines.push(frameLine(frame)));
 * scanner.scan(Uint8Array.fromHex("818537fa213d7f9f4d5158")); // RFC 6455 §5.7
 * assertEquals(lines, ['TEXT         FIN  mask 37fa213d  5 bytes (7-bit length)  "Hello"']);
 * ```
 */
export function frameLine(frame: SeenFrame): string {
  const { first, maskKey, payloadBytes, seenBytes, lengthBits } = frame;
  const bits = [(first & FIN_BIT) === 0 ? "   " : "FIN", ...RSV_NAMES.filter((_name, at) => first & (0x40 >> at))];
  const mask = maskKey === undefined ? [] : [`mask ${maskKey.toHex()}`];
  const count = seenBytes < payloadBytes ? `${seenBytes} of ${payloadBytes}` : `${payloadBytes}`;
  const length = `${count} ${payloadBytes === 1 ? "byte" : "bytes"} (${lengthBits}-bit length)`;
  return [opcodeName(first & 0x0f).padEnd(11), bits.join(" "), ...mask, length, payloadOf(frame)].join("  ").trimEnd();
}

const RSV_NAMES = ["RSV1", "RSV2", "RSV3"] as const;

const NAMES = new Map<number, string>(Object.entries(OPCODE).map(([name, opcode]) => [opcode, name]));

/** `TEXT`, or `0x3` for one that is reserved. */
export function opcodeName(opcode: number): string {
  return NAMES.get(opcode) ?? `0x${opcode.toString(16)}`;
}

function payloadOf(frame: SeenFrame): string {
  const { first, start, isCompressed, messageOpcode, payloadBytes } = frame;
  if (start.length === 0) return "";
  if (isCompressed) return `deflated ${hexPreview(start, PREVIEW_BYTES)}`;
  if (messageOpcode === OPCODE.TEXT) return textPreview(start, payloadBytes);
  if (messageOpcode === OPCODE.CLOSE && start.length >= 2) {
    const reason = decoder.decode(start.subarray(2));
    return `${(start[0]! << 8) | start[1]!}${reason === "" ? "" : ` ${preview(reason, PREVIEW_CHARS)}`}`;
  }
  const isControl = (first & 0x08) !== 0 && (first & RSV_BITS) === 0 && payloadBytes === start.length;
  const text = isControl ? textOf(start) : undefined;
  return text === undefined ? hexPreview(start, PREVIEW_BYTES) : preview(text, PREVIEW_CHARS);
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
