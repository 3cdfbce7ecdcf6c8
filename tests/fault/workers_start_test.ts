/** Starts of servers with workers: those that cannot succeed are told once, with what to do; and a built server. @module */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import denoConfig from "../../deno.json" with { type: "json" };
import { Workshop } from "../support/deploy_server.ts";
import { RawClient } from "../support/raw_client.ts";
import { PROJECT, runServer, type ServerSetting, startServer } from "../support/server_process.ts";
import { START_TASK } from "../support/start_task.ts";
import { heard, TALKING_ROUTE, WORKERS_TASK } from "../support/workers_server.ts";

const ignore = Deno.build.os !== "linux";

async function assertStartFails(setting: ServerSetting, code: number, ...words: readonly string[]): Promise<void> {
  const run = await runServer(setting);
  assertEquals(run.code, code, run.output);
  for (const word of words) assertStringIncludes(run.output, word);
  assertEquals(run.output.match(/sockeye cannot start: /g)?.length, 1, run.output);
}

const WORKERS = { task: WORKERS_TASK, args: ["--workers=2"] } as const;

Deno.test({
  name: "without the permission to start programs --workers says which task has it",
  ignore,
  async fn() {
    const setting = { task: START_TASK, args: ["--workers=2"] };
    await assertStartFails(setting, 1, "--workers=2 needs the permission", "deno task start:workers", "--allow-run");
  },
});

Deno.test({
  name: "without the permission for 127.0.0.1 --workers says so",
  ignore,
  async fn() {
    const flags = WORKERS_TASK.flags.map((flag) => flag === "--allow-net" ? "--allow-net=0.0.0.0" : flag);
    const setting = { task: { ...WORKERS_TASK, flags }, args: ["--workers=2", "--host", "0.0.0.0"] };
    await assertStartFails(setting, 1, "--workers=2 needs the permission for 127.0.0.1", "--allow-net");
  },
});

Deno.test("a number of workers that is none, and workers in development, end the start with 2", async () => {
  await assertStartFails({ ...WORKERS, args: ["--workers=0"] }, 2, "--workers", "1 to 64, or auto");
  await assertStartFails({ ...WORKERS, args: ["--workers=many"] }, 2, "--workers", "1 to 64, or auto");
  await assertStartFails({ ...WORKERS, args: ["--workers=2", "--dev"] }, 2, "--workers", "--dev");
});

Deno.test({
  name: "a port in use is named, whoever has it: also another server with workers",
  ignore,
  async fn() {
    await using server = await startServer(WORKERS);
    const args = ["--workers=2", "--port", String(server.port)];
    await assertStartFails({ ...WORKERS, args }, 1, `port ${server.port} is in use`);
  },
});

Deno.test({
  name: "what is wrong with the routes is told once, with the file",
  ignore,
  async fn() {
    await using here = await Workshop.open();
    const denoFlags = [`--allow-read=.,${here.path("")}`];
    const broken = await here.routes("broken", { "index.ts": "throw new Error('no database');" });
    await assertStartFails({ ...WORKERS, routes: broken, denoFlags }, 1, "index.ts", "no database");
    const unready = await here.routes("unready", {
      "index.ts": "export default { start() { throw new Error('no feed'); }, open() {} };",
    });
    await assertStartFails({ ...WORKERS, routes: unready, denoFlags }, 1, "index.ts", "no feed");
    const ending = await here.routes("ending", { "index.ts": "Deno.exit(5);" });
    await assertStartFails(
      { ...WORKERS, routes: ending, denoFlags },
      1,
      "worker 1 ended before it was ready: it exited with 5",
    );
  },
});

Deno.test({
  name: "a token and an admin address that will not do are told once, and no worker is left",
  ignore,
  async fn() {
    await assertStartFails({ ...WORKERS, env: { SOCKEYE_DEPLOY_TOKEN: "short" } }, 1, "SOCKEYE_DEPLOY_TOKEN");
    using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    const args = ["--workers=2", "--admin", `127.0.0.1:${listener.addr.port}`];
    const env = { SOCKEYE_DEPLOY_TOKEN: "a-token-for-the-tests-alone" };
    await assertStartFails({ ...WORKERS, args, env }, 1, "is in use", "--admin");
  },
});

Deno.test("one worker is one process, without a parent", async () => {
  await using server = await startServer({ args: ["--workers=1"] });
  assert(!server.output().includes("workers"), server.output());
});

Deno.test({
  name: "a built server has workers too, without a configuration",
  ignore,
  async fn() {
    await using here = await Workshop.open();
    const routes = await here.routes("one", { "index.ts": TALKING_ROUTE });
    const dist = here.path("dist");
    const { success, stderr } = await new Deno.Command(Deno.execPath(), {
      args: ["task", "--quiet", "build", "--routes", routes, "--out", dist],
      cwd: PROJECT,
    }).output();
    assert(success, new TextDecoder().decode(stderr));
    const flags = [
      "run",
      "--no-config",
      "--no-remote",
      "--no-npm",
      "--no-prompt",
      "--allow-net",
      `--allow-read=${dist}`,
    ];
    const task = { env: {}, flags: [...flags, "--allow-env", "--allow-run"], entry: "main.js" };
    await using server = await startServer({ task, entryFolder: `${dist}/`, folder: dist, args: ["--workers=2"] });
    const pids = new Set<string>();
    for (let count = 0; count < 100 && pids.size < 2; count++) {
      using client = await RawClient.connect({ port: server.port, path: "/" });
      pids.add(await heard(client));
    }
    assertEquals(pids.size, 2);
    server.kill("SIGTERM");
    assertEquals((await server.exited()).code, 0);
    assertStringIncludes(denoConfig.tasks["start:workers"].command, "--workers=auto");
  },
});
