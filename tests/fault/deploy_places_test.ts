/** Deployments of a server whose routes run in workers and processes, beside a plug-in: by the commands as they are. @module */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import denoConfig from "../../deno.json" with { type: "json" };
import { ask } from "../support/deployed_gateway.ts";
import { admin, command, counterRoute, type DeployServer, Workshop } from "../support/deploy_server.ts";
import { parseTask } from "../support/start_task.ts";

const PLUGIN = `export const manifest = { name: "hooks", version: "1.0.0" };
${counterRoute("hook").replace('"/", ', "").replace(/export const get.*\n/, "")}`;

/** Two versions of the same routes. */
function files(word: string): Readonly<Record<string, string>> {
  const at = (path: string): string => counterRoute(`${word} ${path}`).replace('"/"', `"${path}"`);
  return { "inline.ts": at("/inline"), "worker.ts": at("/worker"), "process.ts": at("/process") };
}

async function serve(here: Workshop, routes: string): Promise<DeployServer> {
  const plugins = [{ mount: "/hooks", module: "./hooks.ts" }];
  const config = `export default ${
    JSON.stringify({ runtimes: { "/worker": "worker", "/process": "process" }, plugins })
  };`;
  const folder = await here.routes("site", { "sockeye.config.ts": config, "hooks.ts": PLUGIN });
  return await here.serve(routes, { folder, task: parseTask(denoConfig.tasks["start:plugins"].command) });
}

const PATHS = ["/inline", "/worker", "/process"];

Deno.test("deploy and rollback: sockets stay open wherever their code runs, each with its count; a plug-in is not touched", async () => {
  await using here = await Workshop.open();
  const server = await serve(here, await here.routes("one", files("one")));
  const clients = await Promise.all(PATHS.map((path) => server.connect(path)));
  const hook = await server.connect("/hooks");
  const answers = () => Promise.all([...clients, hook].map((client) => ask(client)));
  assertEquals(await answers(), ["one /inline 1", "one /worker 1", "one /process 1", "hook 1"]);
  const deploy = async (word: string) => {
    const { code, output } = await command("deploy", [
      "--routes",
      await here.routes(word, files(word)),
      "--to",
      server.admin,
    ]);
    assertEquals(code, 0, output);
    assertStringIncludes(output, "3 peers go on with it");
    return /^deployment (\w+):/m.exec(output)?.[1] ?? "";
  };
  const two = await deploy("two");
  assertEquals(await answers(), ["two /inline 2", "two /worker 2", "two /process 2", "hook 2"]);
  await deploy("three");
  assertEquals(await answers(), ["three /inline 3", "three /worker 3", "three /process 3", "hook 3"]);
  const back = await command("rollback", ["--to", server.admin, two]);
  assertEquals([back.code, back.output], [0, `${server.admin}: ${two} is active; 3 peers go on with it\n`]);
  assertEquals(await answers(), ["two /inline 4", "two /worker 4", "two /process 4", "hook 4"]);
  // The folder may hold other code by now, which a worker would read.
  const refused = await command("rollback", ["--to", server.admin, "local"]);
  assertEquals(refused.code, 1);
  assertStringIncludes(refused.output, "worker.ts runs in a worker, and its file may hold other code by now");
  assertEquals(await answers(), ["two /inline 5", "two /worker 5", "two /process 5", "hook 5"]);
  const { output } = await command("deployments", ["--to", server.admin]);
  for (
    const row of [
      `${two}  worker   /worker   up`,
      `${two}  process  /process  up`,
      "plug-in       process  /hooks    up",
    ]
  ) {
    assertStringIncludes(output, `  ${row}     0`);
  }
  const metrics = await admin(server, "GET", "/metrics");
  assertEquals(metrics.headers.get("content-type"), "text/plain; version=0.0.4; charset=utf-8");
  const lines = metrics.answer.split("\n");
  for (
    const line of [
      `sockeye_peers{deployment="${two}",state="active"} 4`,
      'sockeye_activations_total{outcome="done"} 3',
      'sockeye_activations_total{outcome="failed"} 1',
      'sockeye_swapped_peers_total{outcome="moved"} 9',
      `sockeye_runtime_state{deployment="${two}",route="/worker",kind="worker",state="up"} 1`,
      `sockeye_runtime_restarts_total{deployment="${two}",route="/process",kind="process"} 0`,
      'sockeye_runtime_state{deployment="plug-in",route="/hooks",kind="process",state="up"} 1',
    ]
  ) assert(lines.includes(line), `${line} is not in\n${lines.join("\n")}`);
});

Deno.test("deploy: code that lacks a route that has a place of its own is refused, and says which", async () => {
  await using here = await Workshop.open();
  const server = await serve(here, await here.routes("one", files("one")));
  const { "worker.ts": _, ...others } = files("two");
  const { code, output } = await command("deploy", [
    "--routes",
    await here.routes("two", others),
    "--to",
    server.admin,
  ]);
  assertEquals(code, 1);
  assertStringIncludes(output, 'runtimes["/worker"]: there is no such route');
});
