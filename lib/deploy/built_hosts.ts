/**
 * Hosts of a server that was built: everything lies beside it.
 *
 * @module
 */
import { type BuiltFile, fileUrl, ManifestError, readManifest, sha256 } from "../runtime/mod.ts";
import type { Hosts } from "./code_runtimes.ts";
import { PluginError } from "./plugin.ts";

/**
 * @param folder of the manifest.
 * @throws {ManifestError} when it holds no hosts.
 */
export async function builtHosts(folder: string): Promise<Hosts> {
  const manifest = await readManifest(folder);
  if (manifest?.hosts === undefined) {
    throw new ManifestError(`${folder}: what was built there has no hosts; build it anew with "deno task build"`);
  }
  const { hosts: { worker, sandbox }, plugins = [] } = manifest;
  const root = await Deno.realPath(folder);
  return {
    worker: fileUrl(`${root}/${worker.file}`),
    sandbox: () => read(root, sandbox),
    bundle: (_folder, files) =>
      Promise.reject(new Error(`${files.join(", ")}: a built server has no bundler; serve what was built`)),
    bundlePlugin({ mount, module }) {
      const built = plugins.find((one) => one.mount === mount && one.module === module);
      if (built !== undefined) return read(root, built);
      throw new PluginError(
        `the plug-in ${module} at ${mount} was not built: run "deno task build" where its configuration is`,
      );
    },
  };
}

/** @throws {ManifestError} when the bytes are others. */
async function read(root: string, { file, sha256: hash }: BuiltFile): Promise<string> {
  const bytes = await Deno.readFile(`${root}/${file}`);
  if (await sha256(bytes) === hash) return new TextDecoder().decode(bytes);
  throw new ManifestError(`${root}/${file}: its bytes are not those that were built; copy it again, or build it anew`);
}
