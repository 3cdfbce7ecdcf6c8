/** Buffers, recycled. @module */
import { assertEquals, assertNotStrictEquals, assertStrictEquals } from "@std/assert";
import { BufferPool, MAX_BUFFER_BYTES } from "../../lib/gateway/buffer_pool.ts";

Deno.test("BufferPool.take gives the next power of two from 1 to 64 KiB, and the exact size above", () => {
  const pool = new BufferPool();
  const sizes = [0, 1, 1024, 1025, 2048, 2049, 4096, 4097, 32_768, 32_769, 65_536, 65_537, 1_000_000];
  assertEquals(sizes.map((size) => pool.take(size).length), [
    1024,
    1024,
    1024,
    2048,
    2048,
    4096,
    4096,
    8192,
    32_768,
    65_536,
    65_536,
    65_537,
    1_000_000,
  ]);
});

Deno.test("BufferPool gives a buffer out again that came back, for any size of its class", () => {
  const pool = new BufferPool();
  const buffer = pool.take(1500);
  pool.give(buffer);
  assertEquals(pool.freeBytes, 2048);
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

Deno.test("BufferPool lets a buffer above 64 KiB go", () => {
  const pool = new BufferPool();
  pool.give(pool.take(MAX_BUFFER_BYTES + 1));
  assertEquals(pool.freeBytes, 0);
});

Deno.test("BufferPool.trim lets half go of what was never needed since the last trim, and in the end all", () => {
  const pool = new BufferPool();
  Array.from({ length: 8 }, () => pool.take(1024)).forEach((buffer) => pool.give(buffer));
  pool.trim();
  assertEquals(pool.freeBytes, 8 * 1024, "eight were needed since the last trim");
  const counts = Array.from({ length: 5 }, () => {
    pool.trim();
    return pool.freeBytes / 1024;
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
  assertEquals(pool.freeBytes, 7 * 4096);
});
