/**
 * Loads the routes of a built deployment: one module, found by its manifest, whose bytes are those that were built.
 *
 * @module
 */
import { fileUrl } from "./file_url.ts";
import { type Manifest, MANIFEST_FILE, ManifestError, parseManifest, sha256 } from "./manifest.ts";
import { versionedUrl } from "./module_versions.ts";
import { checkRouteModule, type LoadedRoute } from "./route_module.ts";

/** Routes and the name of the deployment that they are. */
export interface BuiltRoutes {
  readonly deployment: string;
  readonly routes: readonly LoadedRoute[];
}

/** What the module of a deployment exports as `routes`. */
interface BuiltModule {
  readonly file: string;
  readonly pattern: string;
  readonly exports: Readonly<Record<string, unknown>>;
}

/**
 * Loads what was built, if this folder holds it.
 *
 * @param directory the folder of the manifest.
 * @param version has the code begin anew for each version, also where the same code was loaded before.
 * @returns undefined when there is no manifest: then it is a folder of route files.
 * @throws {ManifestError} when the manifest or the code is wrong.
 */
export async function loadBuiltRoutes(directory: string, version?: string): Promise<BuiltRoutes | undefined> {
  const built = await readBuiltCode(directory);
  if (built === undefined) return undefined;
  const { deployment, path } = built;
  const url = version === undefined ? fileUrl(path).href : versionedUrl(fileUrl(path), version);
  return { deployment, routes: await importRoutes(url) };
}

/** Code that was built, and not run. */
export interface BuiltCode {
  readonly deployment: string;
  /** Its file. */
  readonly path: string;
  readonly code: Uint8Array<ArrayBuffer>;
  /** What it has, as its manifest says. */
  readonly table: Manifest["table"];
}

/**
 * Reads what was built, if this folder holds it, and sees that the bytes are those that were built.
 *
 * @throws {ManifestError}
 */
export async function readBuiltCode(directory: string): Promise<BuiltCode | undefined> {
  const where = `${directory}/${MANIFEST_FILE}`;
  const manifest = await readManifest(directory);
  if (manifest === undefined) return undefined;
  const { deployment, routes, table } = manifest;
  const path = `${await Deno.realPath(directory)}/${routes.file}`;
  const code = await read(path);
  if (code === undefined) {
    throw new ManifestError(`${where}: its code ${routes.file} is missing; copy the whole folder`);
  }
  if (await sha256(code) !== routes.sha256) {
    throw new ManifestError(`${path}: its bytes are not those that were built; copy it again, or build it anew`);
  }
  return { deployment, path, code, table };
}

/**
 * What a folder says of the deployment that was built there; undefined when there is no manifest.
 *
 * @throws {ManifestError}
 */
export async function readManifest(directory: string): Promise<Manifest | undefined> {
  const where = `${directory}/${MANIFEST_FILE}`;
  const text = await read(where);
  return text === undefined ? undefined : parseManifest(new TextDecoder().decode(text), where);
}

/**
 * Loads the routes of a deployment out of its code, from memory: each time anew, with variables of their own. The memory
 * does not come back.
 *
 * @throws what the code throws while it is loaded, and {TypeError} for what is no route.
 */
export async function importBuiltRoutes(code: Uint8Array<ArrayBuffer>): Promise<readonly LoadedRoute[]> {
  const url = URL.createObjectURL(new Blob([code], { type: "text/javascript" }));
  try {
    return await importRoutes(url);
  } finally {
    URL.revokeObjectURL(url);
  }
}

async function importRoutes(url: string): Promise<readonly LoadedRoute[]> {
  const { routes } = await import(url) as { readonly routes?: readonly BuiltModule[] };
  if (!Array.isArray(routes)) throw new TypeError('the code exports no "routes": build it with "deno task build"');
  return routes.map(({ exports, ...place }: BuiltModule) => checkRouteModule(exports, place));
}

async function read(path: string): Promise<Uint8Array<ArrayBuffer> | undefined> {
  try {
    return await Deno.readFile(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound || error instanceof Deno.errors.NotADirectory) return undefined;
    // Who loads route files says what permission is missing.
    if (error instanceof Deno.errors.NotCapable) return undefined;
    throw error;
  }
}
