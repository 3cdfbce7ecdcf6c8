/** A few seconds of fuzzing in every test run: `SOCKEYE_FUZZ_SEED` and `SOCKEYE_FUZZ_SECONDS` set seed and length. @module */
import { assertEquals, assertGreater, assertNotEquals, assertStringIncludes, assertThrows, fail } from "@std/assert";
import { readCorpus } from "./corpus.ts";
import { describeFinding, Fuzzer } from "./fuzzer.ts";
import { mutate } from "./mutate.ts";
import { Random } from "./random.ts";
import { fuzzSeconds, fuzzSeed } from "./settings.ts";
import { FUZZ_TARGETS, type FuzzTarget } from "./targets.ts";

const RUNS_PER_STEP = 100;
const seed = fuzzSeed(undefined);
const secondsEach = fuzzSeconds(undefined, 9) / FUZZ_TARGETS.length;

for (const target of FUZZ_TARGETS) {
  Deno.test(`fuzzing ${target.name} finds nothing (SOCKEYE_FUZZ_SEED=${seed})`, () => {
    const fuzzer = new Fuzzer(target, readCorpus(target.name), seed);
    const end = performance.now() + secondsEach * 1000;
    do {
      const finding = fuzzer.step(RUNS_PER_STEP);
      if (finding !== undefined) fail(describeFinding(finding));
    } while (performance.now() < end);
    // Fewer would mean that nothing but the corpus was tried, or that all of it is refused in one way.
    assertGreater(fuzzer.behaviours, 3);
  });
}

/** A target with a bug that only a changed input shows. */
const BUGGY: FuzzTarget = {
  name: "buggy",
  run(bytes) {
    if (bytes.includes(0xff)) throw new RangeError("0xff is in it");
    return bytes.length > 3 ? "long" : "short";
  },
};

Deno.test("Fuzzer finds a bug, shortens the input, and finds the same again with the same seed", () => {
  const find = () => new Fuzzer(BUGGY, [Uint8Array.of(1, 2, 3, 4, 5)], 7).step(100_000);
  const finding = find();
  assertEquals([finding?.input.toHex(), finding?.target], ["ff", "buggy"]);
  assertEquals([find()?.run, find()?.input.toHex()], [finding?.run, "ff"]);
  assertStringIncludes(describeFinding(finding!), "corpus/buggy-");
});

Deno.test("Random is the same for the same seed, and spreads over its range", () => {
  const numbers = (of: number) => {
    const random = new Random(of);
    return Array.from({ length: 1000 }, () => random.below(10));
  };
  assertEquals(numbers(42), numbers(42));
  assertNotEquals(numbers(42), numbers(43));
  assertEquals([...new Set(numbers(1))].sort(), [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
});

Deno.test("mutate changes a copy, also of nothing", () => {
  const random = new Random(1);
  const bytes = Uint8Array.of(1, 2, 3);
  const seen = new Set(Array.from({ length: 200 }, () => mutate(bytes, random, [bytes]).toHex()));
  assertGreater(seen.size, 100);
  assertEquals(bytes.toHex(), "010203");
  for (let i = 0; i < 200; i++) mutate(new Uint8Array(), random, [new Uint8Array()]);
});

Deno.test("readCorpus says what is missing", () => {
  assertThrows(() => readCorpus("nothing"), Error, "no nothing-*.hex");
});
