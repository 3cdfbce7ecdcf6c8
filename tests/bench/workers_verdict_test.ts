import { assertEquals } from "@std/assert";
import { median } from "./peers/summary.ts";
import { judgeWorkers } from "./workers_verdict.ts";

Deno.test("judgeWorkers compares the CPU of a message within each round, and the split of the connections", () => {
  const figures = [
    { title: "ping", one: [1, 10, 2], two: [1.1, 11.5, 2.4] },
    { title: "pipe", one: [1, 1, 1], two: [1.16, 1.16, 1.1] },
  ];
  assertEquals(judgeWorkers(figures, [450, 550], median).map(({ figure, isMet }) => [figure, isMet]), [
    ["1.15", true],
    ["1.16", false],
    ["45.0 % and 55.0 %", true],
  ]);
  assertEquals(judgeWorkers([], [399, 601], median).map(({ isMet }) => isMet), [false]);
  assertEquals(judgeWorkers([], [1000], median).map(({ isMet }) => isMet), [false]);
});
