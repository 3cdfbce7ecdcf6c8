import { assertEquals } from "@std/assert";
import { exposition, type MetricFamily } from "../../lib/observe/mod.ts";
import { MetricsSum, type WorkerMetrics } from "../../lib/workers/metrics_sum.ts";

type Row = readonly [name: string, type: "counter" | "gauge", labels: Record<string, string>, value: number];

function worker(number: number, pid: number, rows: readonly Row[]): WorkerMetrics {
  const families: MetricFamily[] = rows.map(([name, type, labels, value]) => ({
    name,
    help: `About ${name}.`,
    type,
    samples: [{ labels, value }],
  }));
  return { number, pid, text: exposition(families) };
}

/** Lines with a value. */
function values(text: string): readonly string[] {
  return text.split("\n").filter((line) => line !== "" && !line.startsWith("#"));
}

Deno.test("MetricsSum adds counters and gauges up by their labels, which may hold anything", () => {
  const rows = (value: number): Row[] => [
    ["a_total", "counter", {}, value],
    ["b", "gauge", { route: 'say "hi" to }{ all' }, value * 2],
  ];
  const text = new MetricsSum().text([worker(1, 10, rows(1)), worker(2, 20, rows(2))], [], exposition);
  assertEquals(
    text,
    exposition([
      { name: "a_total", help: "About a_total.", type: "counter", samples: [{ value: 3 }] },
      { name: "b", help: "About b.", type: "gauge", samples: [{ labels: { route: 'say "hi" to }{ all' }, value: 6 }] },
    ]),
  );
});

Deno.test("MetricsSum puts the parent's own first, and what only some workers have behind", () => {
  const own: MetricFamily = { name: "own", help: "Ours.", type: "gauge", samples: [{ value: 2 }] };
  const text = new MetricsSum().text(
    [worker(1, 10, [["a", "gauge", {}, 1]]), worker(2, 20, [["b", "gauge", { x: "y" }, 1]])],
    [own],
    exposition,
  );
  assertEquals(values(text), ["own 2", "a 1", 'b{x="y"} 1']);
});

Deno.test("MetricsSum: a counter keeps what a worker had counted that has ended, a gauge does not", () => {
  const sum = new MetricsSum();
  const rows = (count: number, level: number): Row[] => [
    ["a_total", "counter", {}, count],
    ["b", "gauge", {}, level],
  ];
  const of = (...workers: WorkerMetrics[]) => values(sum.text(workers, [], exposition));
  assertEquals(of(worker(1, 10, rows(5, 5)), worker(2, 20, rows(7, 7))), ["a_total 12", "b 12"]);
  assertEquals(of(worker(2, 20, rows(8, 8))), ["a_total 13", "b 8"]);
  assertEquals(of(worker(1, 30, rows(1, 1)), worker(2, 20, rows(8, 8))), ["a_total 14", "b 9"]);
  assertEquals(of(worker(1, 30, rows(2, 1)), worker(2, 40, rows(1, 1))), ["a_total 16", "b 2"]);
});

Deno.test("MetricsSum: what all workers do at once is counted once, and a state has a row for each worker", () => {
  const rows: Row[] = [
    ["sockeye_activations_total", "counter", { outcome: "done" }, 2],
    ["sockeye_runtime_state", "gauge", { state: "up" }, 1],
  ];
  const text = new MetricsSum().text([worker(1, 10, rows), worker(2, 20, rows)], [], exposition);
  assertEquals(values(text), [
    'sockeye_activations_total{outcome="done"} 2',
    'sockeye_runtime_state{state="up",worker="1"} 1',
    'sockeye_runtime_state{state="up",worker="2"} 1',
  ]);
});

Deno.test("MetricsSum adds up the rows of a histogram, those of ended workers included", () => {
  const text = (count: number) =>
    `# HELP h Times.\n# TYPE h histogram\nh_bucket{le="1"} ${count}\nh_bucket{le="+Inf"} ${count}\nh_sum 0.5\nh_count ${count}\n`;
  const sum = new MetricsSum();
  sum.text([{ number: 1, pid: 10, text: text(2) }], [], exposition);
  assertEquals(values(sum.text([{ number: 1, pid: 20, text: text(3) }], [], exposition)), [
    'h_bucket{le="1"} 5',
    'h_bucket{le="+Inf"} 5',
    "h_sum 1",
    "h_count 5",
  ]);
});
