import { assertEquals } from "@std/assert";
import { PoolTrim } from "../../lib/gateway/pool_trim.ts";
import { FakeClock } from "../support/fake_clock.ts";

/** A pool whose free buffers go one by one. */
function made() {
  const clock = new FakeClock();
  const pool = { freeBytes: 0, trims: 0, trim: () => void pool.trims++ };
  const use = { isInUse: false };
  return { clock, pool, use, trim: new PoolTrim({ clock, pool, isInUse: () => use.isInUse }) };
}

Deno.test("PoolTrim trims each 5 s while the pool is in use or has something left, and then no more", () => {
  const { clock, pool, use, trim } = made();
  assertEquals(clock.pendingTimers, 0);
  use.isInUse = true;
  trim.begin();
  trim.begin();
  assertEquals(clock.pendingTimers, 1);
  clock.advance(4_999);
  assertEquals(pool.trims, 0);
  clock.advance(10_001);
  assertEquals(pool.trims, 3);
  use.isInUse = false;
  pool.freeBytes = 1;
  clock.advance(5_000);
  pool.freeBytes = 0;
  clock.advance(5_000);
  assertEquals([pool.trims, clock.pendingTimers], [5, 0]);
  trim.begin();
  clock.advance(5_000);
  assertEquals([pool.trims, clock.pendingTimers], [6, 0]);
});

Deno.test("PoolTrim.end stops it, and it may begin again", () => {
  const { clock, pool, trim } = made();
  trim.end();
  trim.begin();
  trim.end();
  assertEquals(clock.pendingTimers, 0);
  trim.begin();
  clock.advance(5_000);
  assertEquals(pool.trims, 1);
});
