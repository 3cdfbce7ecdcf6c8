/** Buffers, recycled. @module */
import { assertEquals, assertNotStrictEquals, assertStrictEquals } from "@std/assert";
import { BufferPool, bufferSize, MAX_BUFFER_BYTES, MIN_BUFFER_BYTES } from "../../lib/gateway/buffer_pool.ts";

const MIB = 1024 * 1024;
/** What each buffer is longer than its power of two, so that a frame of a round size finds room with its header. */
const SLACK = 64;

Deno.test("BufferPool.take gives the next power of two from 256 bytes to 4 MiB and 64 bytes more, and the exact size above", () => {
  const pool = new BufferPool();
  const expected: readonly (readonly [asked: number, length: number])[] = [
    [0, 256 + SLACK],
    [1, 256 + SLACK],
    [256 + SLACK, 256 + SLACK],
    [256 + SLACK + 1, 512 + SLACK],
    [512 + SLACK, 512 + SLACK],
    [512 + SLACK + 1, 1024 + SLACK],
    [1024 + SLACK, 1024 + SLACK],
    [1024 + SLACK + 1, 2048 + SLACK],
    [2048 + SLACK, 2048 + SLACK],
    [2048 + SLACK + 1, 4096 + SLACK],
    [32 * 1024 + SLACK, 32 * 1024 + SLACK],
    [64 * 1024, 64 * 1024 + SLACK],
    [64 * 1024 + SLACK + 1, 128 * 1024 + SLACK],
    [1_000_000, MIB + SLACK],
    [4 * MIB + SLACK, 4 * MIB + SLACK],
    [4 * MIB + SLACK + 1, 4 * MIB + SLACK + 1],
    [9_000_000, 9_000_000],
  ];
  assertEquals(expected.map(([asked]) => pool.take(asked).length), expected.map(([, length]) => length));
  for (const [asked, length] of expected.slice(0, -2)) assertEquals(bufferSize(asked), length);
  assertEquals([bufferSize(MIN_BUFFER_BYTES), bufferSize(MAX_BUFFER_BYTES)], [320, 65_600]);
});

Deno.test("BufferPool gives a buffer out again that came back, for any size of its class", () => {
  const pool = new BufferPool();
  const buffer = pool.take(1500);
  pool.give(buffer);
  assertEquals(pool.freeBytes, 2048 + SLACK);
  assertNotStrictEquals(pool.take(1024), buffer);
  assertStrictEquals(pool.take(2048), buffer);
  assertEquals(pool.freeBytes, 0);
});

Deno.test("BufferPool never gives one buffer to two", () => {
  const pool = new BufferPool();
  const first = Array.from({ length: 10 }, () => pool.take(1024));
  first.forEach((buffer) => pool.give(buffer));
  assertEquals(new Set(Array.from({ length: 20 }, () => pool.take(1024))).size, 20);
});

Deno.test("BufferPool lets a buffer above 4 MiB go, and one whose size is of no class", () => {
  const pool = new BufferPool();
  pool.give(pool.take(4 * MIB + SLACK + 1));
  for (const size of [0, 10, 1024, 1087, 1089, 65_536, 4 * MIB]) pool.give(new Uint8Array(size));
  assertEquals(pool.freeBytes, 0);
});

Deno.test("BufferPool keeps at most 32 MiB of a class above 64 KiB: what is rarely needed is dear to keep", () => {
  const pool = new BufferPool();
  Array.from({ length: 20 }, () => pool.take(4 * MIB)).forEach((buffer) => pool.give(buffer));
  assertEquals(pool.freeBytes, 8 * (4 * MIB + SLACK));
  Array.from({ length: 1000 }, () => pool.take(MAX_BUFFER_BYTES)).forEach((buffer) => pool.give(buffer));
  assertEquals(pool.freeBytes, 8 * (4 * MIB + SLACK) + 1000 * (MAX_BUFFER_BYTES + SLACK));
});

Deno.test("BufferPool lets a buffer go that somebody has transferred to somewhere else", () => {
  const pool = new BufferPool();
  const buffer = pool.take(1024);
  structuredClone(buffer, { transfer: [buffer.buffer] });
  pool.give(buffer);
  assertEquals(pool.freeBytes, 0);
});

Deno.test("BufferPool.trim lets half go of what was never needed since the last trim, and in the end all", () => {
  const pool = new BufferPool();
  Array.from({ length: 8 }, () => pool.take(1024)).forEach((buffer) => pool.give(buffer));
  pool.trim();
  assertEquals(pool.freeBytes, 8 * (1024 + SLACK), "eight were needed since the last trim");
  const counts = Array.from({ length: 5 }, () => {
    pool.trim();
    return pool.freeBytes / (1024 + SLACK);
  });
  assertEquals(counts, [4, 2, 1, 0, 0]);
});

Deno.test("BufferPool.trim keeps what a busy moment needed", () => {
  const pool = new BufferPool();
  Array.from({ length: 8 }, () => pool.take(4096)).forEach((buffer) => pool.give(buffer));
  pool.trim();
  const inUse = Array.from({ length: 6 }, () => pool.take(4096));
  inUse.forEach((buffer) => pool.give(buffer));
  pool.trim();
  assertEquals(pool.freeBytes, 7 * (4096 + SLACK));
});
