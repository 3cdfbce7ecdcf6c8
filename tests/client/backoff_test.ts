/** Waits grow, are random, and begin anew once a connection has lived. docs/PROTOCOL.md §Closing. @module */
import { assert, assertAlmostEquals, assertEquals, assertLess } from "@std/assert";
import fc from "fast-check";
import { createBackoff, jittered } from "../../lib/client/backoff.ts";

const TERMS = { minWaitMs: 500, maxWaitMs: 30_000 };
const longest = { ...TERMS, random: () => 1 };

Deno.test("every wait lies between 0 and min(maxWaitMs, minWaitMs × 2ⁿ)", () => {
  const number = fc.nat({ max: 100 });
  const ms = fc.integer({ min: 1, max: 100_000 });
  fc.assert(fc.property(number, fc.double({ min: 0, max: 1, noNaN: true }), ms, ms, (n, chance, min, max) => {
    const waitMs = jittered(n, { minWaitMs: min, maxWaitMs: max, random: () => chance });
    return 0 <= waitMs && waitMs <= Math.min(max, min * 2 ** n);
  }));
});

Deno.test("waits are spread evenly over that time (full jitter)", () => {
  const waits = Array.from({ length: 4_000 }, () => jittered(3, { ...TERMS, random: Math.random }));
  const tenths = Map.groupBy(waits, (waitMs) => Math.floor(waitMs / 400));
  assertEquals(tenths.size, 10);
  for (const some of tenths.values()) assert(some.length > 250 && some.length < 550, String(some.length));
  assertAlmostEquals(waits.reduce((sum, waitMs) => sum + waitMs) / waits.length, 2_000, 150);
});

Deno.test("each wait is twice as long as the one before, up to the longest", () => {
  const backoff = createBackoff(longest);
  const waits = Array.from({ length: 8 }, () => backoff.waitAfter(1006, NaN));
  assertEquals(waits, [500, 1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000]);
});

Deno.test("waits begin anew only when a connection has lived for longer than the wait before it", () => {
  const backoff = createBackoff(longest);
  backoff.waitAfter(1006, NaN);
  assertEquals(backoff.waitAfter(1006, 500), 1_000);
  assertEquals(backoff.waitAfter(1006, 1_001), 500);
});

Deno.test("1012 and 4200–4299 come back after the shortest wait, the second time in a row they wait", () => {
  for (const code of [1012, 4200, 4299]) {
    const backoff = createBackoff(longest);
    for (let n = 0; n < 4; n++) backoff.waitAfter(1006, NaN);
    assertEquals(backoff.waitAfter(code, 10), 500);
    assertEquals(backoff.waitAfter(code, 10), 16_000);
    assertEquals(backoff.waitAfter(code, 20_000), 500);
  }
});

Deno.test("4401 and 4403 come back once, the second time in a row it is over", () => {
  for (const [first, second] of [[4401, 4401], [4403, 4401], [4401, 4403]] as const) {
    const backoff = createBackoff(longest);
    assertEquals(backoff.waitAfter(first, NaN), 500);
    assertEquals(backoff.waitAfter(1006, NaN), 1_000);
    assertEquals(backoff.waitAfter(second, NaN), undefined);
  }
  const backoff = createBackoff(longest);
  backoff.waitAfter(4401, NaN);
  assertEquals(backoff.waitAfter(4401, 501), 500);
});

Deno.test("a server that always closes at once is asked less and less, whatever the code", () => {
  for (const code of [1012, 4250, 1011, 4100]) {
    const backoff = createBackoff({ ...TERMS, random: Math.random });
    let waitedMs = 0;
    for (let n = 0; n < 60; n++) waitedMs += backoff.waitAfter(code, 1)!;
    assertLess(60 * 60_000 / waitedMs, 40, `${code}: attempts a minute`);
  }
});

Deno.test("a nudge is a short wait, and what is lived after it counts", () => {
  const backoff = createBackoff(longest);
  for (let n = 0; n < 4; n++) backoff.waitAfter(1006, NaN);
  assertEquals(backoff.nudge(), 100);
  assertEquals(backoff.waitAfter(1006, 101), 500);
});
