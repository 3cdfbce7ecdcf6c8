/**
 * Compares two results of `deno bench --json` as ratios, each divided by its own calibrating loop.
 *
 * `deno run --allow-read tests/bench/compare.ts BASE.json HEAD.json [--limit 1.5]` prints a Markdown table and exits
 * with 1 when a benchmark takes more than `limit` times as long as before.
 *
 * @module
 */

/** The part of `deno bench --json` that is read. */
export interface BenchOutput {
  readonly benches: ReadonlyArray<{
    readonly name: string;
    readonly group?: string | null;
    readonly results: ReadonlyArray<{ readonly ok?: { readonly p75: number } }>;
  }>;
}

/** One benchmark in both results; times in calibrating loops, and how many times as long the second takes. */
export interface Comparison {
  readonly name: string;
  readonly base: number | undefined;
  readonly head: number | undefined;
  readonly ratio: number | undefined;
}

/**
 * Every benchmark of either result, by name. One that is new or gone has no ratio.
 *
 * @throws {Error} when a result holds no calibration.
 */
export function compare(base: BenchOutput, head: BenchOutput): readonly Comparison[] {
  const [before, after] = [calibrated(base), calibrated(head)];
  return [...new Set([...before.keys(), ...after.keys()])].sort().map((name) => {
    const [old, now] = [before.get(name), after.get(name)];
    return { name, base: old, head: now, ratio: old === undefined || now === undefined ? undefined : now / old };
  });
}

/** The comparisons as a Markdown table. */
export function table(comparisons: readonly Comparison[]): string {
  const shown = (value: number | undefined): string => value === undefined ? "–" : value.toPrecision(3);
  const rows = comparisons.map(({ name, base, head, ratio }) =>
    `| ${name.replaceAll("|", "\\|")} | ${shown(base)} | ${shown(head)} | ${shown(ratio)} |`
  );
  return ["| benchmark | base | head | head ÷ base |", "|---|---|---|---|", ...rows].join("\n");
}

const CALIBRATION = "calibration";

/** 75th percentile of each benchmark, in calibrating loops. */
function calibrated({ benches }: BenchOutput): ReadonlyMap<string, number> {
  const times = new Map<string, number>();
  for (const { name, group, results } of benches) {
    const p75 = results[0]?.ok?.p75;
    if (p75 !== undefined) times.set(group ? `${group}: ${name}` : name, p75);
  }
  const unit = times.get(CALIBRATION);
  if (unit === undefined) {
    throw new Error(`the result has no "${CALIBRATION}"; run tests/bench/calibration_bench.ts with the others`);
  }
  times.delete(CALIBRATION);
  return new Map([...times].map(([name, time]) => [name, time / unit]));
}

function main(args: readonly string[]): number {
  const at = args.indexOf("--limit");
  const limit = at < 0 ? 1.5 : Number(args[at + 1]);
  const [base, head] = at < 0 ? args : args.toSpliced(at, 2);
  if (base === undefined || head === undefined || !(limit > 0)) {
    console.error("usage: compare.ts BASE.json HEAD.json [--limit 1.5]");
    return 2;
  }
  const read = (path: string): BenchOutput => JSON.parse(Deno.readTextFileSync(path));
  const comparisons = compare(read(base), read(head));
  console.log(table(comparisons));
  const slower = comparisons.filter(({ ratio }) => ratio !== undefined && ratio > limit);
  for (const { name, ratio } of slower) console.error(`${name} takes ${ratio?.toFixed(2)} times as long as before`);
  return slower.length > 0 ? 1 : 0;
}

if (import.meta.main) Deno.exit(main(Deno.args));
