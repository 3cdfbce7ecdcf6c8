import { assertEquals } from "@std/assert";
import { judgeRuntimes, type RuntimeFigures } from "./runtime_verdict.ts";

function figures(rate: number, p50Us: number): RuntimeFigures {
  return { alone: { rate: 1, p50Us }, pingPong: { rate: 1, p50Us: 1 }, pipelined: { rate, p50Us: 1 } };
}

Deno.test("judgeRuntimes compares the pipelined rate with that of ws, and the round trip with that of inline code", () => {
  const verdicts = judgeRuntimes(
    new Map([
      ["ws", figures(100, 1)],
      ["inline", figures(900, 40)],
      ["worker", figures(500, 100)],
      ["process", figures(299, 341)],
    ]),
  );
  assertEquals(verdicts.map(({ figure, isMet }) => [figure, isMet]), [
    ["5.0", true],
    ["60 µs", true],
    ["3.0", false],
    ["301 µs", false],
  ]);
});
