import { assertEquals } from "@std/assert";
import { exposition, type MetricFamily } from "../../lib/observe/mod.ts";
import { MetricsSum, type ProcessText } from "../../lib/workers/metrics_sum.ts";

type Row = readonly [name: string, type: "counter" | "gauge", labels: Record<string, string>, value: number];

function worker(number: number | undefined, pid: number, rows: readonly Row[]): ProcessText {
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
  const text = new MetricsSum().text([worker(1, 10, rows(1)), worker(2, 20, rows(2))]);
  assertEquals(
    text,
    exposition([
      { name: "a_total", help: "About a_total.", type: "counter", samples: [{ value: 3 }] },
      { name: "b", help: "About b.", type: "gauge", samples: [{ labels: { route: 'say "hi" to }{ all' }, value: 6 }] },
    ]),
  );
});

Deno.test("MetricsSum has families in the order in which they come, and what only some workers have behind", () => {
  const text = new MetricsSum().text(
    [
      worker(undefined, 5, [["own", "gauge", {}, 2]]),
      worker(1, 10, [["a", "gauge", {}, 1]]),
      worker(2, 20, [["b", "gauge", { x: "y" }, 1]]),
    ],
  );
  assertEquals(values(text), ["own 2", "a 1", 'b{x="y"} 1']);
});

Deno.test("MetricsSum: a counter keeps what a worker had counted that has ended, a gauge does not", () => {
  const sum = new MetricsSum();
  const rows = (count: number, level: number): Row[] => [
    ["a_total", "counter", {}, count],
    ["b", "gauge", {}, level],
  ];
  const of = (...workers: ProcessText[]) => values(sum.text(workers));
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
  const text = new MetricsSum().text([worker(1, 10, rows), worker(2, 20, rows)]);
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
  sum.text([{ number: 1, pid: 10, text: text(2) }]);
  assertEquals(values(sum.text([{ number: 1, pid: 20, text: text(3) }])), [
    'h_bucket{le="1"} 5',
    'h_bucket{le="+Inf"} 5',
    "h_sum 1",
    "h_count 5",
  ]);
});

Deno.test("MetricsSum: a process has rows of its own, which begin anew with it; the parent's have no worker", () => {
  const sum = new MetricsSum();
  const rows = (seconds: number): Row[] => [
    ["process_cpu_seconds_total", "counter", {}, seconds],
    ["process_resident_memory_bytes", "gauge", {}, 10 * seconds],
    ["sockeye_heap_used_bytes", "gauge", {}, 1],
    ["sockeye_build_info", "gauge", { version: "1", deno: "2" }, 1],
    ["sockeye_memory_limit_bytes", "gauge", {}, 1_000],
  ];
  const of = (second: ProcessText) => values(sum.text([worker(undefined, 5, rows(1)), worker(1, 10, rows(2)), second]));
  assertEquals(of(worker(2, 20, rows(3))), [
    "process_cpu_seconds_total 1",
    'process_cpu_seconds_total{worker="1"} 2',
    'process_cpu_seconds_total{worker="2"} 3',
    "process_resident_memory_bytes 10",
    'process_resident_memory_bytes{worker="1"} 20',
    'process_resident_memory_bytes{worker="2"} 30',
    "sockeye_heap_used_bytes 1",
    'sockeye_heap_used_bytes{worker="1"} 1',
    'sockeye_heap_used_bytes{worker="2"} 1',
    'sockeye_build_info{version="1",deno="2"} 1',
    "sockeye_memory_limit_bytes 1000",
  ]);
  assertEquals(of(worker(2, 30, rows(1)))[2], 'process_cpu_seconds_total{worker="2"} 1');
});

Deno.test("MetricsSum: the event loop of each worker has a histogram", () => {
  const name = "sockeye_event_loop_delay_seconds";
  const text =
    `# TYPE ${name} histogram\n${name}_bucket{le="0.1"} 1\n${name}_bucket{le="+Inf"} 2\n${name}_sum 3\n${name}_count 2\n`;
  assertEquals(values(new MetricsSum().text([{ number: 7, pid: 1, text }])), [
    `${name}_bucket{le="0.1",worker="7"} 1`,
    `${name}_bucket{le="+Inf",worker="7"} 2`,
    `${name}_sum{worker="7"} 3`,
    `${name}_count{worker="7"} 2`,
  ]);
});
