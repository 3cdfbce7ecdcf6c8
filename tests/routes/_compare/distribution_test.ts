/** How spans are spread. @module */
import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { BIN_STARTS_MS, binOf, RateMeter, Spans } from "../../../routes/_compare/browser/distribution.ts";

function spansOf(values: readonly number[]): Spans {
  const spans = new Spans();
  for (const value of values) spans.add(value);
  return spans;
}

Deno.test("Spans: quantiles are spans that were measured, by nearest rank", () => {
  const hundred = Array.from({ length: 100 }, (_, index) => index + 1);
  assertEquals(spansOf(hundred.toReversed()).spread(), { p50: 50, p95: 95, max: 100 });
  assertEquals(spansOf([7]).spread(), { p50: 7, p95: 7, max: 7 });
  assertEquals(spansOf([]).spread(), undefined);
});

Deno.test("Spans: the difference of the clocks is added to what was measured before it was known, too", () => {
  assertEquals(spansOf([-5, 0, 5]).spread(10), { p50: 10, p95: 15, max: 15 });
});

Deno.test("Spans keeps the newest 2 400 and no more", () => {
  const spans = spansOf(Array.from({ length: 2_401 }, () => 1_000));
  for (let index = 0; index < 2_400; index++) spans.add(1);
  assertEquals([spans.size, spans.spread()?.max], [2_400, 1]);
});

Deno.test("property: the order of spans does not matter, and shares are of all of them", () => {
  const values = fc.array(fc.double({ min: -10, max: 60_000, noNaN: true }), { minLength: 1, maxLength: 200 });
  fc.assert(fc.property(
    values.chain((all) => fc.tuple(fc.constant(all), fc.shuffledSubarray(all, { minLength: all.length }))),
    ([all, shuffled]) => {
      const [one, other] = [spansOf(all), spansOf(shuffled)];
      assertEquals(one.spread(), other.spread());
      assertEquals(one.shares(), other.shares());
      const sum = one.shares().reduce((total, share) => total + share, 0);
      assert(Math.abs(sum - 1) < 1e-9, `shares add up to ${sum}`);
    },
  ));
});

Deno.test("property: a span is in the bin that begins at or before it, unless it is outside of all", () => {
  fc.assert(fc.property(fc.double({ min: 1.01, max: 9_000, noNaN: true }), (span) => {
    const bin = binOf(span);
    // Powers are rounded: a hair's breadth is no other bin.
    assert(BIN_STARTS_MS[bin]! <= span * (1 + 1e-9), `${span} is before bin ${bin}`);
    assert((BIN_STARTS_MS[bin + 1] ?? Infinity) > span * (1 - 1e-9), `${span} is after bin ${bin}`);
  }));
  assertEquals([-3, 0, 1, NaN].map(binOf), [0, 0, 0, 0]);
  assertEquals(binOf(1e9), BIN_STARTS_MS.length - 1);
});

Deno.test("RateMeter: events a second over its window, or since the start while that is shorter", () => {
  const rate = new RateMeter(5_000);
  for (let at = 0; at < 2_000; at += 250) rate.count(at);
  assertEquals(rate.perSecond(2_000, 0), 4);
  for (let at = 2_000; at < 10_000; at += 250) rate.count(at);
  assertEquals(rate.perSecond(10_000, 0), 3.8);
  assertEquals(rate.perSecond(60_000, 0), 0);
  assertEquals(new RateMeter().perSecond(0, 0), 0);
});
