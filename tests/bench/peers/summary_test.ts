/** The arithmetic of many rounds. @module */
import { assertAlmostEquals, assertEquals } from "@std/assert";
import { result } from "./fixture.ts";
import { median, quartiles, summarize } from "./summary.ts";

Deno.test("median is the middle value, or the mean of the two in the middle", () => {
  assertEquals([median([9, 1, 3]), median([4, 1, 3, 2]), median([7])], [3, 2.5, 7]);
});

Deno.test("quartiles are a quarter of the way from either end, between two values in proportion", () => {
  assertEquals(quartiles([9, 1, 5, 3, 7]), [3, 7]);
  assertEquals(quartiles([4, 1, 2]), [1.5, 3]);
  assertEquals(quartiles([7]), [7, 7]);
});

const round = (rate: number, serverUs: number) => result({ rate, serverUs });

Deno.test("summarize divides by ours of the same round: a round in which the machine was slow changes nothing", () => {
  const ours = [round(100, 10), round(50, 20), round(100, 10)];
  const peer = [round(50, 20), round(25, 40), round(50, 20)];
  const { ratios, rateRatio, median } = summarize("ping-100", "ws", peer, ours);
  assertEquals([ratios.cpu?.median, rateRatio?.median, median.serverUs], [2, 0.5, 20]);
  assertEquals([ratios.cpu?.quartiles, rateRatio?.quartiles], [[2, 2], [0.5, 0.5]]);
});

Deno.test("summarize has no ratio when ours was not measured, nor where there is nothing to divide", () => {
  const { ratios, rateRatio, memoryExcessKiB } = summarize("ping-100", "ws", [result()], []);
  assertEquals([ratios.cpu, ratios.p99, rateRatio, memoryExcessKiB], [undefined, undefined, undefined, undefined]);
  assertEquals(summarize("ping-100", "ws", [result()], [result()]).ratios.memory, undefined);
});

Deno.test("summarize takes memory above the peer from each round, not from the medians", () => {
  const kib = (connectionKiB: number) => result({ connectionKiB });
  const { memoryExcessKiB, ratios } = summarize("idle", "byte-echo", [kib(6), kib(9), kib(7)], [
    kib(7),
    kib(9.5),
    kib(10),
  ]);
  assertAlmostEquals(memoryExcessKiB?.median ?? NaN, 1);
  assertAlmostEquals(ratios.memory?.median ?? NaN, 6 / 7);
});

Deno.test("summarize tells how far the rounds agree: the quartiles of the ratios within each", () => {
  const ours = [10, 20, 10, 10, 10].map((p99Us) => result({ p99Us }));
  const peer = [10, 40, 30, 40, 50].map((p99Us) => result({ p99Us }));
  assertEquals(summarize("ping-500", "ws", peer, ours).ratios.p99, { median: 3, quartiles: [2, 4] });
});

Deno.test("summarize has no quartiles of one round: it says nothing of others", () => {
  const { ratios, rateRatio } = summarize("ping-100", "ws", [round(50, 20)], [round(100, 10)]);
  assertEquals([ratios.cpu, rateRatio], [{ median: 2, quartiles: undefined }, { median: 0.5, quartiles: undefined }]);
});
