/** The options of the comparison, its arithmetic, and one short run of the whole. @module */
import { assert, assertEquals, assertGreater, assertStringIncludes, assertThrows } from "@std/assert";
import { readOptions, UsageError } from "./peers.ts";
import { median, summarize, table } from "./peers/summary.ts";
import type { LoadResult } from "./wsload.ts";

Deno.test("readOptions measures every server under every workload when nothing is said", () => {
  const { rounds, seconds, servers, workloads, json } = readOptions([]);
  assertEquals([rounds, seconds, json], [3, 2, undefined]);
  assertEquals(servers.map(({ name }) => name), ["sockeye", "deno-upgrade", "ws", "byte-echo"]);
  assertEquals(workloads.map(({ name }) => name), ["ping", "pipelined", "compressed"]);
});

Deno.test("readOptions takes names of servers and of workloads after --only, any number of them", () => {
  const { servers, workloads } = readOptions(["--only", "ws", "--only=sockeye", "--only", "ping"]);
  assertEquals(servers.map(({ name }) => name), ["sockeye", "ws"]);
  assertEquals(workloads.map(({ name }) => name), ["ping"]);
});

for (
  const [args, words] of [
    [["--only", "nginx"], 'does not know "nginx": use sockeye'],
    [["--rounds", "2.5"], "--rounds takes a number above 0"],
    [["--seconds", "0"], "--seconds takes a number above 0"],
    [["--fast"], "--fast"],
  ] as const
) {
  Deno.test(`readOptions refuses ${args.join(" ")} and says what is allowed`, () => {
    assertStringIncludes(assertThrows(() => readOptions(args), UsageError).message, words);
  });
}

Deno.test("median is the middle value, or the mean of the two in the middle", () => {
  assertEquals([median([9, 1, 3]), median([4, 1, 3, 2])], [3, 2.5]);
});

const round = (rate: number, serverUs: number): LoadResult => ({
  rate,
  serverUs,
  serverCores: 1,
  loadCores: 0.5,
  p50Us: 1000,
  p99Us: 2000,
  connMin: 1,
  connMax: 2,
  serverMiB: 50,
  steal: 0,
  errors: 0,
});

Deno.test("summarize divides by ours of the same round: a round in which the machine was slow changes nothing", () => {
  const ours = [round(100, 10), round(50, 20), round(100, 10)];
  const peer = [round(50, 20), round(25, 40), round(50, 20)];
  const summary = summarize("ping", "ws", peer, ours);
  assertEquals([summary.cpuRatio, summary.rateRatio, summary.median.serverUs], [2, 0.5, 20]);
});

Deno.test("summarize has no ratio when ours was not measured, and the table shows that", () => {
  const summary = summarize("ping", "ws", [round(1234567, 20)], []);
  assertEquals([summary.cpuRatio, summary.rateRatio], [undefined, undefined]);
  const [head, , row] = table([summary]).split("\n");
  assertStringIncludes(head ?? "", "| conn_min | conn_max |");
  assertStringIncludes(row ?? "", "1,234,567");
  assertStringIncludes(row ?? "", "–");
});

const canRun = Deno.build.os === "linux" &&
  await new Deno.Command("cc", { args: ["--version"], stdout: "null", stderr: "null" }).output()
    .then(({ success }) => success, () => false);

Deno.test({
  name: "bench:peers starts servers, measures them, writes the result and ends them" +
    (canRun ? "" : " (skipped: needs Linux and a C compiler; Debian: apt-get install gcc libc6-dev)"),
  ignore: !canRun,
  async fn() {
    const folder = await Deno.makeTempDir();
    try {
      const script = new URL("peers.ts", import.meta.url).pathname;
      const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
        args: ["run", "-A", "--no-prompt", script, "--rounds=1", "--seconds=0.1", `--json=${folder}/result.json`]
          .concat(
            ["sockeye", "byte-echo", "ping"].map((name) => `--only=${name}`),
          ),
      }).output();
      const decoder = new TextDecoder();
      assert(success, decoder.decode(stderr));
      assertStringIncludes(decoder.decode(stdout), "| byte-echo |");
      const { summaries, servers } = JSON.parse(await Deno.readTextFile(`${folder}/result.json`));
      assertEquals(summaries.map(({ server }: { server: string }) => server), ["sockeye", "byte-echo"]);
      for (const { median: { rate } } of summaries) assertGreater(rate, 0);
      for (const { pid } of servers) assertEquals(await isRunning(pid), false, `process ${pid} still runs`);
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
