/** Metrics as Prometheus reads them. @module */
import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { exposition, type MetricFamily } from "../../lib/observe/mod.ts";

const family = (samples: MetricFamily["samples"], help = "Help."): MetricFamily => ({
  name: "a_total",
  help,
  type: "counter",
  samples,
});

const HEAD = "# HELP a_total Help.\n# TYPE a_total counter\n";

Deno.test("exposition writes each family once, with its samples below it", () => {
  const samples = [{ labels: { how: "moved", route: "/a" }, value: 2 }, { labels: { how: "lost" }, value: 0 }];
  assertEquals(exposition([family(samples)]), `${HEAD}a_total{how="moved",route="/a"} 2\na_total{how="lost"} 0\n`);
});

Deno.test("exposition of a sample without labels has no braces", () => {
  for (const labels of [undefined, {}]) {
    const sample = labels === undefined ? { value: 1 } : { labels, value: 1 };
    assertEquals(exposition([family([sample])]), `${HEAD}a_total 1\n`);
  }
});

Deno.test("exposition leaves out what has no samples", () => {
  assertEquals(exposition([]), "");
  assertEquals(exposition([family([]), family([{ value: 1 }])]), `${HEAD}a_total 1\n`);
});

Deno.test("exposition writes values as Prometheus reads them", () => {
  const values: readonly [number, string][] = [
    [0.5, "0.5"],
    [1e21, "1e+21"],
    [-3, "-3"],
    [Infinity, "+Inf"],
    [-Infinity, "-Inf"],
    [NaN, "NaN"],
  ];
  for (const [value, text] of values) assertEquals(exposition([family([{ value }])]), `${HEAD}a_total ${text}\n`);
});

Deno.test("exposition escapes line feeds and backslashes in help, and quotes too in labels", () => {
  const text = exposition([family([{ labels: { route: 'a"b\\c\nd' }, value: 1 }], 'a "word" \\ and\na line')]);
  assertEquals(
    text,
    '# HELP a_total a "word" \\\\ and\\na line\n# TYPE a_total counter\na_total{route="a\\"b\\\\c\\nd"} 1\n',
  );
});

Deno.test("exposition: whatever stands in a label, there is one line a sample, and the label is what it was", () => {
  const unit = fc.oneof(fc.constantFrom('"', "\\", "\n", "n", "\u2028"), fc.string({ unit: "grapheme", maxLength: 1 }));
  fc.assert(fc.property(fc.string({ unit }), (route) => {
    const text = exposition([family([{ labels: { route }, value: 1 }])]);
    assertEquals(text.split("\n").length, 4);
    const label = /^a_total\{route="(.*)"\} 1$/su.exec(text.split("\n")[2] ?? "")?.[1] ?? "none";
    assertEquals(label.replaceAll(/\\(.)/gsu, (_, character) => character === "n" ? "\n" : character), route);
  }));
});
