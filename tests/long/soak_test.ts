/** A soak of seconds, so that the one of ten minutes works when it is wanted. @module */
import { assert, assertEquals, assertGreater, assertMatch, assertStringIncludes } from "@std/assert";
import { requires } from "../support/requires.ts";
import { PROJECT } from "../support/server_process.ts";

const SMALL = ["--idle", "200", "--busy", "60", "--churn", "10"];
/** Too short to tell anything of memory, on a machine that may be busy. */
const LENIENT = ["--max-slope", "1000000000", "--max-live-slope", "1000000000", "--max-probe-ms", "5000"];

async function soak(...args: readonly string[]): Promise<{ readonly code: number; readonly said: string }> {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["task", "--quiet", "soak", ...args],
    cwd: PROJECT,
    env: { NO_COLOR: "1" },
    stdin: "null",
  }).output();
  return { code, said: new TextDecoder().decode(stderr) + new TextDecoder().decode(stdout) };
}

Deno.test({
  name: "a soak of 20 s with deployments and kills of NATS loses nothing, and writes its report",
  ...requires("nats-server"),
  async fn() {
    const folder = await Deno.makeTempDir({ prefix: "sockeye-soak-" });
    try {
      const disturbed = ["--deploy-every", "5", "--kill-broker-every", "8", "--collect-every", "2"];
      const { code, said } = await soak(
        ...SMALL,
        ...LENIENT,
        ...disturbed,
        "--seconds",
        "20",
        "--report",
        `${folder}/soak`,
      );
      assertEquals(code, 0, said);
      assertStringIncludes(said, await Deno.readTextFile(`${folder}/soak.md`));
      const { isGood, counts, sizes, samples } = JSON.parse(await Deno.readTextFile(`${folder}/soak.json`));
      assert(isGood);
      assertEquals(sizes, { idle: 200, echoes: 47, rooms: 10, polls: 3 });
      assertGreater(counts["deployments"], 1);
      assertGreater(counts["broker kills"], 0);
      for (
        const what of ["echoes", "publications read", "recoveries", "requests by polling", "came, spoke and closed"]
      ) {
        assertGreater(counts[what], 0, what);
      }
      assertEquals(new Set(samples.map(({ version }: { version: number }) => version)), new Set([0, 1, 2]));
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  },
});

Deno.test({
  name: "a soak that has not measured what it is to judge ends with 1, and says so",
  ...requires("redis-server"),
  async fn() {
    const { code, said } = await soak(
      ...SMALL,
      ...LENIENT,
      "--seconds",
      "12",
      "--broker",
      "redis",
      "--collect-every",
      "0",
    );
    assertEquals(code, 1, said);
    assertMatch(said, /# Soak of \d{4}-\d\d-\d\d: FAILED/);
    assertMatch(said, /live heap grows by no more than it may +\| NO +\| too few measurements/);
    assertEquals(said.match(/\| NO /g)?.length, 1, said);
  },
});

Deno.test("deno task soak says which flag is wrong, and lists all with --help", async () => {
  const wrong = await soak("--idle", "-1");
  assertEquals(wrong.code, 2);
  assertStringIncludes(wrong.said, "soak: ");
  const help = await soak("--help");
  assertEquals(help.code, 0);
  assertStringIncludes(help.said, "--kill-broker-every N");
});
