/** Who is below the bar, and what is said of it. @module */
import { assertEquals } from "@std/assert";
import type { Bar } from "./bars.ts";
import { beside, result } from "./fixture.ts";
import { summarize } from "./summary.ts";
import { judge, shortfalls, starved } from "./verdict.ts";

const bar = (measure: Bar["measure"], workload: string, peers: Bar["peers"]): Bar => ({
  title: "",
  workloads: [workload],
  measure,
  peers,
});

Deno.test("judge meets a bar of CPU and of p99 from the bar on, not below", () => {
  const summaries = [
    beside("ping-100", "ws", { serverUs: 12, p99Us: 1999 }),
    beside("ping-100", "bun", { serverUs: 6 }),
  ];
  const bars = [bar("cpu", "ping-100", { ws: 1.2, bun: 0.7 }), bar("p99", "ping-100", { ws: 1 })];
  assertEquals(judge(summaries, bars).map(({ server, measure, isMet }) => [server, measure, isMet]), [
    ["ws", "cpu", true],
    ["bun", "cpu", false],
    ["ws", "p99", false],
  ]);
});

Deno.test("judge meets the bar of memory while ours is at most so much above the peer", () => {
  const verdict = (own: number) =>
    judge(
      [beside("idle", "byte-echo", { connectionKiB: 7 }, { connectionKiB: own })],
      [bar("memory", "idle", { "byte-echo": 2 })],
    ).map(({ value, isMet }) => [value, isMet]);
  assertEquals([verdict(5), verdict(9), verdict(9.5)], [[[-2, true]], [[2, true]], [[2.5, false]]]);
});

Deno.test("judge passes on how far the rounds agree, of a ratio and of memory", () => {
  const rounds = [1, 2, 3, 4, 5];
  const ours = rounds.map(() => result({ serverUs: 1, connectionKiB: 1 }));
  const peer = rounds.map((value) => result({ serverUs: value, connectionKiB: value }));
  const verdicts = judge(
    ["ping-100", "idle"].map((name) => summarize(name, "ws", peer, ours)),
    [bar("cpu", "ping-100", { ws: 1.2 }), bar("memory", "idle", { ws: 2 })],
  );
  assertEquals(verdicts.map(({ value, quartiles }) => [value, quartiles]), [[3, [2, 4]], [-2, [-3, -1]]]);
});

Deno.test("judge says nothing of what was not measured, or without ours", () => {
  const alone = summarize("ping-100", "ws", [result()], []);
  assertEquals(judge([alone], [bar("cpu", "ping-100", { ws: 1.2, bun: 0.7 })]), []);
});

Deno.test("starved names a server one of whose connections got less than a tenth of another, in any round", () => {
  const rounds = [result({ connMin: 90, connMax: 100 }), result({ connMin: 9, connMax: 100 })];
  assertEquals(starved([summarize("fan-500", "ws", rounds, [])]), [{
    workload: "fan-500",
    server: "ws",
    least: 9,
    most: 100,
  }]);
});

Deno.test("starved judges a round from 20 messages of the busiest connection on", () => {
  const short = summarize("ping-2000", "byte-echo", [result({ connMin: 1, connMax: 20 })], []);
  assertEquals(starved([short]).map(({ least, most }) => [least, most]), [[1, 20]]);
});

Deno.test("starved leaves alone a tenth exactly, counts that are too small, and what has no counts", () => {
  const counted = (connMin: number, connMax: number) => summarize("1m-view", "ws", [result({ connMin, connMax })], []);
  assertEquals(starved([counted(10, 100), counted(0, 19), counted(0, 0)]), []);
});

Deno.test("shortfalls are ours: below the bar, or a starved connection", () => {
  const bars = [
    bar("cpu", "ping-100", { ws: 1.2 }),
    bar("p99", "ping-100", { ws: 1 }),
    bar("memory", "idle", { "byte-echo": 2 }),
  ];
  const summaries = [
    beside("ping-100", "ws", { serverUs: 11, p99Us: 1000 }),
    beside("idle", "byte-echo", { connectionKiB: 7 }, { connectionKiB: 16.62 }),
  ];
  const starvations = ["sockeye", "ws"].map((server) => ({ workload: "fan-500", server, least: 0, most: 21 }));
  assertEquals(shortfalls(judge(summaries, bars), starvations), [
    "ping-100 beside ws: 1.10 (at least 1.2)",
    "ping-100 beside ws: p99 0.50 (at least 1)",
    "idle: 9.6 KiB a connection above byte-echo (at most 2)",
    "fan-500: one connection got 0 messages, another 21",
  ]);
});

Deno.test("shortfalls tell the quartiles where there were several rounds", () => {
  const ours = [1, 1, 1].map((each) => result({ serverUs: each, connectionKiB: 9 }));
  const peer = [0.5, 0.7, 1].map((each) => result({ serverUs: each, connectionKiB: each }));
  const summaries = ["ping-100", "idle"].map((name) => summarize(name, "ws", peer, ours));
  const bars = [bar("cpu", "ping-100", { ws: 1.2 }), bar("memory", "idle", { ws: 2 })];
  assertEquals(shortfalls(judge(summaries, bars), []), [
    "ping-100 beside ws: 0.70 (at least 1.2, quartiles 0.60–0.85)",
    "idle: 8.3 KiB a connection above ws (at most 2, quartiles 8.2–8.4)",
  ]);
});
