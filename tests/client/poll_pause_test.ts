/** A wait that can be ended before its time. @module */
import { assertEquals } from "@std/assert";
import { createPause } from "../../lib/client/poll_pause.ts";
import { FakeClock } from "../support/fake_clock.ts";

function begin() {
  const clock = new FakeClock();
  const pause = createPause(clock);
  let ended = 0;
  const wait = (ms: number) => void pause.wait(ms).then(() => ended++);
  return { clock, pause, wait, ended: async () => (await Promise.resolve(), await Promise.resolve(), ended) };
}

Deno.test("a pause ends with its time, or with a call, and leaves no timer behind", async () => {
  const { clock, pause, wait, ended } = begin();
  wait(100);
  clock.advance(99);
  assertEquals(await ended(), 0);
  clock.advance(1);
  assertEquals(await ended(), 1);
  wait(100);
  pause.wake();
  assertEquals([await ended(), clock.pendingTimers], [2, 0]);
});

Deno.test("a call while nothing waits ends the next wait, and that one only", async () => {
  const { clock, pause, wait, ended } = begin();
  pause.wake();
  pause.wake();
  wait(100);
  assertEquals(await ended(), 1);
  wait(100);
  assertEquals(await ended(), 1);
  clock.advance(100);
  assertEquals(await ended(), 2);
});

Deno.test("a pause without an end sets no timer, and one of no time is none", async () => {
  const { clock, pause, wait, ended } = begin();
  wait(Infinity);
  assertEquals([await ended(), clock.pendingTimers], [0, 0]);
  pause.wake();
  assertEquals(await ended(), 1);
  wait(0);
  wait(-5);
  assertEquals(await ended(), 3);
});
