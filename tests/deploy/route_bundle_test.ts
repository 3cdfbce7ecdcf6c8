/** Route files and the host, each as one module that imports nothing but `node:`. @module */
import { assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { BundleError } from "../../lib/deploy/bundle.ts";
import { bundleHost, bundleRoutes, entryOf } from "../../lib/deploy/route_bundle.ts";
import { loadModule } from "../../lib/runtime/remote/hosted_code.ts";

// esbuild's own process, and what listens to it, live until the bundle is there.
const sanitized = { sanitizeOps: false, sanitizeResources: false };

async function folderOf(files: Readonly<Record<string, string>>) {
  const path = await Deno.realPath(await Deno.makeTempDir({ prefix: "sockeye-routes-" }));
  for (const [name, text] of Object.entries(files)) {
    await Deno.mkdir(`${path}/${name}`.replace(/\/[^/]*$/, ""), { recursive: true });
    await Deno.writeTextFile(`${path}/${name}`, text);
  }
  return { path, [Symbol.asyncDispose]: () => Deno.remove(path, { recursive: true }) };
}

/** What a module names in its imports. */
function importsOf(source: string): string[] {
  return [...source.matchAll(/(?:from|import)\s*\(?"([^"]+)"/g)].map(([, name]) => name!);
}

Deno.test("entryOf imports each file, and says where its route stands", () => {
  assertEquals(
    entryOf(["index.ts", "rooms/[room].ts", 'a"b.ts']),
    `import * as route0 from "./index.ts";
import * as route1 from "./rooms/[room].ts";
import * as route2 from "./a\\"b.ts";
export const routes = [
{ file: "index.ts", pattern: "/", exports: route0 },
{ file: "rooms/[room].ts", pattern: "/rooms/[room]", exports: route1 },
{ file: "a\\"b.ts", pattern: "/a\\"b", exports: route2 }
];
`,
  );
});

Deno.test({
  name: "bundleRoutes makes a module of route files, with sockeye and what they share in it, and where each line stood",
  ...sanitized,
  async fn() {
    await using folder = await folderOf({
      "_shared.ts": "export const shared: string = 'shared';",
      "index.ts": `import { defineRoute } from "sockeye";
        import { shared } from "./_shared.ts";
        import { isUtf8 } from "node:buffer";
        export default defineRoute("/", { message: (peer) => void peer.send(shared + typeof isUtf8) });`,
      "rooms/[room].ts": `import { word } from "kit"; export const get = () => new Response(word);`,
      "kit.ts": 'export const word = "kit";',
    });
    const files = ["index.ts", "rooms/[room].ts"];
    const source = await bundleRoutes(folder.path, files, { kit: `${folder.path}/kit.ts` });
    assertEquals(importsOf(source), ["node:buffer"]);
    const { routes: [index, room] } = await loadModule(source);
    assertEquals([index, room].map((one) => [one?.descriptor.file, one?.descriptor.pattern]), [
      ["index.ts", "/"],
      ["rooms/[room].ts", "/rooms/[room]"],
    ]);
    const response = await room!.get!(new Request("http://example.com/"), {} as never) as Response;
    assertEquals(await response.text(), "kit");
    const map = /\/\/# sourceMappingURL=data:application\/json;base64,(\S+)\n$/.exec(source)![1]!;
    const { sources } = JSON.parse(new TextDecoder().decode(Uint8Array.fromBase64(map)));
    const paths = (sources as string[]).map((source) => decodeURIComponent(source));
    assertEquals(paths.includes(`file://${folder.path}/rooms/[room].ts`), true, String(paths));
  },
});

Deno.test({
  name: "bundleRoutes says what cannot be bundled",
  ...sanitized,
  async fn() {
    await using folder = await folderOf({ "index.ts": 'import "nowhere";' });
    const error = await assertRejects(() => bundleRoutes(folder.path, ["index.ts"]), BundleError);
    assertStringIncludes(error.message, 'Could not resolve "nowhere"');
  },
});

Deno.test({
  name: "bundleHost makes a module of the host that imports nothing but node:",
  ...sanitized,
  async fn() {
    const source = await bundleHost();
    assertEquals(importsOf(source).filter((name) => !name.startsWith("node:")), []);
    assertStringIncludes(source, "a sandbox reads no files");
  },
});
