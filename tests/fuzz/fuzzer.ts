/**
 * Seeded mutation fuzzing over a corpus: the same seed makes the same inputs.
 *
 * @module
 */
import { mutate } from "./mutate.ts";
import { Random } from "./random.ts";
import type { FuzzTarget } from "./targets.ts";

/** An input after which something did not hold. */
export interface Finding {
  readonly target: string;
  readonly seed: number;
  readonly run: number;
  /** Shortened as far as it still fails. */
  readonly input: Uint8Array;
  readonly error: unknown;
}

/** So many inputs are kept for each target beside its corpus. */
const MAX_KEPT = 500;

/** Fuzzes one target. */
export class Fuzzer {
  readonly #target: FuzzTarget;
  readonly #seed: number;
  readonly #random: Random;
  readonly #inputs: Uint8Array[];
  readonly #behaviours = new Set<string>();
  #runs = 0;

  constructor(target: FuzzTarget, corpus: readonly Uint8Array[], seed: number) {
    this.#target = target;
    this.#seed = seed;
    this.#random = new Random(seed);
    this.#inputs = [...corpus];
  }

  /** Inputs tried so far. */
  get runs(): number {
    return this.#runs;
  }

  /** Different behaviours seen so far. */
  get behaviours(): number {
    return this.#behaviours.size;
  }

  /** Tries so many inputs; the corpus as it is comes first. Stops at a finding. */
  step(count: number): Finding | undefined {
    for (let left = count; left > 0; left--) {
      const at = this.#runs++;
      const input = this.#inputs[at] ?? mutate(this.#random.pick(this.#inputs), this.#random, this.#inputs);
      const chance = this.#random.below(2 ** 31);
      const error = this.#fails(input, chance);
      if (error === undefined) continue;
      const { target, seed } = { target: this.#target.name, seed: this.#seed };
      return { target, seed, run: at, input: this.#shorten(input, chance), error: error.thrown };
    }
    return undefined;
  }

  #fails(input: Uint8Array, chance: number): { readonly thrown: unknown } | undefined {
    try {
      const behaviour = this.#target.run(input, new Random(chance));
      const isNew = !this.#behaviours.has(behaviour);
      this.#behaviours.add(behaviour);
      if (isNew && this.#behaviours.size <= MAX_KEPT) this.#inputs.push(input);
      return undefined;
    } catch (thrown) {
      return { thrown };
    }
  }

  /** Leaves bytes off as long as it still fails. */
  #shorten(input: Uint8Array, chance: number): Uint8Array {
    let shortest = input;
    for (let size = input.length >> 1; size > 0; size >>= 1) {
      for (let at = 0; at + size <= shortest.length;) {
        const shorter = Uint8Array.from([...shortest.subarray(0, at), ...shortest.subarray(at + size)]);
        if (this.#fails(shorter, chance) === undefined) at += size;
        else shortest = shorter;
      }
    }
    return shortest;
  }
}

/** What to do about a finding, for people. */
export function describeFinding({ target, seed, run, input, error }: Finding): string {
  return [
    `${target}: run ${run} of seed ${seed} found an input after which something does not hold:`,
    input.toHex(),
    `Keep it as tests/fuzz/corpus/${target}-<what it shows>.hex, write the test that shows it, then mend the code.`,
    error instanceof Error ? error.stack ?? error.message : String(error),
  ].join("\n");
}
