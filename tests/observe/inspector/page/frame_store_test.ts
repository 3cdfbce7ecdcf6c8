import { assertEquals, assertLessOrEqual } from "@std/assert";
import { FrameStore, NO_FILTER, STORE_LIMITS } from "../../../../lib/observe/inspector/page/frame_store.ts";
import type { WireFrame } from "../../../../lib/observe/inspector/wire.ts";

const frame = (n: number, h = "8102", text = "hi", d: "in" | "out" = "in"): WireFrame => ({
  n,
  t: 0,
  d,
  h,
  p: btoa(text),
});
const numbers = (frames: readonly WireFrame[]): readonly number[] => frames.map(({ n }) => n);
const many = (from: number, count: number): WireFrame[] => Array.from({ length: count }, (_, at) => frame(from + at));

Deno.test("FrameStore keeps the latest frames, and counts all, those that the server did not show among them", () => {
  const store = new FrameStore();
  store.add({ frames: many(1, STORE_LIMITS.frames), notShown: 0 });
  store.add({ frames: many(STORE_LIMITS.frames + 1, 10), notShown: 7 });
  assertEquals([store.all.length, store.shown.length, store.all[0]?.n], [STORE_LIMITS.frames, STORE_LIMITS.frames, 11]);
  assertEquals([store.total, store.notShown], [STORE_LIMITS.frames + 17, 7]);
});

Deno.test("FrameStore keeps so many bytes, and one frame at least", () => {
  const store = new FrameStore();
  const long = "x".repeat(3_000_000);
  for (let n = 1; n <= 10; n++) store.add({ frames: [frame(n, "8102", long)], notShown: 0 });
  assertLessOrEqual(store.all.reduce((sum, { p }) => sum + p.length, 0), STORE_LIMITS.bytes);
  assertEquals(numbers(store.all).at(-1), 10);
  store.add({ frames: [frame(11, "8102", "x".repeat(20_000_000))], notShown: 0 });
  assertEquals(numbers(store.all), [11]);
});

Deno.test("FrameStore filters what it has and what comes, by direction, opcode and text", () => {
  const store = new FrameStore();
  store.add({
    frames: [frame(1), frame(2, "8202", "no", "out"), frame(3, "8900", ""), frame(4, "8304", "odd")],
    notShown: 0,
  });
  const shownBy = (filter: Partial<typeof NO_FILTER>): readonly number[] => {
    store.filter = { ...NO_FILTER, ...filter };
    return numbers(store.shown);
  };
  assertEquals(shownBy({ direction: "out" }), [2]);
  assertEquals(shownBy({ opcode: "ping" }), [3]);
  assertEquals(shownBy({ opcode: "other" }), [4]);
  assertEquals(shownBy({ text: "HI" }), [1]);
  store.add({ frames: [frame(5, "8102", "hi again"), frame(6, "8102", "other")], notShown: 0 });
  assertEquals(numbers(store.shown), [1, 5]);
  assertEquals(shownBy({}), [1, 2, 3, 4, 5, 6]);
});

Deno.test("FrameStore shows nothing new while it is paused, and all that came after it", () => {
  const store = new FrameStore();
  store.add({ frames: [frame(1)], notShown: 0 });
  store.pause();
  store.add({ frames: [frame(2), frame(3)], notShown: 0 });
  assertEquals([store.isPaused, store.waiting, numbers(store.shown)], [true, 2, [1]]);
  store.resume();
  assertEquals([store.isPaused, store.waiting, numbers(store.shown)], [false, 0, [1, 2, 3]]);
  store.pause();
  store.add({ frames: many(4, STORE_LIMITS.frames + 5), notShown: 0 });
  assertEquals(store.waiting, STORE_LIMITS.frames);
});

Deno.test("FrameStore.clear forgets frames and counts, and the filter stays", () => {
  const store = new FrameStore();
  store.filter = { ...NO_FILTER, direction: "in" };
  store.add({ frames: [frame(1)], notShown: 3 });
  store.clear();
  assertEquals([store.total, store.notShown, store.all.length, store.shown.length], [0, 0, 0, 0]);
  assertEquals(store.filter.direction, "in");
});
