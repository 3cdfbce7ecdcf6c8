/** The commands of docs/DEPLOYS.md, docs/HOSTING.md and README.md are there, and take what is written; what can be run here is. @module */
import { assert, assertEquals } from "@std/assert";
import { type CommandName, COMMANDS, parseOperatorArguments } from "../../lib/deploy/operator_arguments.ts";
import denoConfig from "../../deno.json" with { type: "json" };
import { build } from "../../lib/deploy/build.ts";
import { admin, counterRoute, states, Workshop } from "../support/deploy_server.ts";
import { PROJECT } from "../support/server_process.ts";
import { codeBlocks } from "./code_blocks.ts";

const DEPLOYS = await Deno.readTextFile(`${PROJECT}docs/DEPLOYS.md`);
const HOSTING = await Deno.readTextFile(`${PROJECT}docs/HOSTING.md`);
const README = await Deno.readTextFile(`${PROJECT}README.md`);

/** `npx -y deno task NAME ARGS`, without comments and what follows `&&`. */
const TASKS = codeBlocks(`${DEPLOYS}\n${README}\n${HOSTING}`).filter(({ language }) => language === "sh")
  .flatMap(({ code }) => [...code.matchAll(/npx -y deno task ([\w:]+)([^#&\n]*)/g)])
  .map(([, name = "", args = ""]) => ({ name, args: args.split(/\s+/).filter((word) => word !== "") }));

Deno.test("every task that the documents name is there", () => {
  assert(TASKS.length > 12);
  for (const { name } of TASKS) assert(Object.hasOwn(denoConfig.tasks, name), name);
});

for (const { name, args } of TASKS.filter(({ name }) => (COMMANDS as readonly string[]).includes(name))) {
  Deno.test(`deno task ${[name, ...args].join(" ")} takes its arguments`, () => {
    assert(parseOperatorArguments(name as CommandName, args) !== undefined);
  });
}

Deno.test({
  name: "what deno task build has made can be uploaded as it is, in the parts that docs/DEPLOYS.md names",
  // esbuild's own process outlives the test.
  sanitizeOps: false,
  sanitizeResources: false,
  async fn() {
    const [, first, second] = /-F (\w+)=@dist\/manifest\.json -F (\w+)=@dist\/routes-\w+\.js/.exec(DEPLOYS) ?? [];
    await using here = await Workshop.open();
    const routes = await here.routes("one", { "index.ts": counterRoute("one") });
    const { manifest } = await build({ routes, out: here.path("dist") });
    const server = await here.serve(routes);
    const form = new FormData();
    form.set(first ?? "", new Blob([await Deno.readFile(here.path("dist/manifest.json"))]));
    form.set(second ?? "", new Blob([await Deno.readFile(here.path(`dist/${manifest.routes.file}`))]));
    assertEquals((await admin(server, "POST", "/deployments", form)).status, 201);
    assertEquals(await states(server), ["local active", `${manifest.deployment} candidate`]);
  },
});

Deno.test("the requests that docs/DEPLOYS.md lists are answered", async () => {
  const listed = [...DEPLOYS.matchAll(/^\| `(GET|POST) (\/[^`]*)`/gm)].map((
    [, method = "", path = ""],
  ) => [method, path]);
  assertEquals(listed.length, 7);
  await using here = await Workshop.open();
  const server = await here.serve(await here.routes("one", { "index.ts": counterRoute("one") }));
  for (const [method = "", path = ""] of listed) {
    // Drained last: it stands last in the table.
    const { status, answer } = await admin(server, method, path.replace("{name}", "nobody"));
    // 404 says that there is no such deployment, and not that there is nothing at the path.
    assert(status !== 405 && !String(answer.error).startsWith("there is nothing at"), `${method} ${path}: ${status}`);
  }
  assertEquals((await server.process.exited()).code, 0);
});
