/**
 * Route files as one module that imports nothing but `node:`.
 *
 * @module
 */
import { patternOfFile } from "../route/table.ts";
import { fileUrl, pathOfUrl } from "../runtime/mod.ts";
export { importsHere } from "./imports_here.ts";
import { type Bundle, bundle, BundleError, type BundleOrder, endBundling } from "./bundle.ts";
import { PluginError, type PluginOrder } from "./plugin.ts";
import { locatedSources, withMap } from "./source_map.ts";

/** Where what routes import of ours leads. */
export const SOCKEYE_IMPORTS: Readonly<Record<string, string>> = {
  "sockeye": pathOfUrl(new URL("../route/mod.ts", import.meta.url)),
  "sockeye/auth": pathOfUrl(new URL("../auth/mod.ts", import.meta.url)),
};

/** Where the host is. */
const HOST = new URL("../runtime/remote/", import.meta.url);

/**
 * Bundles route files for a place that cannot read them.
 *
 * @param folder where they are.
 * @param files relative to it, with `/`.
 * @param imports bare names and what they stand for, beside `sockeye`.
 * @returns JavaScript, with its source map in it.
 * @throws {BundleError}
 */
export async function bundleRoutes(
  folder: string,
  files: readonly string[],
  imports: Readonly<Record<string, string>> = {},
): Promise<string> {
  try {
    const order = { source: entryOf(files), folder, imports: { ...imports, ...SOCKEYE_IMPORTS } };
    return inlined(await bundle(order, "routes.js"));
  } finally {
    await endBundling();
  }
}

/** The host of a sandbox, likewise. */
export async function bundleHost(): Promise<string> {
  try {
    const order = { source: `import "./process_host.ts";`, folder: pathOfUrl(HOST), imports: {} };
    return new TextDecoder().decode((await bundle(order, "host.js")).code);
  } finally {
    await endBundling();
  }
}

/**
 * A plug-in, likewise.
 *
 * @param folder where its module is looked for.
 * @throws {PluginError} when it cannot be bundled.
 */
export async function bundlePlugin(
  order: PluginOrder,
  folder: string,
  imports: Readonly<Record<string, string>> = {},
): Promise<string> {
  try {
    return inlined(await bundle(pluginBundle(order, folder, imports), "plugin.js"));
  } catch (error) {
    if (!(error instanceof BundleError)) throw error;
    throw new PluginError(`the plug-in ${order.module} cannot be bundled:\n${error.message}`, { cause: error });
  } finally {
    await endBundling();
  }
}

/** What to bundle of a plug-in. */
export function pluginBundle(
  { mount, module }: PluginOrder,
  folder: string,
  imports: Readonly<Record<string, string>>,
): BundleOrder {
  const source = `import * as plugin from ${JSON.stringify(module)};
export const routes = [{ file: ${JSON.stringify(module)}, pattern: ${JSON.stringify(mount)}, exports: plugin }];
export const manifest = plugin.manifest;
`;
  return { source, folder, imports: { ...imports, ...SOCKEYE_IMPORTS } };
}

/** With its source map in it, which names the sources by their URLs. */
function inlined({ code, map }: Bundle): string {
  // Bundled as if the result were to lie one folder below the working directory.
  const at = fileUrl(`${Deno.cwd()}/dist/`);
  return new TextDecoder().decode(withMap(code, locatedSources(new TextDecoder().decode(map), at)));
}

/** The module that imports all route files. */
export function entryOf(files: readonly string[]): string {
  const imports = files.map((file, at) => `import * as route${at} from ${JSON.stringify(`./${file}`)};`);
  const rows = files.map((file, at) =>
    `{ file: ${JSON.stringify(file)}, pattern: ${JSON.stringify(patternOfFile(file))}, exports: route${at} }`
  );
  return `${imports.join("\n")}\nexport const routes = [\n${rows.join(",\n")}\n];\n`;
}
