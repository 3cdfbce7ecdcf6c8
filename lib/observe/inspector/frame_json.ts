/**
 * A frame as the page gets it: redacted, and ready for JSON.
 *
 * @module
 */
import type { FrameRecord, MessageContent } from "../../protocol/mod.ts";
import { hidesToken } from "./redact.ts";
import type { FrameDirection, WireContent, WireFrame } from "./wire.ts";

/** Where a frame was seen. */
export interface FrameSeen {
  readonly n: number;
  readonly t: number;
  readonly direction: FrameDirection;
  /** Of its connection. */
  readonly subprotocol: string;
}

/** Why a payload is not shown. */
export const HIDDEN_TOKEN = 'it may hold the token of an ["auth", …] message';

/** The frame. */
export function wireFrame(record: FrameRecord, { n, t, direction, subprotocol }: FrameSeen): WireFrame {
  const isHidden = hidesToken(subprotocol, direction, record);
  const { header, payload, payloadBytes, seenBytes, message, content } = record;
  return {
    n,
    t,
    d: direction,
    h: header.toHex(),
    p: isHidden ? "" : payload.toBase64(),
    ...(seenBytes < payloadBytes ? { seen: seenBytes } : {}),
    ...(message > 0 ? { m: message } : {}),
    ...(content !== undefined && !isHidden ? { c: wireContent(content) } : {}),
    ...(isHidden ? { hidden: HIDDEN_TOKEN } : {}),
  };
}

function wireContent({ opcode, frames, byteLength, bytes, inflation }: MessageContent): WireContent {
  return {
    opcode,
    frames,
    ...(byteLength === undefined ? {} : { bytes: byteLength }),
    b: bytes.toBase64(),
    ...(inflation === undefined ? {} : { inflation }),
  };
}
