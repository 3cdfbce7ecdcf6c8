/** The real clock. @module */
import { assert, assertEquals, assertGreater, assertGreaterOrEqual, assertLess } from "@std/assert";
import { clockOutside, systemClock } from "../../lib/gateway/clock.ts";
import { parseLines } from "../http/head_text.ts";
import { RecordedTracer } from "./support/recorded_tracer.ts";

Deno.test("systemClock.now gives whole milliseconds above 0 that never go back", () => {
  let before = systemClock.now();
  for (let i = 0; i < 1000; i++) {
    const now = systemClock.now();
    assert(Number.isInteger(now));
    assertGreater(now, 0);
    assertGreaterOrEqual(now, before);
    before = now;
  }
});

Deno.test("systemClock.wallNow is the time of day", () => {
  assertLess(Math.abs(systemClock.wallNow() - Date.now()), 1_000);
});

Deno.test("systemClock.setTimer calls once, not before its time, unless it is cancelled", async () => {
  let calls = 0;
  const cancel = systemClock.setTimer(() => calls += 100, 0);
  cancel();
  const start = systemClock.now();
  await new Promise<void>((resolve) =>
    systemClock.setTimer(() => {
      calls++;
      resolve();
    }, 5)
  );
  assertEquals(calls, 1);
  assertGreaterOrEqual(systemClock.now() - start, 4);
});

Deno.test("clockOutside tells the same time, and its alarms belong to nobody's request", async () => {
  const tracer = new RecordedTracer();
  const clock = clockOutside({ ...systemClock, now: () => 7, wallNow: () => 8 }, tracer);
  assertEquals([clock.now(), clock.wallNow()], [7, 8]);
  const client = { address: "::1", authority: undefined, scheme: "http" } as const;
  const trace = tracer.begin(parseLines("GET / HTTP/1.1", "Host: a"), client);
  const whose = await trace.within(() => {
    clock.setTimer(() => assertEquals("called", "cancelled"), 0)();
    return new Promise((resolve) => clock.setTimer(() => resolve(tracer.active), 0));
  });
  assertEquals(whose, undefined);
});
