import { assertEquals, assertRejects } from "@std/assert";
import { builtHosts } from "../../lib/deploy/built_hosts.ts";
import { PluginError } from "../../lib/deploy/plugin.ts";
import { CONTRACT, fileUrl, ManifestError, sha256 } from "../../lib/runtime/mod.ts";

const ORDER = { mount: "/hooks", module: "./hooks.ts", permissions: {}, limits: {}, hibernateAfterMs: 0 };

/** A folder with a manifest of these files. */
async function folderOf(more: (file: (name: string) => Promise<object>) => Promise<object>) {
  const path = await Deno.realPath(await Deno.makeTempDir());
  const file = async (name: string): Promise<object> => {
    const bytes = new TextEncoder().encode(`${name};`);
    await Deno.writeFile(`${path}/${name}.js`, bytes);
    return { file: `${name}.js`, bytes: bytes.length, sha256: await sha256(bytes) };
  };
  const [gateway, routes] = [await file("gateway"), await file("routes")];
  const manifest = { sockeye: CONTRACT, deployment: "d", gateway, routes, table: [], ...await more(file) };
  await Deno.writeTextFile(`${path}/manifest.json`, JSON.stringify(manifest));
  return { path, [Symbol.asyncDispose]: () => Deno.remove(path, { recursive: true }) };
}

Deno.test("builtHosts finds hosts and plug-ins beside the manifest", async () => {
  await using folder = await folderOf(async (file) => ({
    hosts: { worker: await file("worker"), sandbox: await file("sandbox"), histories: await file("histories") },
    plugins: [{ ...await file("plugin"), mount: "/hooks", module: "./hooks.ts" }],
  }));
  const hosts = await builtHosts(folder.path);
  assertEquals(hosts.worker.href, fileUrl(`${folder.path}/worker.js`).href);
  assertEquals([await hosts.sandbox(), await hosts.bundlePlugin(ORDER)], ["sandbox;", "plugin;"]);
});

Deno.test("builtHosts: a plug-in that was not built, and route files, cannot be bundled", async () => {
  await using folder = await folderOf(async (file) => ({
    hosts: { worker: await file("worker"), sandbox: await file("sandbox"), histories: await file("histories") },
  }));
  const hosts = await builtHosts(folder.path);
  await assertRejects(async () => await hosts.bundlePlugin(ORDER), PluginError, 'run "deno task build"');
  await assertRejects(() => hosts.bundle("routes", ["a.ts"]), Error, "a.ts: a built server has no bundler");
});

Deno.test("builtHosts refuses a folder without hosts, and bytes that are not those that were built", async () => {
  await using old = await folderOf(() => Promise.resolve({}));
  await assertRejects(() => builtHosts(old.path), ManifestError, "build it anew");
  await using changed = await folderOf(async (file) => ({
    hosts: { worker: await file("worker"), sandbox: await file("sandbox"), histories: await file("histories") },
  }));
  await Deno.writeTextFile(`${changed.path}/sandbox.js`, "other;");
  await assertRejects(
    async () => await (await builtHosts(changed.path)).sandbox(),
    ManifestError,
    "not those that were built",
  );
});
