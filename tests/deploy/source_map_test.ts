/** A source map is put into the code it belongs to, and says where the sources are. @module */
import { assertEquals } from "@std/assert";
import { locatedSources, renamedSources, withMap, withMapBeside } from "../../lib/deploy/source_map.ts";
import { fileUrl } from "../../lib/runtime/mod.ts";

const MAP = JSON.stringify({ version: 3, sourceRoot: "../", sources: ["routes/a.ts", "../b.ts"], mappings: "AAAA" });
const bytes = (text: string) => new TextEncoder().encode(text);
const text = (code: Uint8Array) => new TextDecoder().decode(code);

/** The code without the map, and the map. */
function apart(code: Uint8Array): readonly [code: string, map: unknown] {
  const [, before, map] = /^([^]*)\/\/# sourceMappingURL=data:application\/json;base64,(\S+)\n$/.exec(text(code))!;
  return [before!, JSON.parse(text(Uint8Array.fromBase64(map!)))];
}

Deno.test("withMap takes the place of the line that says where the map is, or adds one", () => {
  for (const code of ["run();\n//# sourceMappingURL=a.js.map\n", "run();\n"]) {
    assertEquals(apart(withMap(bytes(code), MAP)), ["run();\n", JSON.parse(MAP)]);
  }
});

Deno.test("renamedSources and locatedSources reckon with the map's root, and leave the rest", () => {
  const rest = { version: 3, mappings: "AAAA" };
  assertEquals(JSON.parse(renamedSources(MAP, (source) => `x:${source}`)), {
    ...rest,
    sources: ["x:../routes/a.ts", "x:../../b.ts"],
  });
  assertEquals(JSON.parse(locatedSources(MAP, new URL("file:///app/dist/routes.js"))), {
    ...rest,
    sources: ["file:///app/routes/a.ts", "file:///b.ts"],
  });
});

Deno.test("withMapBeside takes the map that lies beside the file; without one, or with one that is none, the code is as it was", async () => {
  const path = await Deno.realPath(await Deno.makeTempDir());
  try {
    const code = bytes("run();\n//# sourceMappingURL=routes.js.map\n");
    assertEquals(await withMapBeside(code, `${path}/routes.js`), code);
    await Deno.writeTextFile(`${path}/routes.js.map`, "none");
    assertEquals(await withMapBeside(code, `${path}/routes.js`), code);
    await Deno.writeTextFile(`${path}/routes.js.map`, MAP);
    const [before, map] = apart(await withMapBeside(code, `${path}/routes.js`));
    assertEquals([before, (map as { readonly sources: unknown }).sources], [
      "run();\n",
      [new URL("../routes/a.ts", fileUrl(`${path}/`)).href, new URL("../../b.ts", fileUrl(`${path}/`)).href],
    ]);
  } finally {
    await Deno.remove(path, { recursive: true });
  }
});
