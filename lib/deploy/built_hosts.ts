/**
 * Hosts of a server that was built: everything lies beside it.
 *
 * @module
 */
import { type BuiltFile, fileUrl, ManifestError, readManifest, sha256 } from "../runtime/mod.ts";
import type { Hosts } from "./code_runtimes.ts";
import { PluginError } from "./plugin.ts";
import { withMapBeside } from "./source_map.ts";

/**
 * @param folder of the manifest.
 * @throws {ManifestError} when it holds no hosts.
 */
export async function builtHosts(folder: string): Promise<Hosts> {
  const manifest = await readManifest(folder);
  if (manifest?.hosts === undefined) {
    throw new ManifestError(`${folder}: what was built there has no hosts; build it anew with "deno task build"`);
  }
  const { hosts: { worker, sandbox, histories }, plugins = [] } = manifest;
  const root = await Deno.realPath(folder);
  return {
    worker: fileUrl(`${root}/${worker.file}`),
    histories: fileUrl(`${root}/${histories.file}`),
    sandbox: async () => textOf(await read(root, sandbox)),
    bundle: (_folder, files) =>
      Promise.reject(new Error(`${files.join(", ")}: a built server has no bundler; serve what was built`)),
    async bundlePlugin({ mount, module }) {
      const built = plugins.find((one) => one.mount === mount && one.module === module);
      if (built !== undefined) return textOf(await withMapBeside(await read(root, built), `${root}/${built.file}`));
      throw new PluginError(
        `the plug-in ${module} at ${mount} was not built: run "deno task build" where its configuration is`,
      );
    },
  };
}

function textOf(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes);
}

/** @throws {ManifestError} when the bytes are others. */
async function read(root: string, { file, sha256: hash }: BuiltFile): Promise<Uint8Array<ArrayBuffer>> {
  const bytes = await Deno.readFile(`${root}/${file}`);
  if (await sha256(bytes) === hash) return bytes;
  throw new ManifestError(`${root}/${file}: its bytes are not those that were built; copy it again, or build it anew`);
}
