/**
 * Host and routes as a sandbox takes them.
 *
 * Bundled in a process of its own, so that nothing of the bundler is left in a test.
 *
 * @module
 */
import { bundleHost, bundleRoutes } from "../../lib/deploy/route_bundle.ts";
import { listRoutes, pathOfUrl } from "../../lib/runtime/mod.ts";

const known = new Map<string, Promise<string>>();

/** The host, as JavaScript. */
export function bundledHost(): Promise<string> {
  return bundled("host");
}

/** All routes of a folder, as JavaScript. */
export function bundledFolder(folder: URL): Promise<string> {
  return bundled(pathOfUrl(folder));
}

function bundled(what: string): Promise<string> {
  let source = known.get(what);
  if (source === undefined) known.set(what, source = run(what));
  return source;
}

async function run(what: string): Promise<string> {
  const script = pathOfUrl(new URL(import.meta.url));
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--no-check", "--quiet", script, what],
  }).output();
  if (code !== 0) throw new Error(new TextDecoder().decode(stderr));
  return new TextDecoder().decode(stdout);
}

if (import.meta.main) {
  const [what = "host"] = Deno.args;
  if (what === "host") console.log(await bundleHost());
  else {
    const { root, files } = await listRoutes(what);
    console.log(await bundleRoutes(root, files));
  }
}
