/**
 * Hosts of a server that runs from its sources: workers host from a file, and what a sandbox needs is bundled.
 *
 * @module
 */
import type { Hosts } from "./code_runtimes.ts";

/** The hosts. What bundles is loaded when it is needed: most servers never do. */
export function sourceHosts(): Hosts {
  let host: Promise<string> | undefined;
  return {
    worker: new URL("../runtime/remote/worker_host.ts", import.meta.url),
    histories: new URL("../backplane/sqlite_history_worker.ts", import.meta.url),
    sandbox: () => host ??= bundler().then(({ bundleHost }) => bundleHost()),
    async bundle(folder, files) {
      const { bundleRoutes, importsHere } = await bundler();
      return await bundleRoutes(folder, files, await importsHere());
    },
    async bundlePlugin(order) {
      const { bundlePlugin, importsHere } = await bundler();
      return await bundlePlugin(order, Deno.cwd(), await importsHere());
    },
  };
}

/** @throws {Error} that says how to start a server that may start programs: bundling does, and so does every sandbox. */
async function bundler(): Promise<typeof import("./route_bundle.ts")> {
  const { state } = await Deno.permissions.query({ name: "run" });
  if (state === "granted") return await import("./route_bundle.ts");
  throw new Error(
    'a process of its own needs the permission to start programs: start the server with "deno task start:plugins"',
  );
}
