import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { Histogram } from "../../lib/gateway/histogram.ts";

Deno.test("Histogram counts a value with each bound that is not below it", () => {
  const histogram = new Histogram([1, 10, 100]);
  for (const value of [0, 1, 1.5, 10, 100, 101]) histogram.add(value);
  assertEquals([histogram.cumulative, histogram.sum], [[2, 4, 5, 6], 213.5]);
});

Deno.test("Histogram: any values, counted one by one, are what counting them again gives", () => {
  const bounds = [1, 5, 25];
  fc.assert(fc.property(fc.array(fc.nat(40)), (values) => {
    const histogram = new Histogram(bounds);
    for (const value of values) histogram.add(value);
    const expected = [...bounds, Infinity].map((bound) => values.filter((value) => value <= bound).length);
    assertEquals([histogram.cumulative, histogram.sum], [expected, values.reduce((sum, value) => sum + value, 0)]);
  }));
});
