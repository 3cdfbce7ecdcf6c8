/**
 * Adds up what test runs printed, and ends with `N passed, N failed`.
 *
 * `deno run --allow-read .ci/counts.ts [--failed N] LOG…` exits with 1 when anything failed, a log has no closing line
 * (the run broke off), or nothing ran at all. `--failed` adds steps that are no test runs.
 *
 * @module
 */

/** What a run, or several, came to. */
export interface Counts {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
}

/**
 * The counts of one run, from the last closing line of its output; undefined where there is none. A task that is made of
 * others is several runs: each begins with a line that names its command.
 */
export function countsOf(log: string): Counts | undefined {
  // deno-lint-ignore no-control-regex -- terminal colours begin with that character
  const plain = log.replace(/\x1b\[[0-9;]*m/g, "");
  const runs = plain.split(/^(?=Task \S+ .*\bdeno test )/m);
  const counts = (runs.length > 1 ? runs.slice(1) : runs).map(countsOfRun);
  return counts.includes(undefined) ? undefined : total(counts);
}

function countsOfRun(output: string): Counts | undefined {
  const closing = output.match(/^(?:ok|FAILED) \| \d+ passed.*$/gm)?.at(-1);
  if (closing === undefined) return undefined;
  const count = (word: string): number => Number(new RegExp(`\\| (\\d+) ${word}`).exec(closing)?.[1] ?? 0);
  return { passed: count("passed"), failed: count("failed"), skipped: count("ignored") };
}

/** The sum of several runs; a run that broke off counts as one failure. */
export function total(runs: ReadonlyArray<Counts | undefined>): Counts {
  return runs.reduce<Counts>((sum, run = { passed: 0, failed: 1, skipped: 0 }) => ({
    passed: sum.passed + run.passed,
    failed: sum.failed + run.failed,
    skipped: sum.skipped + run.skipped,
  }), { passed: 0, failed: 0, skipped: 0 });
}

/** `12 passed, 0 failed`, and `, 3 skipped` where any were. */
export function closingLine({ passed, failed, skipped }: Counts): string {
  return `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ""}`;
}

function main(args: readonly string[]): number {
  const at = args.indexOf("--failed");
  const failedSteps = at < 0 ? 0 : Number(args[at + 1]);
  if (!Number.isSafeInteger(failedSteps)) throw new RangeError(`--failed takes a whole number, not "${args[at + 1]}"`);
  const logs = at < 0 ? args : args.toSpliced(at, 2);
  const runs = logs.map((path) => countsOf(Deno.readTextFileSync(path)));
  const sum = total([...runs, { passed: 0, failed: failedSteps, skipped: 0 }]);
  console.log(closingLine(sum));
  return sum.failed > 0 || sum.passed === 0 ? 1 : 0;
}

if (import.meta.main) Deno.exit(main(Deno.args));
