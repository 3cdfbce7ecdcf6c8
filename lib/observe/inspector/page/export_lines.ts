/**
 * Frames as JSON lines: for a file, and for the clipboard.
 *
 * @module
 */
import type { WireFrame } from "../wire.ts";
import { headerView, messageOf, opcodeName, payloadOf } from "./frame_view.ts";

/** One frame, in words instead of short names. */
export function exportLine(frame: WireFrame): string {
  const { opcode, payloadBytes, ...header } = headerView(frame.h);
  const payload = payloadOf(frame);
  const message = messageOf(frame);
  return JSON.stringify({
    number: frame.n,
    time: new Date(frame.t).toISOString(),
    direction: frame.d === "in" ? "from peer" : "to peer",
    opcode,
    name: opcodeName(opcode),
    ...header,
    payloadBytes,
    header: frame.h,
    ...(frame.hidden === undefined ? { payload: frame.p } : { hidden: frame.hidden }),
    ...(payload.isText && frame.hidden === undefined ? { text: new TextDecoder().decode(payload.bytes) } : {}),
    ...(frame.seen === undefined ? {} : { seenBytes: frame.seen }),
    ...(frame.m === undefined ? {} : { message: frame.m }),
    ...(message === undefined ? {} : {
      content: {
        frames: frame.c?.frames,
        bytes: message.byteLength,
        inflation: frame.c?.inflation,
        ...(message.isText ? { text: new TextDecoder().decode(message.bytes) } : { payload: frame.c?.b }),
      },
    }),
  });
}

/** All of them, a line each. */
export function exportLines(frames: readonly WireFrame[]): string {
  return frames.map((frame) => `${exportLine(frame)}\n`).join("");
}
