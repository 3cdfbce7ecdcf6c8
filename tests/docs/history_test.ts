/** What docs/HISTORY.md says is so: its examples run, and its words are those of the server. @module */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { SQLITE_HISTORY_DEFAULTS } from "../../lib/backplane/mod.ts";
import denoConfig from "../../deno.json" with { type: "json" };
import { HistoryFolder } from "../backplane/support/history_folder.ts";
import { PROJECT } from "../support/server_process.ts";
import { codeBlocks } from "./code_blocks.ts";

const TEXT = await Deno.readTextFile(`${PROJECT}docs/HISTORY.md`);
const BLOCKS = codeBlocks(TEXT);

async function run(code: string, folder: string): Promise<void> {
  const script = `${folder}/example.ts`;
  await Deno.writeTextFile(script, code);
  const { success, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "--no-prompt", "--no-check", "--quiet", "--allow-read=.", "--allow-write=.", script],
    cwd: folder,
  }).output();
  assert(success, new TextDecoder().decode(stderr));
}

Deno.test("the examples make a copy of an open history, and one that may be put back", async () => {
  const [copy, renew] = BLOCKS.filter(({ language }) => language === "ts").map(({ code }) => code);
  using here = new HistoryFolder();
  const history = here.open();
  history.append("a", "1");
  const since = history.position();
  await run(copy!.replace(".sockeye", here.path), here.root);
  history.append("a", "2");
  await run(renew!, here.root);
  await Deno.mkdir(`${here.root}/again`);
  await Deno.rename(`${here.root}/history-copy.db`, `${here.root}/again/history.db`);
  const again = here.open({ folder: `${here.root}/again` });
  assertEquals(again.payloads("a"), ["1"]);
  assertEquals(again.isRecovered("a", since), false);
});

Deno.test("the commands name tasks and flags that are there", () => {
  const [task, flags] = BLOCKS.filter(({ language }) => language === "sh").map(({ code }) => code);
  assert(Object.hasOwn(denoConfig.tasks, /deno task ([\w:]+)/.exec(task!)![1]!));
  assertStringIncludes(denoConfig.tasks["start:deploys"].command, "--data-dir=.sockeye");
  assertStringIncludes(flags!, "--allow-write=.sockeye");
});

Deno.test("the figures are those of the defaults", () => {
  const { maxReplayBytes, maxWaiting, maxWaitingBytes } = SQLITE_HISTORY_DEFAULTS;
  assertStringIncludes(TEXT, `${maxWaiting.toLocaleString("en")} publications and reads may wait`);
  assertStringIncludes(TEXT, `and ${maxWaitingBytes / 2 ** 20} MiB; beyond that`);
  assertStringIncludes(TEXT, `A replay of more than ${maxReplayBytes / 2 ** 20} MiB`);
});

Deno.test("what a server says that does not start stands in its sources", async () => {
  const sources = await Promise.all(
    ["history_file", "history_schema"].map((name) => Deno.readTextFile(`${PROJECT}lib/backplane/${name}.ts`)),
  );
  const known = sources.join().replaceAll(/\$\{[^}]*\}/g, "…");
  const listed = TEXT.slice(TEXT.indexOf("## When it does not start")).matchAll(/^\| (.*?) +\| /gm);
  const said = [...listed].map(([, words = ""]) => words).filter((words) => /…/.test(words));
  assertEquals(said.length, 5);
  for (const words of said) {
    for (const part of words.replaceAll(/\b[12]\b/g, "…").split("…")) assertStringIncludes(known, part.trim(), words);
  }
});
