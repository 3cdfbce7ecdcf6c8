import { assertEquals } from "@std/assert";
import type { Segment } from "../../lib/frame/segment.ts";
import { showSegments } from "../../lib/frame/show_segments.ts";

const segment = (streamStart: number, start: number, length: number): Segment => ({
  bytes: Uint8Array.from({ length: start + length + 3 }, (_, at) => streamStart + at - start),
  place: -1,
  start,
  streamStart,
  length,
  excessBytes: 0,
  owner: undefined,
});

Deno.test("showSegments shows any part of the stream, whole and in order, a piece of each segment", () => {
  const segments = [segment(10, 4, 5), segment(15, 0, 1), segment(16, 2, 8)];
  for (let start = 10; start < 15; start++) {
    for (let end = start; end <= 24; end++) {
      const shown: number[] = [];
      let pieces = 0;
      showSegments(segments, start, end, (bytes) => {
        shown.push(...bytes);
        pieces++;
      });
      assertEquals(shown, Array.from({ length: end - start }, (_, at) => start + at));
      assertEquals(pieces, end === start ? 0 : end <= 15 ? 1 : end <= 16 ? 2 : 3);
    }
  }
});
