import { assertEquals } from "@std/assert";
import { FrameQueue } from "../../../lib/observe/inspector/frame_queue.ts";

const frame = (n: number, p = "") => ({ n, t: 0, d: "in" as const, h: "8100", p });

Deno.test("FrameQueue keeps so many frames, counts the rest, and begins anew when they are taken", () => {
  const queue = new FrameQueue({ frames: 3, bytes: 1_000_000 });
  assertEquals([queue.isEmpty, queue.isFull], [true, false]);
  for (let n = 1; n <= 5; n++) queue.add(frame(n));
  queue.skip();
  assertEquals(queue.isFull, true);
  const { frames, notShown } = queue.take();
  assertEquals([frames.map(({ n }) => n), notShown], [[1, 2, 3], 3]);
  assertEquals([queue.isEmpty, queue.isFull], [true, false]);
  queue.add(frame(6));
  assertEquals(queue.take(), { frames: [frame(6)], notShown: 0 });
});

Deno.test("FrameQueue keeps so many bytes: one frame may exceed them", () => {
  const queue = new FrameQueue({ frames: 1000, bytes: 500 });
  queue.add(frame(1, "x".repeat(10_000)));
  queue.add(frame(2));
  const { frames, notShown } = queue.take();
  assertEquals([frames.length, notShown], [1, 1]);
});
