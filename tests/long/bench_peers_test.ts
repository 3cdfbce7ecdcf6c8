/** One short run of the whole comparison, and what its command line answers. @module */
import { assert, assertEquals, assertGreater, assertStringIncludes } from "@std/assert";

const SCRIPT = new URL("../bench/peers.ts", import.meta.url).pathname;

async function runPeers(...args: readonly string[]) {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--no-prompt", SCRIPT, ...args],
    env: { NO_COLOR: "1" },
  }).output();
  const [out = "", complaints = ""] = [stdout, stderr].map((bytes) => new TextDecoder().decode(bytes));
  return { code, out, complaints };
}

Deno.test("bench:peers --help tells what there is, and ends with 0", async () => {
  const { code, out } = await runPeers("--help");
  assertEquals(code, 0);
  assertStringIncludes(out, "--strict");
});

Deno.test("bench:peers ends with 2 for a wrong command line, and measures nothing", async () => {
  const { code, out, complaints } = await runPeers("--only=nginx");
  assertEquals([code, out], [2, ""]);
  assertStringIncludes(complaints, 'bench:peers: --only does not know "nginx"');
});

const canRun = Deno.build.os === "linux" &&
  await new Deno.Command("cc", { args: ["--version"], stdout: "null", stderr: "null" }).output()
    .then(({ success }) => success, () => false);

Deno.test({
  name: "bench:peers starts servers, measures and judges them, writes the result and the chart, and ends them" +
    (canRun ? "" : " (skipped: needs Linux and a C compiler; Debian: apt-get install gcc libc6-dev)"),
  ignore: !canRun,
  async fn() {
    const folder = await Deno.makeTempDir();
    try {
      const { code, out, complaints } = await runPeers(
        ...["sockeye", "byte-echo", "ping-100", "fan-500"].map((name) => `--only=${name}`),
        ...["--rounds=1", "--seconds=0.5", `--json=${folder}/result.json`, `--svg=${folder}/chart.svg`],
      );
      assertEquals(code, 0, complaints + out);
      assertStringIncludes(out, "| byte-echo ");
      assertStringIncludes(out, "| fan-500, server CPU per message ");
      assertStringIncludes(out, "below the bar");
      const { summaries, pids, verdicts } = JSON.parse(await Deno.readTextFile(`${folder}/result.json`));
      assertEquals(
        summaries.map(({ workload, server }: Record<"workload" | "server", string>) => `${workload} ${server}`),
        ["ping-100 sockeye", "ping-100 byte-echo", "fan-500 sockeye"],
      );
      for (const { median: { rate } } of summaries) assertGreater(rate, 0);
      assertEquals(verdicts.length, 1);
      assertEquals(pids.length, 3);
      for (const pid of pids) assertEquals(await isRunning(pid), false, `process ${pid} still runs`);
      assert((await Deno.readTextFile(`${folder}/chart.svg`)).startsWith("<svg"));
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  },
});

async function isRunning(pid: number): Promise<boolean> {
  try {
    await Deno.stat(`/proc/${pid}`);
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}
