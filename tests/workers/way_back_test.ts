import { assertEquals } from "@std/assert";
import { type Step, wayBack } from "../../lib/workers/way_back.ts";
import type { DeploymentState } from "../../lib/deploy/mod.ts";

/** `one active, two canary 0.1`. */
function list(text: string) {
  return text.split(", ").map((words) => {
    const [name = "", state, share] = words.split(" ");
    return { name, state: state as DeploymentState, ...(share === undefined ? {} : { share: Number(share) }) };
  });
}

function words(steps: readonly Step[]): readonly string[] {
  return steps.map(({ path, order: { name, share } }) =>
    [path, ...(name === undefined ? [] : [name]), ...(share === undefined ? [] : [share])].join(" ")
  );
}

const CASES: ReadonlyArray<readonly [what: string, before: string, now: string, steps: readonly string[]]> = [
  ["nothing has changed", "one active, two candidate", "one active, two failed", []],
  ["an activation", "one active, two candidate", "two active, one kept", ["/rollback one"]],
  ["a canary that was none", "one active, two candidate", "one active, two canary 0.1", ["/rollback"]],
  ["another share of a canary", "one active, two canary 0.1", "one active, two canary 0.5", [
    "/deployments/two/activate 0.1",
  ]],
  ["a promotion", "one active, two canary 0.1", "two active, one kept", [
    "/rollback one",
    "/deployments/two/activate 0.1",
  ]],
  ["a canary that was taken back", "one active, two canary 0.1", "one active, two candidate", [
    "/deployments/two/activate 0.1",
  ]],
  ["a rollback", "two active, one kept", "one active, two kept", ["/rollback two"]],
  ["what was active is no longer kept", "one active, two candidate", "two active, one candidate", [
    "/deployments/one/activate",
  ]],
];

for (const [what, before, now, steps] of CASES) {
  Deno.test(`wayBack from ${what}`, () => assertEquals(words(wayBack(list(before), list(now))), steps));
}
