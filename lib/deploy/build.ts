/**
 * `deno task build`: server and routes as a folder that needs no `node_modules`, no cache and no network.
 *
 * @module
 */
import type { RouteDescriptor } from "../route/table.ts";
import {
  type BuiltFile,
  CONTRACT,
  listRoutes,
  type Manifest,
  MANIFEST_FILE,
  pathOfUrl,
  RouteLoadError,
  sha256,
} from "../runtime/mod.ts";
import { type Bundle, bundle, type BundledCode, BundleError, endBundling } from "./bundle.ts";
import { bundledPackages } from "./bundled_packages.ts";
import { LICENSES_FILE, licenseTexts } from "./license_texts.ts";
import type { PluginOrder } from "./plugin.ts";
import { entryOf, pluginBundle, SOCKEYE_IMPORTS } from "./route_bundle.ts";

/** What is built, and where to. */
export interface BuildOrder {
  /** Folder of the route files. */
  readonly routes: string;
  /** Folder for the result. What was built there before is replaced once everything is done. */
  readonly out: string;
  /** Bare names of imports and what they stand for, beside those of ours. */
  readonly imports?: Readonly<Record<string, string>>;
  /** Plug-ins that the server is going to have. */
  readonly plugins?: readonly PluginOrder[];
}

/** What was built. */
export interface Build {
  readonly manifest: Manifest;
  /** Bytes by input, for each of the two bundles. */
  readonly inputs: Readonly<Record<"gateway" | "routes", Bundle["inputs"]>>;
  /** Every file that went into any bundle, as its path is relative to the working directory; sorted. */
  readonly sources: readonly string[];
}

/** It cannot be built: the message says what is wrong, where, and what to do. What was built before is untouched. */
export class BuildError extends Error {
  override readonly name = "BuildError";
}

/** Where the server's own sources are. */
const PROJECT = new URL("../../", import.meta.url);

/** The client of Redis has it for metrics, which are not asked of it: 46 KB, beside the 22 that the traces take. */
const OPTIONAL_PEERS = ["@opentelemetry/api"];

/** Files of a former build. */
const BUILT =
  /^(?:(?:gateway|routes|worker|sandbox|histories|plugin)-[0-9a-f]{12}|gateway-\w+-[0-9A-Z]{8})\.js(?:\.map)?$/;

const SWITCHES_OF_THE_RESULT = ["--no-prompt", "--no-remote", "--no-npm", "--cached-only", "--no-config", "--no-lock"];

/**
 * Builds, and has the result load its routes once, in a process of its own without a cache.
 *
 * @throws {BuildError}
 */
export async function build({ routes, out, imports = {}, plugins = [] }: BuildOrder): Promise<Build> {
  const project = pathOfUrl(PROJECT);
  try {
    const { root, files } = await listRoutes(routes);
    if (files.length === 0) {
      throw new BuildError(`there are no routes in ${root}: put a file into it, or name another with --routes`);
    }
    const map = { ...imports, ...SOCKEYE_IMPORTS };
    const source = `export { run } from "./main.ts";`;
    const own = { source, folder: project, imports: map, parts: "gateway", absent: OPTIONAL_PEERS };
    const theirs = { source: entryOf(files), folder: root, imports: map };
    const whole = await bundle(own, "gateway.js");
    const gateway = await finished(whole, "gateway");
    const code = await finished(await bundle(theirs, "routes.js"), "routes");
    const parts = {
      gateway,
      gatewayParts: await Promise.all(whole.parts.map((part) => linked(part, part.file))),
      routes: code,
      ...await bundledHosts(project, map),
      plugins: await bundledPlugins(plugins, map),
    };
    // Beside the result, so that files can be moved there.
    const staging = await Deno.realPath(
      await Deno.makeTempDir({ dir: await parentOf(out), prefix: ".sockeye-build-" }),
    );
    try {
      const manifest = { ...manifestOf(parts), table: await stage(staging, parts) };
      const sources = sourcesOf(parts);
      await Deno.writeTextFile(`${staging}/${LICENSES_FILE}`, licenseTexts(await bundledPackages(sources, undefined)));
      await Deno.writeTextFile(`${staging}/${MANIFEST_FILE}`, JSON.stringify(manifest, null, 2) + "\n");
      await replace(out, staging);
      const inputs = { gateway: gateway.inputs, routes: code.inputs };
      return { manifest, inputs, sources };
    } finally {
      await Deno.remove(staging, { recursive: true }).catch(() => {}); // It may be gone already.
    }
  } catch (error) {
    if (error instanceof BundleError || error instanceof RouteLoadError) {
      throw new BuildError(error.message, { cause: error });
    }
    throw error;
  } finally {
    await endBundling();
  }
}

/** A file of code, with its map. */
interface FinishedFile extends BuiltFile {
  readonly code: Uint8Array<ArrayBuffer>;
  readonly map: Uint8Array<ArrayBuffer>;
  readonly inputs: Bundle["inputs"];
}

interface FinishedBundle extends FinishedFile {
  /** The first digits of the hash of its code, which its name has too. */
  readonly hash: string;
}

/** Named by the hash of the code. */
async function finished(bundle: Bundle, name: string): Promise<FinishedBundle> {
  const hash = (await sha256(bundle.code)).slice(0, 12);
  return { hash, ...await linked(bundle, `${name}-${hash}.js`) };
}

/** With a line that points to its map. */
async function linked({ code, map, inputs }: BundledCode, file: string): Promise<FinishedFile> {
  const link = new TextEncoder().encode(`//# sourceMappingURL=${file}.map\n`);
  const whole = new Uint8Array(code.length + link.length);
  whole.set(code);
  whole.set(link, code.length);
  return { file, code: whole, map, inputs, bytes: whole.length, sha256: await sha256(whole) };
}

/** All that is built. */
interface Parts {
  readonly gateway: FinishedBundle;
  readonly gatewayParts: readonly FinishedFile[];
  readonly routes: FinishedBundle;
  readonly worker: FinishedBundle;
  readonly sandbox: FinishedBundle;
  readonly histories: FinishedBundle;
  readonly plugins: ReadonlyArray<FinishedBundle & Pick<PluginOrder, "mount" | "module">>;
}

async function bundledHosts(
  project: string,
  imports: Readonly<Record<string, string>>,
): Promise<Pick<Parts, "worker" | "sandbox" | "histories">> {
  const host = async (file: string, name: string): Promise<FinishedBundle> => {
    const source = `import "./lib/${file}";`;
    return await finished(await bundle({ source, folder: project, imports }, `${name}.js`), name);
  };
  return {
    worker: await host("runtime/remote/worker_host.ts", "worker"),
    sandbox: await host("runtime/remote/process_host.ts", "sandbox"),
    histories: await host("backplane/sqlite_history_worker.ts", "histories"),
  };
}

async function bundledPlugins(
  orders: readonly PluginOrder[],
  imports: Readonly<Record<string, string>>,
): Promise<Parts["plugins"]> {
  const built = [];
  for (const order of orders) {
    const own = await finished(await bundle(pluginBundle(order, Deno.cwd(), imports), "plugin.js"), "plugin");
    built.push({ ...own, mount: order.mount, module: order.module });
  }
  return built;
}

function filesOf(parts: Parts): readonly FinishedFile[] {
  const { gateway, gatewayParts, routes, worker, sandbox, histories, plugins } = parts;
  return [gateway, ...gatewayParts, routes, worker, sandbox, histories, ...plugins];
}

function sourcesOf(parts: Parts): readonly string[] {
  return [...new Set(filesOf(parts).flatMap(({ inputs }) => inputs.map(([path]) => path)))].sort();
}

function manifestOf({ gateway, gatewayParts, routes, worker, sandbox, histories, plugins }: Parts): Manifest {
  return {
    sockeye: CONTRACT,
    deployment: routes.hash,
    gateway: named(gateway),
    parts: gatewayParts.map(named),
    routes: named(routes),
    hosts: { worker: named(worker), sandbox: named(sandbox), histories: named(histories) },
    plugins: plugins.map((one) => ({ ...named(one), mount: one.mount, module: one.module })),
    table: [],
  };
}

function named({ file, bytes, sha256 }: FinishedFile): BuiltFile {
  return { file, bytes, sha256 };
}

/** Writes everything but the last manifest, and asks the result what it serves. */
async function stage(folder: string, parts: Parts): Promise<readonly RouteDescriptor[]> {
  for (const { file, code, map } of filesOf(parts)) {
    await Deno.writeFile(`${folder}/${file}`, code);
    await Deno.writeFile(`${folder}/${file}.map`, map);
  }
  await Deno.writeTextFile(
    `${folder}/main.js`,
    `import { run } from "./${parts.gateway.file}";\nawait run(Deno.args, import.meta.dirname);\n`,
  );
  await Deno.writeTextFile(`${folder}/${MANIFEST_FILE}`, JSON.stringify(manifestOf(parts)));
  const cache = await Deno.makeTempDir({ prefix: "sockeye-build-" });
  try {
    const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
      args: ["run", ...SWITCHES_OF_THE_RESULT, `--allow-read=${folder}`, "--allow-env", `${folder}/main.js`, "--check"],
      cwd: folder,
      clearEnv: true,
      env: { DENO_DIR: cache, NO_COLOR: "1", DENO_NO_UPDATE_CHECK: "1" },
    }).output();
    if (!success) throw new BuildError(new TextDecoder().decode(stderr).trim().replaceAll(folder, "dist"));
    return (JSON.parse(new TextDecoder().decode(stdout)) as { readonly routes: readonly RouteDescriptor[] }).routes;
  } finally {
    await Deno.remove(cache, { recursive: true });
  }
}

/** The manifest comes last: until then what was built before is whole. */
async function replace(out: string, staging: string): Promise<void> {
  await Deno.mkdir(out, { recursive: true });
  const fresh = new Set<string>();
  for await (const { name } of Deno.readDir(staging)) fresh.add(name);
  for (const name of [...fresh].sort((a, b) => Number(a === MANIFEST_FILE) - Number(b === MANIFEST_FILE))) {
    await Deno.rename(`${staging}/${name}`, `${out}/${name}`);
  }
  for await (const { name } of Deno.readDir(out)) {
    if (BUILT.test(name) && !fresh.has(name)) await Deno.remove(`${out}/${name}`);
  }
}

async function parentOf(folder: string): Promise<string> {
  const parent = folder.replace(/[/\\]+$/, "").replace(/[/\\]?[^/\\]*$/, "") || (folder.startsWith("/") ? "/" : ".");
  await Deno.mkdir(parent, { recursive: true });
  return parent;
}
