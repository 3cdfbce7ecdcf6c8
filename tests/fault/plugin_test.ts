/** The plug-in that ships, in a server as its users start it; and plug-ins that cannot be used. @module */
import { assertEquals, assertStringIncludes } from "@std/assert";
import denoConfig from "../../deno.json" with { type: "json" };
import { PROJECT, runServer, type ServerProcess, startServer } from "../support/server_process.ts";
import { parseTask, START_TASK } from "../support/start_task.ts";
import { RawClient } from "../support/raw_client.ts";

const WEBHOOK = `${PROJECT}examples/plugins/webhook.ts`;

const PLUGINS_TASK = parseTask(denoConfig.tasks["start:plugins"].command);

/** A folder with a configuration, gone after the test. */
async function folderOf(plugins: readonly object[], files: Readonly<Record<string, string>> = {}) {
  const path = await Deno.realPath(await Deno.makeTempDir({ prefix: "sockeye-plugin-" }));
  const all = { ...files, "sockeye.config.ts": `export default ${JSON.stringify({ plugins })};` };
  for (const [name, text] of Object.entries(all)) {
    await Deno.mkdir(`${path}/${name}`.replace(/\/[^/]*$/, ""), { recursive: true });
    await Deno.writeTextFile(`${path}/${name}`, text);
  }
  return { path, [Symbol.asyncDispose]: () => Deno.remove(path, { recursive: true }) };
}

const setting = (folder: string, env: Readonly<Record<string, string>> = {}) => ({
  ...{ folder, env, task: PLUGINS_TASK, args: ["--routes", `${PROJECT}routes`] },
});

/** A webhook that answers as it is told to, and what it was sent. */
function webhook(answer: (request: Request) => Response | Promise<Response>) {
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, answer);
  return {
    host: `127.0.0.1:${server.addr.port}`,
    [Symbol.asyncDispose]: () => server.shutdown(),
  };
}

const connect = ({ port }: ServerProcess, path: string): Promise<RawClient> => RawClient.connect({ port, path });

Deno.test("the webhook bridge posts what peers say, in order, and sends back what comes of it", async () => {
  const seen: string[] = [];
  await using hook = webhook(async (request) => {
    const text = new TextDecoder().decode(await request.bytes());
    seen.push(`${request.method} ${request.headers.get("content-type")} ${request.headers.has("cookie")} ${text}`);
    if (text === "bytes") return new Response(Uint8Array.of(1, 2), { headers: { "content-type": "image/png" } });
    if (text === "nothing") return new Response(null, { status: 204 });
    if (text === "fail") return new Response("no", { status: 500 });
    return new Response(`got ${text}`);
  });
  const permissions = { env: ["WEBHOOK_URL"], net: [hook.host] };
  await using folder = await folderOf([{ mount: "/hooks/[room]", module: WEBHOOK, permissions }]);
  await using server = await startServer(setting(folder.path, { WEBHOOK_URL: `http://${hook.host}/in` }));
  await server.printed(/stop it: press/);
  assertStringIncludes(
    server.output(),
    `/hooks/[room]  webhook 1.0.0 (${WEBHOOK}): may connect to ${hook.host}; read WEBHOOK_URL`,
  );
  using client = await RawClient.connect({ port: server.port, path: "/hooks/blue", headers: { cookie: "id=1" } });
  for (const text of ["one", "nothing", "bytes"]) await client.sendText(text);
  await client.sendBinary(new TextEncoder().encode("two"));
  assertEquals(await client.nextButPings(), { kind: "text", text: "got one" });
  assertEquals(await client.nextButPings(), { kind: "binary", bytes: Uint8Array.of(1, 2) });
  assertEquals(await client.nextButPings(), { kind: "text", text: "got two" });
  await client.sendText("fail");
  assertEquals(await client.ending(), { kind: "close", code: 1013, reason: "the webhook answered 500" });
  assertEquals(seen, [
    "POST text/plain false one",
    "POST text/plain false nothing",
    "POST text/plain false bytes",
    "POST application/octet-stream false two",
    "POST text/plain false fail",
  ]);
  // The routes are there as ever.
  using echo = await connect(server, "/echo");
  await echo.sendText("hello");
  assertEquals(await echo.nextButPings(), { kind: "text", text: "hello" });
});

Deno.test("a webhook that is not there costs its peer the connection, and nobody else anything", async () => {
  const permissions = { env: ["WEBHOOK_URL"], net: ["127.0.0.1:9"] };
  await using folder = await folderOf([{ mount: "/hooks", module: WEBHOOK, permissions, hibernateAfterMs: 60_000 }]);
  await using server = await startServer(setting(folder.path, { WEBHOOK_URL: "http://127.0.0.1:9/" }));
  using client = await connect(server, "/hooks");
  await client.sendText("hello");
  assertEquals(await client.ending(), { kind: "close", code: 1013, reason: "the webhook cannot be reached" });
  await server.printed(/process plug-in \/hooks: webhook: /);
  using again = await connect(server, "/hooks");
  await again.sendText("hello");
  assertEquals((await again.ending()).kind, "close");
});

const REFUSED: ReadonlyArray<
  readonly [what: string, plugin: object, files: Readonly<Record<string, string>>, said: string]
> = [
  [
    "lacks a grant that it asks for",
    { mount: "/hooks", module: WEBHOOK },
    {},
    'asks for more than it was granted; to use it, add to its permissions: { env: ["WEBHOOK_URL"] }',
  ],
  [
    "lacks the host that it is to connect to",
    { mount: "/hooks", module: WEBHOOK, permissions: { env: ["WEBHOOK_URL"] } },
    {},
    'WEBHOOK_URL leads to 127.0.0.1:9; grant it: permissions: { net: ["127.0.0.1:9"] }',
  ],
  ["is not there", { mount: "/hooks", module: "./nowhere.ts" }, {}, 'Could not resolve "./nowhere.ts"'],
  [
    "says nothing of itself",
    { mount: "/hooks", module: "./a.ts" },
    { "a.ts": "export default { message() {} };" },
    "must export manifest = { name, version, permissions }",
  ],
  [
    "throws when it is loaded",
    { mount: "/hooks", module: "./a.ts" },
    { "a.ts": 'export default { message() {} }; throw new Error("not here");' },
    "the plug-in ./a.ts cannot be loaded: not here",
  ],
  [
    "takes a path of a route",
    { mount: "/echo", module: "./a.ts" },
    { "a.ts": 'export const manifest = { name: "a", version: "1" }; export default { message() {} };' },
    "echo.ts",
  ],
  [
    "is to hibernate and cannot be resumed",
    { mount: "/hooks", module: "./a.ts", hibernateAfterMs: 1000 },
    { "a.ts": 'export const manifest = { name: "a", version: "1" }; export default { message() {} };' },
    'hibernateAfterMs needs a "resume" hook',
  ],
  ["is misspelt", { mount: "/hooks", modul: "./a.ts" }, {}, 'plugins[0]: unknown key "modul"'],
];

for (const [what, plugin, files, said] of REFUSED) {
  Deno.test(`a server with a plug-in that ${what} does not start, and says so`, async () => {
    await using folder = await folderOf([plugin], files);
    const { code, output } = await runServer(setting(folder.path, { WEBHOOK_URL: "http://127.0.0.1:9/" }));
    assertStringIncludes(output, said);
    assertEquals([code, output.includes("sockeye cannot start: ")], [1, true]);
  });
}

Deno.test("Ctrl+C in a terminal reaches the server alone: peers of a plug-in get 1012, and the process ends with it", async () => {
  const plugin = `export const manifest = { name: "a", version: "1" };
    export default { open(peer) { peer.send("hello"); }, close() { console.log("closed in good order"); } };`;
  await using folder = await folderOf([{ mount: "/hooks", module: "./a.ts" }], { "a.ts": plugin });
  await using server = await startServer({ ...setting(folder.path), isGroupLeader: true });
  using client = await connect(server, "/hooks");
  assertEquals(await client.nextButPings(), { kind: "text", text: "hello" });
  // As a terminal does: to everybody in the group.
  Deno.kill(-server.pid, "SIGINT");
  assertEquals(await client.ending(), { kind: "close", code: 1012, reason: "service restart" });
  await client.close(1012);
  assertEquals((await server.exited()).code, 0);
  assertStringIncludes(server.output(), "process plug-in /hooks: closed in good order");
});

Deno.test("a server that may start no programs says how to start it for plug-ins", async () => {
  await using folder = await folderOf([{ mount: "/hooks", module: WEBHOOK }]);
  const denoFlags = [`--allow-read=${PROJECT}`];
  const { code, output } = await runServer({ ...setting(folder.path), task: START_TASK, denoFlags });
  assertEquals(code, 1);
  assertStringIncludes(output, 'start the server with "deno task start:plugins"');
});

Deno.test("a plug-in may be a package", async () => {
  const code =
    'export const manifest = { name: "hooks", version: "2.0.0" }; export default { open(peer) { peer.send("packed"); } };';
  await using folder = await folderOf([{ mount: "/hooks", module: "npm:sockeye-hooks@2" }], {
    "node_modules/sockeye-hooks/package.json": '{ "name": "sockeye-hooks", "version": "2.0.0", "module": "index.js" }',
    "node_modules/sockeye-hooks/index.js": code,
  });
  await using server = await startServer(setting(folder.path));
  using client = await connect(server, "/hooks");
  assertEquals(await client.nextButPings(), { kind: "text", text: "packed" });
});
