/** A server that is killed while it stores publications has all of them that it had answered. @module */
import { assert, assertEquals, assertGreater } from "@std/assert";
import { HistoryFolder } from "../backplane/support/history_folder.ts";
import { PROJECT } from "../support/server_process.ts";

const RULE = "{ limit: 1_000_000, ttlMs: 3_600_000 }";

/** Stores without end, and prints each publication that was answered: `payload offset`. */
const WRITER = `
import { SqliteHistory } from "./lib/backplane/mod.ts";
import { systemClock } from "./lib/gateway/clock.ts";
const rule = ${RULE};
const history = await SqliteHistory.open({ folder: Deno.args[0], clock: systemClock, warn: console.error });
const { position } = await history.read("a", rule, {});
console.log("epoch", position.epoch);
for (let at = 0;; at++) {
  const batch = Array.from({ length: 20 }, (_, one) => Deno.args[1] + "-" + at + "-" + one);
  const offsets = await Promise.all(batch.map((payload) => history.append("a", rule, { payload, from: "" })));
  console.log(batch.map((payload, one) => payload + " " + offsets[one]).join("\\n"));
}`;

/** Runs until it has printed so many lines, is killed there, and says what it had printed. */
async function killedAfter(lines: number, folder: string, name: string): Promise<readonly string[]> {
  const script = `${folder}-${name}.ts`;
  await Deno.writeTextFile(script, WRITER.replaceAll('"./lib/', `"${PROJECT}lib/`));
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "--no-prompt", "--no-check", "--allow-read", `--allow-write=${folder}`, script, folder, name],
    cwd: PROJECT,
    stdout: "piped",
  }).spawn();
  let text = "";
  for await (const part of child.stdout.pipeThrough(new TextDecoderStream())) {
    text += part;
    if (text.split("\n").length > lines) break;
  }
  child.kill("SIGKILL");
  assertEquals((await child.status).signal, "SIGKILL");
  // A last line may be cut off.
  return text.split("\n").slice(0, -1);
}

Deno.test("a server that was killed while it stored has everything that it had answered, and goes on in its epoch", async () => {
  using here = new HistoryFolder();
  const answered: string[] = [];
  const epochs: string[] = [];
  for (const [name, lines] of [["one", 3_000], ["two", 500], ["three", 2]] as const) {
    const [first = "", ...rest] = await killedAfter(lines, here.path, name);
    epochs.push(first);
    answered.push(...rest);
  }
  assertEquals(new Set(epochs).size, 1);
  const offsets = answered.map((line) => Number(line.split(" ")[1]));
  assertGreater(answered.length, 3_500);
  assert(offsets.every((offset, at) => at === 0 || offset > offsets[at - 1]!), "offsets grow");

  const history = here.open({ maxBytes: 1e9, maxReplayBytes: 1e9 }, Date.now());
  assertEquals(history.notes, []);
  const replay = history.read("a", { since: { epoch: epochs[0]!.split(" ")[1]!, offset: 0 } });
  assert(replay.isRecovered);
  const stored = new Map(replay.envelopes.map(({ payload, offset }) => [payload, offset]));
  assertEquals(stored.size, replay.envelopes.length);
  for (const line of answered) {
    const [payload, offset] = line.split(" ");
    assertEquals(stored.get(payload!), Number(offset), line);
  }
});
