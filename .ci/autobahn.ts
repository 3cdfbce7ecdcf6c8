/**
 * Judges what the Autobahn test suite found: each case must be OK, or one that only informs.
 *
 * `deno run --allow-read .ci/autobahn.ts reports/index.json` prints the cases that are neither, and exits with 1 where
 * there are some, or where no case ran at all.
 *
 * @module
 */

/** The part of the suite's index that is read: cases by agent, then by number. */
export type AutobahnIndex = Readonly<Record<string, Readonly<Record<string, AutobahnCase>>>>;

/** How one case came out. */
export interface AutobahnCase {
  readonly behavior: string;
  readonly behaviorClose: string;
}

const GOOD: ReadonlySet<string> = new Set(["OK", "INFORMATIONAL"]);

/** How many cases there are, and a line for each that is not as it should be. */
export function judge(index: AutobahnIndex): { readonly cases: number; readonly faults: readonly string[] } {
  const all = Object.entries(index).flatMap(([agent, cases]) =>
    Object.entries(cases).map(([number, { behavior, behaviorClose }]) => ({ agent, number, behavior, behaviorClose }))
  );
  const faults = all.filter(({ behavior, behaviorClose }) => !GOOD.has(behavior) || !GOOD.has(behaviorClose))
    .map(({ agent, number, behavior, behaviorClose }) => `${agent} ${number}: ${behavior}, close ${behaviorClose}`);
  return { cases: all.length, faults };
}

if (import.meta.main) {
  const [path] = Deno.args;
  if (path === undefined) {
    console.error("usage: deno run --allow-read .ci/autobahn.ts reports/index.json");
    Deno.exit(2);
  }
  const { cases, faults } = judge(JSON.parse(await Deno.readTextFile(path)));
  for (const fault of faults) console.log(fault);
  console.log(`${cases} cases, ${faults.length} not as they should be`);
  Deno.exit(cases === 0 || faults.length > 0 ? 1 : 0);
}
