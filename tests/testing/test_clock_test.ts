import { assertEquals } from "@std/assert";
import { TestClock } from "../../lib/testing/mod.ts";

Deno.test("TestClock fires timers in order, each at its own time, those set on the way included", async () => {
  const clock = new TestClock();
  const start = clock.now();
  const fired: [string, number][] = [];
  const note = (name: string) => () => void fired.push([name, clock.now() - start]);
  clock.setTimer(note("late"), 30);
  clock.setTimer(() => void clock.setTimer(note("nested"), 10), 10);
  clock.setTimer(note("never"), 5)();
  clock.setTimer(note("beyond"), 101);
  await clock.advance(100);
  assertEquals(fired, [["nested", 20], ["late", 30]]);
  assertEquals(clock.now() - start, 100);
});

Deno.test("TestClock lets what a timer set going come to rest before the next", async () => {
  const order: string[] = [];
  const clock = new TestClock(async () => {
    await Promise.resolve();
    order.push("rest");
  });
  clock.setTimer(() => void order.push("one"), 1);
  clock.setTimer(() => void order.push("also one"), 1);
  clock.setTimer(() => void order.push("two"), 2);
  await clock.advance(5);
  assertEquals(order, ["rest", "one", "also one", "rest", "two", "rest"]);
});

Deno.test("TestClock begins on 1 January 2026", async () => {
  const clock = new TestClock();
  assertEquals(new Date(clock.wallNow()).toISOString(), "2026-01-01T00:00:00.000Z");
  await clock.advance(1_500);
  assertEquals(new Date(clock.wallNow()).toISOString(), "2026-01-01T00:00:01.500Z");
});
