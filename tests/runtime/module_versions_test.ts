/** Changed files are imported anew, with all that they import; everything else stays as it is. @module */
import { assert, assertEquals, assertNotStrictEquals, assertStrictEquals } from "@std/assert";
import { importedFiles, versionedUrl, withoutVersions } from "../../lib/runtime/module_versions.ts";

Deno.test("a version is imported anew with all that it imports, and the server's own modules are there once", async () => {
  const folder = await Deno.makeTempDir({ prefix: "sockeye-versions-" });
  try {
    const own = import.meta.resolve("../../lib/route/mod.ts");
    await Deno.writeTextFile(`${folder}/a.ts`, `export { b } from "./b.ts"; export { SchemaError } from "${own}";`);
    const write = (text: string) =>
      Deno.writeTextFile(`${folder}/b.ts`, `export const b: { text: string } = { text: "${text}" };`);
    const load = (version: string) => import(versionedUrl(new URL(`file://${folder}/a.ts`), version));
    await write("one");
    const first = await load("1");
    await write("two");
    const [second, again] = [await load("2"), await load("2")];
    assertEquals([first.b.text, second.b.text], ["one", "two"]);
    assertStrictEquals(second.b, again.b);
    assertNotStrictEquals(first.b, second.b);
    assertStrictEquals(first.SchemaError, second.SchemaError);
    assertStrictEquals(first.SchemaError, (await import(own)).SchemaError);
    for (const name of ["a.ts", "b.ts"]) assert(importedFiles().has(`file://${folder}/${name}`), name);
    assert(!importedFiles().has(own));
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("a module that is imported without a version is imported once, whatever else is", async () => {
  const own = import.meta.resolve("../../lib/route/mod.ts");
  assertStrictEquals(await import(own), await import(own));
});

Deno.test("withoutVersions leaves of a text what a person has to read", () => {
  assertEquals(withoutVersions("at a (file:///r/a.ts?v=12:3:1)\nb.mjs?v=1"), "at a (file:///r/a.ts:3:1)\nb.mjs");
  assertEquals(withoutVersions("/page?v=1 a.ts?v=x"), "/page?v=1 a.ts?v=x");
});
