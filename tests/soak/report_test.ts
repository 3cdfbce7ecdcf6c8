/** The report of a soak says what was found. @module */
import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { isGood, soakJson, soakMarkdown } from "./report.ts";
import { parseSettings } from "./settings.ts";
import type { SoakResult } from "./soak.ts";
import { Durations } from "./statistics.ts";

const PLACE = {
  date: "2026-01-02",
  deno: "9.9.9",
  system: "linux",
  processor: "a processor",
  cores: 2,
  memoryGib: 8,
  load: 0.5,
};

const sampleAt = (seconds: number) => ({
  seconds,
  rssKib: 2_048,
  heapKib: 1_024,
  liveKib: seconds % 2 === 0 ? 512 : undefined,
  externalKib: 0,
  cores: 0.25,
  version: 1,
});

function result(isSo: boolean): SoakResult {
  const echo = new Durations();
  for (let ms = 1; ms <= 100; ms++) echo.add(ms);
  return {
    settings: parseSettings([])!,
    sizes: { idle: 10, echoes: 7, rooms: 2, polls: 1 },
    maxFiles: 1_024,
    connectSeconds: 1,
    samples: Array.from({ length: 40 }, (_, at) => sampleAt(at)),
    slopes: { rss: { perUnit: 7, error: 1.5 }, live: undefined, external: undefined },
    probed: [
      { seconds: 1, slowestMs: 3, hasDeployed: false, wasBrokerAway: false },
      { seconds: 2, slowestMs: 40, hasDeployed: true, wasBrokerAway: true },
    ],
    durations: { echo, nothing: new Durations() },
    counts: { echoes: 100 },
    closeCodes: { 1000: 3, 1006: 2 },
    refusals: {},
    violations: { SLOW_CONSUMER: 1 },
    problems: [],
    judgements: [{ what: "all is well", isSo, found: "a | b" }],
  };
}

Deno.test("a report passes when all is so, and says at its head when not", () => {
  assertEquals([isGood(result(true)), isGood(result(false))], [true, false]);
  assertStringIncludes(soakMarkdown(PLACE, result(true)), "# Soak of 2026-01-02: passed\n");
  assertStringIncludes(soakMarkdown(PLACE, result(false)), "# Soak of 2026-01-02: FAILED\n");
});

Deno.test("a report has a row for each judgement, duration, count and slow second", () => {
  const text = soakMarkdown(PLACE, result(false));
  assertMatch(text, /\| all is well +\| NO +\| a \\\| b +\|/);
  assertMatch(text, /\| echo +\| 100 +\| 5\d\.\d +\| (?:99|100)\.\d +\| 100\.0 +\| 100\.0 +\|/);
  assertMatch(text, /\| nothing +\| 0 +\| – +\| – /);
  assertMatch(text, /\| echoes \| 100 +\|/);
  assertMatch(text, /\| 2 +\| 40\.0 +\| a deployment, no broker +\|\n\| 1 +\| 3\.0 +\| nothing of the soak's +\|/);
  assertMatch(text, /\| close codes +\| 1000: 3, 1006: 2 +\|\n\| refusals +\| none +\|/);
  assertStringIncludes(text, "resident 7 ± 3, live heap unknown");
});

Deno.test("a report shows memory after collections, the first and the last", () => {
  const rows = [...soakMarkdown(PLACE, result(true)).matchAll(/^\| (\d+) +\| 2\.0 +\| 1\.0 +\| 0\.5 /gm)];
  assertEquals([rows.length, rows[0]?.[1], rows.at(-1)?.[1]], [12, "0", "38"]);
});

Deno.test("a report without problems says nothing of them, and with them what they were", () => {
  assertEquals(soakMarkdown(PLACE, result(true)).includes("## Problems"), false);
  assertStringIncludes(soakMarkdown(PLACE, { ...result(true), problems: ["no host"] }), "## Problems\n\n- no host\n");
});

Deno.test("the report for programs has all of it", () => {
  const told = JSON.parse(soakJson(PLACE, result(true)));
  assertEquals([told.isGood, told.samples.length, told.place.cores, told.durations.echo.maxMs], [true, 40, 2, 100]);
});
