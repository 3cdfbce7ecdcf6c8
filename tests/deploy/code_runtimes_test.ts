/** Code that is put where the configuration says, out of a folder and out of one module. @module */
import { assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { CodeRuntimes, type Hosts, PlaceError } from "../../lib/deploy/code_runtimes.ts";
import { parsePlacement, PlacementError } from "../../lib/deploy/placement.ts";
import { PluginError } from "../../lib/deploy/plugin.ts";
import { systemClock } from "../../lib/gateway/mod.ts";
import type { RouteRuntime } from "../../lib/route/table.ts";
import { bundledHost } from "../support/bundled.ts";
import { LogLines } from "../support/log_lines.ts";
import { routeSource } from "../support/remote_code.ts";
import { ServedRuntimes } from "../support/served_runtimes.ts";

const ROUTE = (name: string): string =>
  `export default { message(peer, message) { peer.send("${name} " + message.text() + " " + peer.deployment); } };`;

const PLUGIN = (asks: string): string =>
  `${routeSource(`message(peer, message) { peer.send("plug-in " + message.text()); },`, { pattern: "/hooks" })}
  export const manifest = { name: "hooks", version: "1.0.0", permissions: ${asks} };`;

/** Bundles nothing: a folder's files are plain JavaScript. */
const HOSTS: Hosts = {
  worker: new URL("../../lib/runtime/remote/worker_host.ts", import.meta.url),
  histories: new URL("../../lib/backplane/sqlite_history_worker.ts", import.meta.url),
  sandbox: bundledHost,
  async bundle(folder, [file = ""]) {
    const code = await Deno.readTextFile(`${folder}/${file}`);
    const url = `data:text/javascript,${encodeURIComponent(code)}`;
    return `import * as exports from ${JSON.stringify(url)};
      export const routes = [{ file: ${JSON.stringify(file)}, pattern: "/${file.replace(".js", "")}", exports }];`;
  },
  bundlePlugin: ({ module }) => Promise.resolve(PLUGIN(module)),
};

function codeRuntimes(config: object, hosts: () => Promise<Hosts> = () => Promise.resolve(HOSTS)) {
  const log = new LogLines();
  const code = new CodeRuntimes({
    placement: parsePlacement(config).placement,
    hosts,
    publish: () => Promise.resolve(),
    log,
    clock: systemClock,
    isDevelopment: false,
    deniedPorts: [],
    env: () => undefined,
  });
  return { code, log };
}

async function folderOf(files: readonly string[]): Promise<AsyncDisposable & { readonly path: string }> {
  const path = await Deno.makeTempDir();
  for (const name of files) await Deno.writeTextFile(`${path}/${name}.js`, ROUTE(name));
  return { path, [Symbol.asyncDispose]: () => Deno.remove(path, { recursive: true }) };
}

/** What each of these paths answers. */
async function answers(runtimes: readonly RouteRuntime[], paths: readonly string[]): Promise<unknown[]> {
  await using served = await ServedRuntimes.of(runtimes);
  return await Promise.all(paths.map(async (path) => {
    using client = await served.connect(path);
    await client.sendText("hi");
    const incoming = await client.nextButPings();
    return incoming.kind === "text" ? incoming.text : incoming;
  }));
}

Deno.test("a folder's routes run where the configuration says, each in a place of its own", async () => {
  await using folder = await folderOf(["a", "b", "c"]);
  const { code, log } = codeRuntimes({ runtimes: { "/b": "worker", "/c": "process" } });
  const deployment = await code.ofFolder(folder.path, "7");
  const runtimes = await deployment.make();
  assertEquals([deployment.name, runtimes.map(({ kind }) => kind)], ["local.7", ["inline", "worker", "process"]]);
  assertEquals(await answers(runtimes, ["/a", "/b", "/c"]), ["a hi local.7", "b hi local.7", "c hi local.7"]);
  assertEquals(log.lines, []);
});

Deno.test("code in a worker that was read from a folder cannot come back: the folder may hold other code", async () => {
  await using folder = await folderOf(["a", "b"]);
  const { code } = codeRuntimes({ runtimes: { "/b": "worker" } });
  const deployment = await code.ofFolder(folder.path);
  for (const runtime of await deployment.make()) await runtime.stop();
  await assertRejects(() => deployment.make(), PlaceError, "b.js runs in a worker, and its file may hold other code");
});

Deno.test("the routes of one module run where the configuration says", async () => {
  const routes = ["a", "b", "c"].map((name) =>
    `{ file: "${name}.ts", pattern: "/${name}", exports: { default: { message(peer, message) { peer.send("${name} " + message.text()); } } } }`
  );
  const source = new TextEncoder().encode(`export const routes = [${routes.join()}];`);
  const { code } = codeRuntimes({ runtimes: { "/b": "worker", "/c": "process" } });
  for (let count = 0; count < 2; count++) {
    const runtimes = await code.ofBundle("d-1", source);
    assertEquals(await answers(runtimes, ["/a", "/b", "/c"]), ["a hi", "b hi", "c hi"]);
  }
});

Deno.test("a module none of whose routes runs inline, as its table says, is not loaded in the gateway", async () => {
  const route = (name: string) => `{ file: "${name}.ts", pattern: "/${name}", exports: { default: ROUTE } }`;
  const source = new TextEncoder().encode(`globalThis.wasLoaded = true;
    const ROUTE = { message(peer) { peer.send(String(globalThis.wasLoaded)); } };
    export const routes = [${["a", "b"].map(route).join()}];`);
  const seen: unknown[] = [];
  for (const runtimes of [{ "/a": "worker", "/b": "process" }, { "/a": "worker" }]) {
    const { code } = codeRuntimes({ runtimes });
    const table = (await codeRuntimes({}).code.ofBundle("d-1", source)).flatMap(({ descriptors }) => descriptors);
    Reflect.deleteProperty(globalThis, "wasLoaded");
    const made = await code.ofBundle("d-1", source, table);
    seen.push("wasLoaded" in globalThis, await answers(made, ["/a", "/b"]));
  }
  assertEquals(seen, [false, ["true", "true"], true, ["true", "true"]]);
  Reflect.deleteProperty(globalThis, "wasLoaded");
});

Deno.test("a place for a route that is not there is refused", async () => {
  await using folder = await folderOf(["a"]);
  const { code } = codeRuntimes({ runtimes: { "/aa": "worker" } });
  await assertRejects(() => code.ofFolder(folder.path), PlacementError, 'did you mean "/a"?');
});

Deno.test("where no host is to be had, it is said which route needs one", async () => {
  await using folder = await folderOf(["a"]);
  const { code } = codeRuntimes(
    { runtimes: { "/a": "process" } },
    () => Promise.reject(new Error("start it otherwise")),
  );
  await assertRejects(
    () => code.ofFolder(folder.path),
    PlaceError,
    "the route a.js cannot have a place of its own: start it otherwise",
  );
});

Deno.test("code that cannot be loaded in its place is refused with the name of its file, once", async () => {
  await using folder = await folderOf(["a", "b"]);
  for (const kind of ["worker", "process"]) {
    const { code } = codeRuntimes({ runtimes: { "/b": kind } });
    await Deno.writeTextFile(`${folder.path}/b.js`, `throw new RangeError("not at home");`);
    const { message } = await assertRejects(async () => await (await code.ofFolder(folder.path)).make(), PlaceError);
    assertEquals(message.match(/b\.js: not at home/g)?.length, 1, message);
  }
});

Deno.test("when one place cannot be made, those that were are not left behind", async () => {
  await using folder = await folderOf(["a", "b"]);
  await Deno.writeTextFile(`${folder.path}/b.js`, 'throw new Error("not today");');
  const { code } = codeRuntimes({ runtimes: { "/a": "worker", "/b": "worker" } });
  await assertRejects(async () => (await code.ofFolder(folder.path)).make(), Error, "not today");
});

Deno.test("plug-ins stand beside the routes of every deployment, and are ended with the server", async () => {
  await using folder = await folderOf(["a"]);
  const { code } = codeRuntimes({ plugins: [{ mount: "/hooks", module: "{}" }] });
  assertEquals(await code.loadPlugins(), ["/hooks  hooks 1.0.0 ({}): granted nothing"]);
  for (const name of ["1", "2"]) {
    const runtimes = await (await code.ofFolder(folder.path, name)).make();
    assertEquals(await answers(runtimes, ["/a", "/hooks"]), [`a hi local.${name}`, "plug-in hi"]);
  }
  await code.end();
});

Deno.test("a plug-in that asks for more than it was granted is not loaded, and those before it are ended", async () => {
  const plugins = [{ mount: "/hooks", module: "{}" }, { mount: "/b", module: "{}" }, {
    mount: "/hooks/x",
    module: "{ net: ['a.example'] }",
  }];
  const one = codeRuntimes({ plugins: plugins.slice(0, 2) });
  const error = await assertRejects(() => one.code.loadPlugins(), PluginError);
  assertStringIncludes(error.message, "a route at /hooks, where it was given /b");
  const other = codeRuntimes({ plugins: [{ mount: "/hooks", module: "{ net: ['a.example'] }" }] });
  await assertRejects(() => other.code.loadPlugins(), PluginError, 'add to its permissions: { net: ["a.example"] }');
});
