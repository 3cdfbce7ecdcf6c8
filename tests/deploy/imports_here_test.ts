import { assertEquals, assertStringIncludes } from "@std/assert";

const MODULE = new URL("../../lib/deploy/imports_here.ts", import.meta.url).href;

/** What `importsHere` says in a folder with this deno.json. */
async function read(config: string | undefined): Promise<string> {
  const folder = await Deno.makeTempDir();
  try {
    if (config !== undefined) await Deno.writeTextFile(`${folder}/deno.json`, config);
    const script = `import { importsHere } from ${JSON.stringify(MODULE)};
      try { console.log(JSON.stringify(await importsHere())); } catch (error) { console.log(error.message); }`;
    const { stdout } = await new Deno.Command(Deno.execPath(), {
      args: ["run", "--no-config", "--no-check", "--quiet", "-A", `data:text/javascript,${encodeURIComponent(script)}`],
      cwd: folder,
    }).output();
    return new TextDecoder().decode(stdout).trim();
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("importsHere reads the imports of deno.json, and has none without one", async () => {
  assertEquals(await read('{ "imports": { "kit": "./kit.ts" } }'), '{"kit":"./kit.ts"}');
  assertEquals([await read("{}"), await read(undefined)], ["{}", "{}"]);
});

Deno.test("importsHere says so when deno.json cannot be read", async () => {
  assertStringIncludes(await read("{"), "deno.json cannot be read: ");
});
