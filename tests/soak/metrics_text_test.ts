/** The text of metrics is read. @module */
import { assertEquals } from "@std/assert";
import { exposition } from "../../lib/observe/mod.ts";
import { byLabel, parseMetrics, sumOf } from "./metrics_text.ts";

const text = exposition([
  {
    name: "closed_total",
    help: "By code.",
    type: "counter",
    samples: [
      { labels: { code: "1000" }, value: 3 },
      { labels: { code: "1006" }, value: 2 },
      { labels: { code: "1013" }, value: 0 },
    ],
  },
  { name: "closed", help: "Another.", type: "gauge", samples: [{ labels: {}, value: 1.5 }] },
]);

Deno.test("parseMetrics reads what exposition writes", () => {
  const values = parseMetrics(text);
  assertEquals([sumOf(values, "closed_total"), sumOf(values, "closed"), sumOf(values, "none")], [5, 1.5, 0]);
  assertEquals(byLabel(values, "closed_total", "code"), { 1000: 3, 1006: 2 });
});
