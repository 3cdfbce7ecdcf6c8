/** Benchmarks are compared as ratios, each against its own calibration. @module */
import { assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { type BenchOutput, compare, table } from "./compare.ts";

const result = (times: Readonly<Record<string, number>>): BenchOutput => ({
  benches: Object.entries(times).map(([name, p75]) => ({ name, results: [{ ok: { p75 } }] })),
});

Deno.test("compare divides by the calibration: a machine half as fast changes nothing", () => {
  const [only] = compare(result({ calibration: 10, mask: 30 }), result({ calibration: 20, mask: 60 }));
  assertEquals(only, { name: "mask", base: 3, head: 3, ratio: 1 });
});

Deno.test("compare shows what became slower", () => {
  const [only] = compare(result({ calibration: 10, mask: 30 }), result({ calibration: 10, mask: 60 }));
  assertEquals(only?.ratio, 2);
});

Deno.test("compare names what is new and what is gone, without a ratio", () => {
  const all = compare(result({ calibration: 1, old: 2 }), result({ calibration: 1, fresh: 3 }));
  assertEquals(all, [
    { name: "fresh", base: undefined, head: 3, ratio: undefined },
    { name: "old", base: 2, head: undefined, ratio: undefined },
  ]);
  assertStringIncludes(table(all), "| fresh | – | 3.00 | – |");
});

Deno.test("compare tells benchmarks of one name apart by their group", () => {
  const benches = [["a", 2], ["b", 4]].map(([group, p75]) => ({
    name: "20 B",
    group: String(group),
    results: [{ ok: { p75: Number(p75) } }],
  }));
  const both = { benches: [...benches, ...result({ calibration: 1 }).benches] };
  assertEquals(compare(both, both).map(({ name, head }) => [name, head]), [["a: 20 B", 2], ["b: 20 B", 4]]);
});

Deno.test("compare wants a calibration in each result", () => {
  assertThrows(() => compare(result({ mask: 1 }), result({ calibration: 1 })), Error, "calibration_bench.ts");
});
