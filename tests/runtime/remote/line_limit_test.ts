import { assertEquals } from "@std/assert";
import { LineLimit, LINES_PER_SECOND } from "../../../lib/runtime/remote/line_limit.ts";
import { FakeClock } from "../../support/fake_clock.ts";

Deno.test("LineLimit lets so many lines through a second, and tells of the others when the next has begun", () => {
  const clock = new FakeClock();
  const told: number[] = [];
  const limit = new LineLimit(clock, (count) => told.push(count));
  const passed = (count: number): number => Array.from({ length: count }, () => limit.passes()).filter(Boolean).length;
  assertEquals(passed(LINES_PER_SECOND + 50), LINES_PER_SECOND);
  clock.advance(999);
  assertEquals([passed(10), told], [0, []]);
  clock.advance(1);
  assertEquals([passed(1), told], [1, [60]]);
  clock.advance(1000);
  assertEquals([passed(1), told], [1, [60]]);
});
