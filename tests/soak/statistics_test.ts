/** Slopes and percentiles of a soak. @module */
import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import { Durations, secondHalf, slopeOf } from "./statistics.ts";

const points = (...values: readonly number[]) => values.map((value, at) => ({ at, value }));

Deno.test("slopeOf finds a line, and no error in it", () => {
  assertEquals(slopeOf(points(5, 7, 9, 11)), { perUnit: 2, error: 0 });
});

Deno.test("slopeOf tells how far from a line the points are", () => {
  // By hand: means 1.5 and 1, Σ(x−x̄)² = 5, Σ(x−x̄)(y−ȳ) = 2, residues −0.4 1.2 −1.2 0.4, whose squares add up to 3.2.
  const { perUnit, error } = slopeOf(points(0, 2, 0, 2))!;
  assertAlmostEquals(perUnit, 0.4);
  assertAlmostEquals(error, Math.sqrt(3.2 / 2 / 5));
});

Deno.test("slopeOf says nothing of two points, nor of one moment", () => {
  assertEquals(slopeOf(points(1, 2)), undefined);
  assertEquals(slopeOf([1, 2, 3].map((value) => ({ at: 7, value }))), undefined);
});

Deno.test("secondHalf is that of the time, not that of the points", () => {
  const some = [0, 1, 2, 3, 10].map((at) => ({ at, value: at }));
  assertEquals(secondHalf(some).map(({ at }) => at), [10]);
  assertEquals(secondHalf([]), []);
});

Deno.test("Durations tells percentiles that are at most 3 % too long", () => {
  const durations = new Durations();
  for (let ms = 1; ms <= 1_000; ms++) durations.add(ms);
  for (const [share, exact] of [[0.5, 500], [0.99, 990], [0.999, 999]] as const) {
    const told = durations.percentile(share);
    assert(exact <= told && told <= exact * 1.03, `${share}: ${told} in place of ${exact}`);
  }
  assertEquals([durations.percentile(1), durations.count, durations.maxMs], [1_000, 1_000, 1_000]);
});

Deno.test("Durations takes nothing, and less than its first bucket", () => {
  const durations = new Durations();
  assertEquals([durations.percentile(0.5), durations.count], [NaN, 0]);
  durations.add(0);
  assertEquals([durations.percentile(0.5), durations.count], [0, 1]);
});

Deno.test("Durations counts a standstill for as long as it was", () => {
  const durations = new Durations();
  for (let times = 0; times < 90; times++) durations.addWithMissed(1, 10);
  durations.addWithMissed(100, 10);
  assertEquals(durations.count, 100);
  assert(durations.percentile(0.95) >= 50);
});

Deno.test("Durations of two processes are those of one", () => {
  const [one, other, both] = [new Durations(), new Durations(), new Durations()];
  for (let ms = 1; ms <= 100; ms++) {
    (ms % 3 === 0 ? one : other).add(ms);
    both.add(ms);
  }
  one.merge(JSON.parse(JSON.stringify(other)));
  assertEquals(one.toJSON(), both.toJSON());
});
