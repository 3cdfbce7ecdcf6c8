/** The counts with which `.ci/run` ends are those of the runs. @module */
import { assertEquals } from "@std/assert";
import { closingLine, countsOf, total } from "../../.ci/counts.ts";

Deno.test("countsOf reads deno's closing line, steps and filters aside", () => {
  assertEquals(countsOf("x ... ok (1ms)\n\nok | 12 passed (3 steps) | 0 failed | 2 ignored (1 step) (1s)\n"), {
    passed: 12,
    failed: 0,
    skipped: 2,
  });
  assertEquals(countsOf("FAILED | 1 passed | 4 failed (3s)\n\nerror: Test failed"), {
    passed: 1,
    failed: 4,
    skipped: 0,
  });
});

Deno.test("countsOf sees through terminal colours", () => {
  const log = "\x1b[0m\x1b[32mok\x1b[0m | 12 passed | 0 failed \x1b[38;5;245m(1s)\x1b[0m\n";
  assertEquals(countsOf(log), { passed: 12, failed: 0, skipped: 0 });
});

Deno.test("countsOf takes the last closing line, for a test may print one of its own", () => {
  assertEquals(countsOf("ok | 1 passed | 0 failed (1s)\nFAILED | 7 passed | 2 failed (1s)\n")?.passed, 7);
});

Deno.test("countsOf adds up the runs of a task that is made of others, and none of them may break off", () => {
  const quick =
    "Task test deno task test:quick && deno task test:servers\nTask test:quick X=4 deno test -A\nok | 5 passed | 0 failed (1s)\n";
  const rest =
    "Task test:servers deno test -A\nok | 1 passed | 0 failed (1s)\nok | 2 passed | 1 failed | 3 ignored (1s)\n";
  assertEquals(countsOf(quick + rest), { passed: 7, failed: 1, skipped: 3 });
  assertEquals(countsOf(`${quick}Task test:servers deno test -A\nKilled\n`), undefined);
});

Deno.test("countsOf knows a run that broke off", () => {
  assertEquals(countsOf("error: Type checking failed."), undefined);
  assertEquals(total([undefined, { passed: 2, failed: 0, skipped: 0 }]), { passed: 2, failed: 1, skipped: 0 });
});

Deno.test("closingLine names what was skipped only where something was", () => {
  assertEquals(closingLine({ passed: 3, failed: 0, skipped: 0 }), "3 passed, 0 failed");
  assertEquals(closingLine({ passed: 3, failed: 1, skipped: 2 }), "3 passed, 1 failed, 2 skipped");
});

async function run(args: readonly string[]): Promise<readonly [code: number, stdout: string]> {
  const script = new URL("../../.ci/counts.ts", import.meta.url).href;
  const { code, stdout } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "--no-prompt", "--allow-read", script, ...args],
    env: { NO_COLOR: "1" },
  }).output();
  return [code, new TextDecoder().decode(stdout)];
}

Deno.test("counts.ts adds up its logs and exits with 1 when anything failed or nothing ran", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const [good, broken] = [`${folder}/good.log`, `${folder}/broken.log`];
    await Deno.writeTextFile(good, "ok | 5 passed | 0 failed (1s)\n");
    await Deno.writeTextFile(broken, "Killed\n");
    assertEquals(await run([good, good]), [0, "10 passed, 0 failed\n"]);
    assertEquals(await run(["--failed", "1", good]), [1, "5 passed, 1 failed\n"]);
    assertEquals(await run([good, broken]), [1, "5 passed, 1 failed\n"]);
    assertEquals(await run([]), [1, "0 passed, 0 failed\n"]);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
