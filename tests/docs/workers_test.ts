/** What docs/WORKERS.md says is so: its commands are there, and its metrics, and the flags that it names suffice. @module */
import { assert, assertEquals } from "@std/assert";
import denoConfig from "../../deno.json" with { type: "json" };
import { parseCommandLine, resolveOptions } from "../../lib/gateway/mod.ts";
import { admin, counterRoute, Workshop } from "../support/deploy_server.ts";
import { PROJECT, startServer } from "../support/server_process.ts";
import { serveWorkers } from "../support/workers_server.ts";
import { codeBlocks } from "./code_blocks.ts";

const WORKERS = await Deno.readTextFile(`${PROJECT}docs/WORKERS.md`);
const COMMANDS = codeBlocks(WORKERS).filter(({ language }) => language === "sh").map(({ code }) => code).join("\n");
const ignore = Deno.build.os !== "linux";

Deno.test("the tasks of docs/WORKERS.md are there, and take what is written", () => {
  const tasks = [...COMMANDS.matchAll(/npx -y deno task ([\w:]+)([^#\n]*)/g)];
  assertEquals(tasks.length, 2);
  for (const [, name = "", args = ""] of tasks) {
    assert(Object.hasOwn(denoConfig.tasks, name), name);
    resolveOptions({ flags: parseCommandLine(args.trim().split(/\s+/).filter((word) => word !== "")).flags });
  }
});

Deno.test({
  name: "a built server starts workers with the flags that docs/WORKERS.md names",
  ignore,
  async fn() {
    const [, flags = "", args = ""] = /^deno run (.*) dist\/main\.js(.*)$/m.exec(COMMANDS) ?? [];
    await using here = await Workshop.open();
    const routes = await here.routes("one", { "index.ts": counterRoute("one") });
    const { success, stderr } = await new Deno.Command(Deno.execPath(), {
      args: ["task", "--quiet", "build", "--routes", routes, "--out", here.path("dist")],
      cwd: PROJECT,
    }).output();
    assert(success, new TextDecoder().decode(stderr));
    const task = { env: {}, flags: ["run", ...flags.split(" ")], entry: "dist/main.js" };
    const folder = here.path("");
    await using server = await startServer({ task, folder, entryFolder: "", args: args.trim().split(" ") });
    assertEquals(await (await server.fetch("/health")).text(), "ok\n");
    assert(server.output().includes(", 2 workers"), server.output());
  },
});

Deno.test({
  name: "docs/WORKERS.md lists the metrics of the parent",
  ignore,
  async fn() {
    const listed = [...WORKERS.matchAll(/^\| `(sockeye_\w+)`/gm)].map(([, name]) => name);
    await using here = await Workshop.open();
    const server = await serveWorkers(here, await here.routes("one", { "index.ts": counterRoute("one") }));
    const { answer } = await admin(server, "GET", "/metrics");
    const own = [...String(answer).matchAll(/^# TYPE (sockeye_worker\w*)/gm)].map(([, name]) => name);
    assertEquals(listed, own);
  },
});
