import { assertEquals, assertStringIncludes } from "@std/assert";
import { pathOfUrl } from "../../lib/runtime/mod.ts";

const MODULE = new URL("../../lib/deploy/source_hosts.ts", import.meta.url).href;
const PROJECT = pathOfUrl(new URL("../../", import.meta.url));

/** In a process of its own, for bundling leaves one behind for a while. */
async function run(script: string, ...permissions: string[]): Promise<string> {
  const code = `import { sourceHosts } from ${JSON.stringify(MODULE)}; const hosts = sourceHosts(); ${script}`;
  const { stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [
      "run",
      "--no-check",
      "--quiet",
      `--config=${PROJECT}deno.json`,
      ...permissions,
      `data:text/javascript,${encodeURIComponent(code)}`,
    ],
    cwd: PROJECT,
  }).output();
  return new TextDecoder().decode(stdout).trim() || new TextDecoder().decode(stderr);
}

Deno.test("sourceHosts bundles the host of a sandbox and a plug-in, which import nothing but node:", async () => {
  const said = await run(
    `
    const order = { mount: "/hooks", module: "./examples/plugins/webhook.ts", permissions: {}, limits: {} };
    const sources = [await hosts.sandbox(), await hosts.bundlePlugin(order)];
    const imports = sources.flatMap((source) => [...source.matchAll(/\\bfrom ?"([^"]+)"/g)].map(([, name]) => name));
    console.log(JSON.stringify([sources.every(({ length }) => length > 1000), imports.filter((name) => !name.startsWith("node:"))]));
    Deno.exit(0);`,
    "-A",
  );
  assertEquals(JSON.parse(said), [true, []]);
});

Deno.test("sourceHosts says how to start a server that may start programs", async () => {
  const said = await run(
    `await hosts.sandbox().catch(({ message }) => console.log(message)); Deno.exit(0);`,
    "--no-prompt",
    "--allow-read",
    "--allow-env",
  );
  assertStringIncludes(said, 'start the server with "deno task start:plugins"');
});
