import { assertEquals } from "@std/assert";
import { pathOfUrl } from "../../lib/runtime/mod.ts";

const MODULE = new URL("../../lib/deploy/config.ts", import.meta.url).href;
const CONFIG = pathOfUrl(new URL("../../deno.json", import.meta.url));

/** What `readConfig` says in a folder with this `sockeye.config.ts`. */
async function read(config: string | undefined, permissions = ["-A"]): Promise<string> {
  const folder = await Deno.makeTempDir();
  try {
    if (config !== undefined) await Deno.writeTextFile(`${folder}/sockeye.config.ts`, config);
    const script = `import { readConfig } from ${JSON.stringify(MODULE)};
      try { console.log(JSON.stringify(await readConfig()) ?? "none"); } catch (error) { console.log(error.name + ": " + error.message); }`;
    const args = ["run", "--no-check", "--quiet", `--config=${CONFIG}`, ...permissions];
    const { stdout } = await new Deno.Command(Deno.execPath(), {
      args: [...args, `data:text/javascript,${encodeURIComponent(script)}`],
      cwd: folder,
      stderr: "null",
    }).output();
    return new TextDecoder().decode(stdout).trim();
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("readConfig gives the default export, nothing for no file, and an empty one for a file without", async () => {
  assertEquals(await read("export default { port: 4000 };"), '{"port":4000}');
  assertEquals(await read(undefined), "none");
  assertEquals(await read("export const other = 1;"), "{}");
});

Deno.test("readConfig says what is wrong with the file", async () => {
  assertEquals(await read('throw new Error("no luck");'), "ConfigError: sockeye.config.ts: no luck");
});
