/**
 * Loads the routes of a built deployment: one module, found by its manifest, whose bytes are those that were built.
 *
 * @module
 */
import { fileUrl } from "./file_url.ts";
import { MANIFEST_FILE, ManifestError, parseManifest, sha256 } from "./manifest.ts";
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
  const where = `${directory}/${MANIFEST_FILE}`;
  const text = await read(where);
  if (text === undefined) return undefined;
  const { deployment, routes } = parseManifest(new TextDecoder().decode(text), where);
  const path = `${await Deno.realPath(directory)}/${routes.file}`;
  const code = await read(path);
  if (code === undefined) {
    throw new ManifestError(`${where}: its code ${routes.file} is missing; copy the whole folder`);
  }
  if (await sha256(code) !== routes.sha256) {
    throw new ManifestError(`${path}: its bytes are not those that were built; copy it again, or build it anew`);
  }
  const url = version === undefined ? fileUrl(path).href : versionedUrl(fileUrl(path), version);
  const { routes: modules = [] } = await import(url) as { readonly routes?: readonly BuiltModule[] };
  return { deployment, routes: modules.map(({ exports, ...place }) => checkRouteModule(exports, place)) };
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
