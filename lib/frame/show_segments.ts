/**
 * A part of an output that lies in segments, for whoever watches it leave.
 *
 * @module
 */
import type { Segment } from "./segment.ts";

/**
 * Shows the bytes that stand at `start` up to `end` in the stream, a piece of each segment.
 *
 * @param segments in order; the first has the byte at `start`.
 */
export function showSegments(
  segments: Iterable<Segment>,
  start: number,
  end: number,
  to: (bytes: Uint8Array<ArrayBuffer>) => void,
): void {
  let at = start;
  for (const segment of segments) {
    if (at >= end) return;
    const last = Math.min(end, segment.streamStart + segment.length);
    const offset = segment.start - segment.streamStart;
    to(segment.bytes.subarray(offset + at, offset + last));
    at = last;
  }
}
