/** The time of the machine. @module */
import { assertEquals, assertGreaterOrEqual } from "@std/assert";
import { SYSTEM_CLOCK } from "../../lib/client/clock.ts";

Deno.test("the clock waits, and can be told not to", async () => {
  const before = SYSTEM_CLOCK.now();
  let isCancelled = true;
  SYSTEM_CLOCK.setTimer(() => isCancelled = false, 0)();
  await new Promise<void>((resolve) => void SYSTEM_CLOCK.setTimer(resolve, 5));
  assertGreaterOrEqual(SYSTEM_CLOCK.now() - before, 4);
  assertEquals(isCancelled, true);
});
