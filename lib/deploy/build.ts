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
import { type Bundle, bundle, BundleError, endBundling } from "./bundle.ts";
import { entryOf } from "./route_bundle.ts";

/** What is built, and where to. */
export interface BuildOrder {
  /** Folder of the route files. */
  readonly routes: string;
  /** Folder for the result. What was built there before is replaced once everything is done. */
  readonly out: string;
  /** Bare names of imports and what they stand for, beside `sockeye`. */
  readonly imports?: Readonly<Record<string, string>>;
}

/** What was built. */
export interface Build {
  readonly manifest: Manifest;
  /** Bytes by input, for each of the two bundles. */
  readonly inputs: Readonly<Record<"gateway" | "routes", Bundle["inputs"]>>;
}

/** It cannot be built: the message says what is wrong, where, and what to do. What was built before is untouched. */
export class BuildError extends Error {
  override readonly name = "BuildError";
}

/** Where the server's own sources are. */
const PROJECT = new URL("../../", import.meta.url);

/** Files of a former build. */
const BUILT = /^(?:gateway|routes)-[0-9a-f]{12}\.js(?:\.map)?$/;

const SWITCHES_OF_THE_RESULT = ["--no-prompt", "--no-remote", "--no-npm", "--cached-only", "--no-config", "--no-lock"];

/**
 * Builds, and has the result load its routes once, in a process of its own without a cache.
 *
 * @throws {BuildError}
 */
export async function build({ routes, out, imports = {} }: BuildOrder): Promise<Build> {
  const project = pathOfUrl(PROJECT);
  try {
    const { root, files } = await listRoutes(routes);
    if (files.length === 0) {
      throw new BuildError(`there are no routes in ${root}: put a file into it, or name another with --routes`);
    }
    const map = { ...imports, sockeye: `${project}lib/route/mod.ts` };
    const own = { source: `export { run } from "./main.ts";`, folder: project, imports: map };
    const theirs = { source: entryOf(files), folder: root, imports: map };
    const gateway = await finished(await bundle(own, "gateway.js"), "gateway");
    const code = await finished(await bundle(theirs, "routes.js"), "routes");
    // Beside the result, so that files can be moved there.
    const staging = await Deno.realPath(
      await Deno.makeTempDir({ dir: await parentOf(out), prefix: ".sockeye-build-" }),
    );
    try {
      const table = await stage(staging, gateway, code);
      const manifest = { ...manifestOf(gateway, code), table };
      await Deno.writeTextFile(`${staging}/${MANIFEST_FILE}`, JSON.stringify(manifest, null, 2) + "\n");
      await replace(out, staging);
      return { manifest, inputs: { gateway: gateway.inputs, routes: code.inputs } };
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

interface FinishedBundle extends BuiltFile {
  /** The first digits of the hash of its code, which its name has too. */
  readonly hash: string;
  readonly code: Uint8Array<ArrayBuffer>;
  readonly map: Uint8Array<ArrayBuffer>;
  readonly inputs: Bundle["inputs"];
}

/** Named by the hash of the code, and pointing to its map. */
async function finished({ code, map, inputs }: Bundle, name: string): Promise<FinishedBundle> {
  const hash = (await sha256(code)).slice(0, 12);
  const file = `${name}-${hash}.js`;
  const link = new TextEncoder().encode(`//# sourceMappingURL=${file}.map\n`);
  const whole = new Uint8Array(code.length + link.length);
  whole.set(code);
  whole.set(link, code.length);
  return { file, hash, code: whole, map, inputs, bytes: whole.length, sha256: await sha256(whole) };
}

function manifestOf(gateway: FinishedBundle, routes: FinishedBundle): Manifest {
  const named = ({ file, bytes, sha256 }: FinishedBundle): BuiltFile => ({ file, bytes, sha256 });
  return { sockeye: CONTRACT, deployment: routes.hash, gateway: named(gateway), routes: named(routes), table: [] };
}

/** Writes everything but the last manifest, and asks the result what it serves. */
async function stage(
  folder: string,
  gateway: FinishedBundle,
  routes: FinishedBundle,
): Promise<readonly RouteDescriptor[]> {
  for (const { file, code, map } of [gateway, routes]) {
    await Deno.writeFile(`${folder}/${file}`, code);
    await Deno.writeFile(`${folder}/${file}.map`, map);
  }
  await Deno.writeTextFile(
    `${folder}/main.js`,
    `import { run } from "./${gateway.file}";\nawait run(Deno.args, import.meta.dirname);\n`,
  );
  await Deno.writeTextFile(`${folder}/${MANIFEST_FILE}`, JSON.stringify(manifestOf(gateway, routes)));
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
