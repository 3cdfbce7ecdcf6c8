/** The timer wheel: every entry is looked at in its time, by one alarm. @module */
import { assertEquals, assertGreaterOrEqual, assertLess, assertLessOrEqual } from "@std/assert";
import { TICK_MS, type TimerEntry, TimerWheel } from "../../lib/gateway/timer_wheel.ts";
import { FakeClock } from "../support/fake_clock.ts";

class Entry implements TimerEntry {
  dueAt = Infinity;
  nextTimer: TimerEntry | undefined = undefined;
  previousTimer: TimerEntry | undefined = undefined;
  readonly looks: number[] = [];
  next: (now: number) => number = () => Infinity;

  onTimer(now: number): number {
    this.looks.push(now);
    return this.next(now);
  }
}

function open(startMs = 1_000): { clock: FakeClock; wheel: TimerWheel } {
  const clock = new FakeClock(startMs);
  return { clock, wheel: new TimerWheel(clock) };
}

Deno.test("TimerWheel looks at an entry when it is due, at most one tick late, once", () => {
  for (const startMs of [1, 49, 50, 1_000, 123_456]) {
    for (const waitMs of [0, 1, 49, 50, 51, 999, 25_000, 25_600, 25_601, 60_000, 300_001]) {
      const { clock, wheel } = open(startMs);
      const entry = new Entry();
      wheel.schedule(entry, startMs + waitMs);
      clock.advance(400_000);
      assertEquals(entry.looks.length, 1, `start ${startMs}, wait ${waitMs}`);
      const lateMs = entry.looks[0]! - startMs - waitMs;
      assertGreaterOrEqual(lateMs, 0);
      assertLessOrEqual(lateMs, 2 * TICK_MS, `start ${startMs}, wait ${waitMs}`);
    }
  }
});

Deno.test("TimerWheel puts an entry back for when it asks to be looked at next", () => {
  const { clock, wheel } = open(1_000);
  const entry = new Entry();
  entry.next = (now) => now < 50_000 ? now + 10_000 : Infinity;
  wheel.schedule(entry, 11_000);
  clock.advance(100_000);
  assertEquals([entry.looks, entry.dueAt, wheel.size], [[11_000, 21_000, 31_000, 41_000, 51_000], Infinity, 0]);
});

Deno.test("TimerWheel.advance moves an entry forward only", () => {
  const { wheel } = open(1_000);
  const entry = new Entry();
  wheel.advance(entry, 30_000);
  wheel.advance(entry, 40_000);
  assertEquals(entry.dueAt, 30_000);
  wheel.advance(entry, 20_000);
  assertEquals([entry.dueAt, wheel.size], [20_000, 1]);
});

Deno.test("TimerWheel.schedule moves an entry either way, and Infinity takes it out", () => {
  const { clock, wheel } = open(1_000);
  const entry = new Entry();
  wheel.schedule(entry, 5_000);
  wheel.schedule(entry, 9_000);
  clock.advance(7_000);
  assertEquals(entry.looks, []);
  wheel.schedule(entry, Infinity);
  clock.advance(60_000);
  assertEquals([entry.looks, wheel.size], [[], 0]);
});

Deno.test("TimerWheel.cancel takes an entry out, also one that another entry is looked at beside", () => {
  const { clock, wheel } = open(1_000);
  const [first, second] = [new Entry(), new Entry()];
  first.next = () => {
    wheel.cancel(second);
    return Infinity;
  };
  wheel.schedule(first, 5_000);
  wheel.schedule(second, 5_000);
  clock.advance(60_000);
  assertEquals([first.looks.length, second.looks.length, wheel.size], [1, 0, 0]);
  wheel.cancel(second);
  assertEquals(wheel.size, 0);
});

Deno.test("TimerWheel keeps the time an entry chose for itself while it was looked at", () => {
  const { clock, wheel } = open(1_000);
  const entry = new Entry();
  entry.next = (now) => {
    if (entry.looks.length === 1) wheel.schedule(entry, now + 1_000);
    return Infinity;
  };
  wheel.schedule(entry, 2_000);
  clock.advance(60_000);
  assertEquals(entry.looks, [2_000, 3_000]);
});

Deno.test("TimerWheel has one alarm for all entries, and none when it is empty", () => {
  const { clock, wheel } = open();
  assertEquals(clock.pendingTimers, 0);
  for (let i = 0; i < 100; i++) wheel.schedule(new Entry(), 1_000 + i * 300);
  assertEquals(clock.pendingTimers, 1);
  clock.advance(100_000);
  assertEquals([clock.pendingTimers, wheel.size], [0, 0]);
});

Deno.test("TimerWheel.clear stops the alarm and forgets every entry", () => {
  const { clock, wheel } = open();
  const entry = new Entry();
  wheel.schedule(entry, 5_000);
  wheel.clear();
  clock.advance(60_000);
  assertEquals([entry.looks, entry.dueAt, wheel.size, clock.pendingTimers], [[], Infinity, 0, 0]);
  wheel.schedule(entry, 70_000);
  clock.advance(60_000);
  assertEquals(entry.looks.length, 1);
});

Deno.test("TimerWheel looks at everything that came due while the machine was asleep, once each", () => {
  const { clock, wheel } = open();
  const entries = Array.from({ length: 1_000 }, () => new Entry());
  for (const [at, entry] of entries.entries()) wheel.schedule(entry, 2_000 + at * 100);
  clock.jump(1_000_000);
  clock.advance(1_000);
  assertEquals(entries.every(({ looks }) => looks.length === 1), true);
});

Deno.test("TimerWheel looks once in an alarm at an entry that wants to be looked at again at once", () => {
  const { clock, wheel } = open();
  const entry = new Entry();
  entry.next = (now) => now;
  wheel.schedule(entry, 2_000);
  wheel.schedule(new Entry(), 1_000_000);
  clock.jump(20_000);
  clock.advance(500);
  assertEquals(entry.looks, [21_500]);
  clock.advance(10 * TICK_MS);
  assertLess(entry.looks.length, 13);
});

Deno.test("TimerWheel that was empty for long begins where the clock is", () => {
  const { clock, wheel } = open();
  const entry = new Entry();
  wheel.schedule(entry, 2_000);
  clock.advance(5_000);
  clock.advance(10_000_000);
  wheel.schedule(entry, clock.now() + 1_000);
  clock.advance(999);
  assertEquals(entry.looks.length, 1);
  clock.advance(1 + 2 * TICK_MS);
  assertEquals(entry.looks.length, 2);
});

Deno.test("TimerWheel that stood still lets what came meanwhile be read before it looks at anything", () => {
  const { clock, wheel } = open();
  const entry = new Entry();
  wheel.schedule(entry, 2_000);
  clock.jump(10_000);
  clock.advance(499);
  assertEquals(entry.looks, []);
  clock.advance(1);
  assertEquals(entry.looks, [11_500]);
});

Deno.test("TimerWheel that stands still again and again looks all the same", () => {
  const { clock, wheel } = open();
  const entry = new Entry();
  wheel.schedule(entry, 2_000);
  clock.jump(10_000);
  clock.jump(10_000);
  assertEquals(entry.looks, [21_000]);
});

Deno.test("TimerWheel tells of each alarm by how much it was late, as long as there is an entry", () => {
  const late: number[] = [];
  const clock = new FakeClock(1_000);
  const wheel = new TimerWheel(clock, (byMs) => void late.push(byMs));
  clock.advance(1_000);
  assertEquals(late, []);
  wheel.schedule(new Entry(), 2_130);
  clock.advance(1_000);
  assertEquals(late, [0, 0, 0]);
  wheel.schedule(new Entry(), 3_010);
  clock.jump(170);
  assertEquals(late.slice(3), [120]);
});
