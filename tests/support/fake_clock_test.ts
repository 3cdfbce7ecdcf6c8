/** The fake clock keeps time as the real one would. @module */
import { assertEquals } from "@std/assert";
import { FakeClock } from "./fake_clock.ts";

Deno.test("FakeClock.advance fires timers in order, each at its own time, those set on the way included", () => {
  const clock = new FakeClock();
  const fired: string[] = [];
  clock.setTimer(() => fired.push(`late ${clock.now()}`), 20);
  clock.setTimer(() => {
    fired.push(`early ${clock.now()}`);
    clock.setTimer(() => fired.push(`nested ${clock.now()}`), 5);
  }, 10);
  clock.advance(30);
  assertEquals(fired, ["early 1010", "nested 1015", "late 1020"]);
  assertEquals([clock.now(), clock.pendingTimers], [1_030, 0]);
});

Deno.test("FakeClock forgets a cancelled timer, also when another one cancels it", () => {
  const clock = new FakeClock();
  let isFired = false;
  const cancel = clock.setTimer(() => isFired = true, 10);
  clock.setTimer(cancel, 5);
  clock.advance(100);
  assertEquals(isFired, false);
});

Deno.test("FakeClock.jump fires what is due late, at the end of the jump", () => {
  const clock = new FakeClock();
  const fired: number[] = [];
  clock.setTimer(() => fired.push(clock.now()), 10);
  clock.setTimer(() => fired.push(-1), 501);
  clock.jump(500);
  assertEquals([fired, clock.wallNow()], [[1_500], Date.UTC(2026, 0, 1) + 1_500]);
});
