/**
 * `deno task fuzz`: fuzzes until it finds something, is stopped, or its time is over.
 *
 *     deno task fuzz [--seconds N] [--seed N]
 *
 * @module
 */
import { parseArgs } from "node:util";
import { readCorpus } from "./corpus.ts";
import { describeFinding, Fuzzer } from "./fuzzer.ts";
import { fuzzSeconds, fuzzSeed } from "./settings.ts";
import { FUZZ_TARGETS } from "./targets.ts";

const REPORT_EVERY_MS = 10_000;
const RUNS_PER_STEP = 200;

function fuzz(seconds: number, seed: number): number {
  const fuzzers = FUZZ_TARGETS.map((target) => ({
    name: target.name,
    fuzzer: new Fuzzer(target, readCorpus(target.name), seed),
  }));
  const report = () => {
    for (const { name, fuzzer } of fuzzers) {
      console.log(`${name}: ${fuzzer.runs} inputs, ${fuzzer.behaviours} behaviours, nothing found`);
    }
  };
  const start = performance.now();
  let reportAt = start + REPORT_EVERY_MS;
  console.log(`seed ${seed} (--seed ${seed} does the same again)`);
  while (performance.now() - start < seconds * 1000) {
    for (const { fuzzer } of fuzzers) {
      const finding = fuzzer.step(RUNS_PER_STEP);
      if (finding === undefined) continue;
      console.error(describeFinding(finding));
      return 1;
    }
    if (performance.now() < reportAt) continue;
    reportAt += REPORT_EVERY_MS;
    report();
  }
  report();
  return 0;
}

if (import.meta.main) {
  const { values } = parseArgs({
    args: Deno.args,
    options: { seconds: { type: "string" }, seed: { type: "string" } },
  });
  Deno.exit(fuzz(fuzzSeconds(values.seconds, Infinity), fuzzSeed(values.seed)));
}
