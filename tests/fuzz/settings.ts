/**
 * How long and with which seed to fuzz: from a flag, else the environment, else by default.
 *
 * @module
 */

/** `SOCKEYE_FUZZ_SECONDS`: how long to fuzz, in seconds. */
export function fuzzSeconds(flag: string | undefined, byDefault: number): number {
  return numberOf("--seconds or SOCKEYE_FUZZ_SECONDS", flag ?? Deno.env.get("SOCKEYE_FUZZ_SECONDS")) ?? byDefault;
}

/** `SOCKEYE_FUZZ_SEED`: an integer; without one, the time of day makes it. */
export function fuzzSeed(flag: string | undefined): number {
  return numberOf("--seed or SOCKEYE_FUZZ_SEED", flag ?? Deno.env.get("SOCKEYE_FUZZ_SEED")) ?? Date.now() % 2 ** 31;
}

function numberOf(name: string, value: string | undefined): number | undefined {
  if (value === undefined || value === "") return undefined;
  if (!/^\d+$/.test(value)) throw new TypeError(`${name} is a whole number of 0 or more; got ${JSON.stringify(value)}`);
  return Number(value);
}
