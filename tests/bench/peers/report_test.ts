/** The tables that a person reads. @module */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { BARS } from "./bars.ts";
import { beside, result } from "./fixture.ts";
import { detailTable, doubts, ratioTable } from "./report.ts";
import { summarize, type Summary } from "./summary.ts";
import { judge } from "./verdict.ts";
import { type Workload, WORKLOADS } from "./workloads.ts";

function workload(name: string): Workload {
  return WORKLOADS.find((row) => row.name === name)!;
}

function cells(line: string | undefined): readonly string[] {
  return (line ?? "").split("|").slice(1, -1).map((cell) => cell.trim());
}

function ratios(names: readonly string[], summaries: readonly Summary[], missing = new Map<string, string>()): string {
  return ratioTable({
    workloads: names.map(workload),
    servers: ["sockeye", "ws", "bun", "byte-echo"],
    missing,
    summaries,
    verdicts: judge(summaries, BARS),
  });
}

Deno.test("detailTable shows all numbers of traffic, those of a starved connection included", () => {
  const [head, , row] = detailTable(workload("ping-100"), [
    summarize("ping-100", "ws", [result({ rate: 1234567 })], []),
  ])
    .split("\n");
  assertEquals(cells(head).slice(-2), ["conn_min", "conn_max"]);
  assertEquals(cells(row), ["ws", "1,234,567", "–", "10.0 µs", "–", "–", "1.00", "2.00", "90", "100"]);
});

Deno.test("detailTable shows memory where connections are silent", () => {
  const [head, , row] = detailTable(workload("idle"), [
    beside("idle", "ws", { connectionKiB: 6, serverMiB: 101.5 }, { connectionKiB: 8 }),
  ]).split("\n");
  assertEquals(cells(head), ["server", "KiB/connection", "÷ ours", "quartiles", "server MiB"]);
  assertEquals(cells(row), ["ws", "6.0", "0.75", "–", "102"]);
});

Deno.test("ratioTable shows ours in its unit, the others as ratios with the bar in brackets, and marks what is below", () => {
  const summaries = [
    beside("ping-500", "sockeye", {}),
    beside("ping-500", "ws", { serverUs: 15, p99Us: 1000 }),
    beside("ping-500", "bun", { serverUs: 5 }),
  ];
  const [head, , cpu, p99] = ratios(["ping-500"], summaries).split("\n");
  assertEquals(cells(head), ["workload", "sockeye", "ws", "bun", "byte-echo"]);
  assertEquals(cells(cpu), ["ping-500, server CPU per message", "10.0 µs", "1.50 (1.2)", "0.50 (0.7) ✗", "–"]);
  assertEquals(cells(p99), ["ping-500, p99", "2.0 ms", "0.50 (1) ✗", "1.00", "–"]);
});

Deno.test("ratioTable shows memory in its own terms: what ours is above the floor", () => {
  const summaries = [
    beside("idle", "sockeye", { connectionKiB: 10 }, { connectionKiB: 10 }),
    beside("idle", "ws", { connectionKiB: 5 }, { connectionKiB: 10 }),
    beside("idle", "byte-echo", { connectionKiB: 7 }, { connectionKiB: 10 }),
  ];
  const [, , row] = ratios(["idle"], summaries).split("\n");
  assertEquals(cells(row), ["idle, memory per connection", "10.0 KiB", "0.50", "–", "0.70, ours +3.0 (+2) ✗"]);
});

/** Five rounds in which the peer is this many times ours. */
function rounds(workload: string, ...ratios: readonly number[]): Summary {
  const times = (factor: number) => result({ serverUs: 10 * factor, connectionKiB: 10 * factor });
  return summarize(workload, "byte-echo", ratios.map(times), ratios.map(() => times(1)));
}

Deno.test("detailTable shows between which ratios the middle half of the rounds lies", () => {
  const [head, , row] = detailTable(workload("ping-100"), [rounds("ping-100", 9, 1, 12.5, 14, 20)]).split("\n");
  const at = cells(head).indexOf("quartiles");
  assertEquals(cells(row).slice(at - 1, at + 1), ["12.5", "9.0–14.0"]);
});

Deno.test("ratioTable shows the quartiles of what is judged: of a ratio, and of what ours takes above the floor", () => {
  const table = ratios(["ping-100", "idle"], [
    rounds("ping-100", 0.7, 0.8, 0.85, 0.9, 1),
    rounds("idle", 1.1, 0.9, 1.2, 1.1, 1),
  ]);
  const [, , cpu, memory] = table.split("\n");
  assertEquals(cells(cpu).at(-1), "0.85, 0.80–0.90 (0.9) ✗");
  assertEquals(cells(memory).at(-1), "1.10, ours −1.0, −1.0–0.0 (+2)");
});

Deno.test("ratioTable says where a server is missing", () => {
  const table = ratios(["ping-100"], [beside("ping-100", "sockeye", {})], new Map([["bun", "no npm"]]));
  assertEquals(cells(table.split("\n")[2]).slice(2), ["–", "missing", "–"]);
});

Deno.test("doubts are none when servers fill their core, the load does not, and nobody starves", () => {
  assertEquals(doubts(workload("ping-100"), [summarize("ping-100", "ws", [result()], [])]), []);
});

for (
  const [name, numbers, words] of [
    ["ping-100", { steal: 0.07 }, "other machines took 7–7 %"],
    ["ping-100", { loadCores: 0.95 }, "the load generator was at its own limit with ws"],
    ["ping-100", { serverCores: 0.5 }, "not at its limit, or short of its core: ws"],
    ["ping-100", { connMin: 1 }, "ws starved a connection: it got 1 messages, another 100"],
    ["deflate-echo", { replyBytes: 245.2 }, "bytes of a reply: ws 245"],
  ] as const
) {
  Deno.test(`doubts says under ${name}: ${words}`, () => {
    const [doubt] = doubts(workload(name), [summarize(name, "ws", [result(numbers)], [])]);
    assertStringIncludes(doubt ?? "", words);
  });
}

Deno.test("doubts expects no full core of one connection, nor of silent ones", () => {
  for (const name of ["ping-1", "idle"]) {
    assertEquals(doubts(workload(name), [summarize(name, "ws", [result({ serverCores: 0.3 })], [])]), []);
  }
});

Deno.test("every table has cells of one width in each column", () => {
  const lines = detailTable(workload("ping-100"), [beside("ping-100", "deno-upgrade", { rate: 1e6 })]).split("\n");
  assert(lines.every(({ length }) => length === lines[0]?.length), lines.join("\n"));
});
