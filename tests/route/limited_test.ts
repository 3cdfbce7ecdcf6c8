/** Work that may not take for ever. @module */
import { assertEquals, assertRejects } from "@std/assert";
import { limited, TimeLimitError } from "../../lib/route/limited.ts";
import { FakeClock } from "../support/fake_clock.ts";

Deno.test("limited passes on what comes in time, and leaves no timer", async () => {
  const clock = new FakeClock();
  assertEquals(await limited(Promise.resolve(7), "work", { clock, timeoutMs: 100 }), 7);
  await assertRejects(() => limited(Promise.reject(new Error("own")), "work", { clock, timeoutMs: 100 }), Error, "own");
  assertEquals(clock.pendingTimers, 0);
});

Deno.test("limited rejects when the time is over", async () => {
  const clock = new FakeClock();
  const late = limited(new Promise(() => {}), "start", { clock, timeoutMs: 100 });
  clock.advance(100);
  await assertRejects(() => late, TimeLimitError, "start took longer than 100 ms");
});
