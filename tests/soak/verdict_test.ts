/** Each rule of the verdict can fail, and none fails where all is well. @module */
import { assertEquals, assertStringIncludes } from "@std/assert";
import type { CrowdReport } from "./crowd_kinds.ts";
import { judged, type SoakOutcome } from "./verdict.ts";

const CROWD: CrowdReport = { counts: {}, closed: {}, faults: [], durations: {} };

const GOOD: SoakOutcome = {
  crowds: { idle: CROWD, rooms: CROWD },
  liveSlope: { perUnit: 10, error: 1 },
  slope: { perUnit: 100, error: 10 },
  probeP99Ms: 12,
  deploys: { asked: 3, done: 3 },
  brokerKills: { asked: 1, survived: 1 },
  leftOpen: 0,
  errors: [],
  limits: { maxLiveSlopeKib: 10, maxSlopeKib: 100, maxProbeMs: 12 },
};

const broken = (changes: Partial<SoakOutcome>) => judged({ ...GOOD, ...changes }).filter(({ isSo }) => !isSo);

Deno.test("nothing is wrong where all is well", () => {
  assertEquals(broken({}), []);
});

const BAD: readonly (readonly [what: string, changes: Partial<SoakOutcome>, found: string])[] = [
  ["something lost", { crowds: { rooms: { ...CROWD, faults: ["r0w0:7 was not read"] } } }, "r0w0:7 was not read"],
  ["a connection that ended", { crowds: { idle: { ...CROWD, closed: { 1006: 2 } } } }, "2 of idle (1006)"],
  ["a deployment that failed", { deploys: { asked: 3, done: 2 } }, "2 of 3"],
  ["a broker that was not found again", { brokerKills: { asked: 1, survived: 0 } }, "0 of 1"],
  ["memory that grows", { slope: { perUnit: 121, error: 10 } }, "121 ± 20 KiB a minute; it may be 100"],
  ["a live heap that grows", { liveSlope: { perUnit: 13, error: 1 } }, "13 ± 2 KiB a minute; it may be 10"],
  ["memory that was not measured", { slope: undefined }, "too few measurements"],
  ["a slow answer", { probeP99Ms: 13 }, "p99 13.0 ms; it may be 12"],
  ["no answer at all", { probeP99Ms: NaN }, "NaN"],
  ["a connection left behind", { leftOpen: 1 }, "1"],
  ["an error in the log", { errors: ["ERROR x", "ERROR y"] }, "2, the first: ERROR x"],
];

for (const [what, changes, found] of BAD) {
  Deno.test(`${what} fails one rule, which says what was found`, () => {
    const [judgement, ...others] = broken(changes);
    assertEquals(others, []);
    assertStringIncludes(judgement?.found ?? "", found);
  });
}

Deno.test("a slope within twice its error of the limit is let pass", () => {
  assertEquals(broken({ slope: { perUnit: 120, error: 10 } }), []);
});
