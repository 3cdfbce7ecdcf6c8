/** One module out of many, with nothing but `node:` left to import. @module */
import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { bundle, BundleError, endBundling } from "../../lib/deploy/bundle.ts";

// esbuild's own process, and what listens to it, live until `endBundling`.
const sanitized = { sanitizeOps: false, sanitizeResources: false };

/** A folder with these files, gone after the test. */
async function folderOf(files: Readonly<Record<string, string>>) {
  const path = await Deno.realPath(await Deno.makeTempDir({ prefix: "sockeye-bundle-" }));
  for (const [name, text] of Object.entries(files)) {
    await Deno.mkdir(`${path}/${name}`.replace(/\/[^/]*$/, ""), { recursive: true });
    await Deno.writeTextFile(`${path}/${name}`, text);
  }
  return { path, [Symbol.asyncDispose]: () => Deno.remove(path, { recursive: true }) };
}

async function evaluated(code: Uint8Array<ArrayBuffer>): Promise<Record<string, unknown>> {
  const url = URL.createObjectURL(new Blob([code], { type: "text/javascript" }));
  try {
    return await import(url);
  } finally {
    URL.revokeObjectURL(url);
  }
}

Deno.test({
  name: "bundle follows files, packages, names of the import map and npm: specifiers, and leaves node: alone",
  ...sanitized,
  async fn() {
    await using folder = await folderOf({
      "a.ts": "export const a: number = 1;",
      "words.json": '{"word":"json"}',
      "node_modules/plain/package.json": '{"name":"plain","main":"index.js"}',
      "node_modules/plain/index.js": 'module.exports = "plain";',
      "node_modules/@scope/kit/package.json":
        '{"name":"@scope/kit","exports":{".":"./kit.js","./part":"./part.js"},"type":"module"}',
      "node_modules/@scope/kit/kit.js": 'export const kit = "kit";',
      "node_modules/@scope/kit/part.js": 'export const part = "part";',
    });
    const source = `
      import { a } from "./a.ts";
      import words from "./words.json" with { type: "json" };
      import plain from "plain";
      import { kit } from "mapped";
      import { part } from "npm:@scope/kit@^1/part";
      import { isUtf8 } from "node:buffer";
      export const all = [a, words.word, plain, kit, part, typeof isUtf8];`;
    const { code, map, inputs } = await bundle({
      source,
      folder: folder.path,
      imports: { mapped: "npm:@scope/kit@^1" },
    }, "x.js");
    assertEquals((await evaluated(code))["all"], [1, "json", "plain", "kit", "part", "function"]);
    assertEquals([...new TextDecoder().decode(code).matchAll(/from\s*"([^"]+)"/g)].map(([, name]) => name), [
      "node:buffer",
    ]);
    assert(inputs.some(([path]) => path.endsWith("words.json")), String(inputs));
    assertStringIncludes(new TextDecoder().decode(map), "a.ts");
    await endBundling();
  },
});

Deno.test({
  name: "bundle gives packages in CommonJS the modules of the platform that they ask for, by either name",
  ...sanitized,
  async fn() {
    await using folder = await folderOf({
      "node_modules/old/package.json": '{"name":"old","main":"index.js"}',
      "node_modules/old/index.js": `
        const Events = require("events"), { isIP } = require("node:net"), dns = require("dns/promises");
        module.exports = [new Events().listenerCount("x"), isIP("::1"), typeof dns.lookup];`,
    });
    const source = 'import old from "old"; export const all = old;';
    const { code } = await bundle({ source, folder: folder.path, imports: {} }, "x.js");
    assertEquals((await evaluated(code))["all"], [0, 6, "function"]);
    await endBundling();
  },
});

Deno.test({
  name: "bundle says what cannot be bundled, and where",
  ...sanitized,
  async fn() {
    await using folder = await folderOf({
      "broken.ts": "export const a = ;",
      "far.ts": 'import "https://example.com/x.ts";',
    });
    const of = (source: string) => bundle({ source, folder: folder.path, imports: {} }, "x.js");
    const messageOf = async (source: string) => (await assertRejects(() => of(source), BundleError)).message;
    assertStringIncludes(await messageOf('import "./broken.ts";'), "broken.ts:1:18: Unexpected");
    assertStringIncludes(
      await messageOf('import "./far.ts";'),
      'far.ts:1:8: "https://example.com/x.ts" cannot be bundled',
    );
    assertStringIncludes(await messageOf('import "nowhere";'), 'Could not resolve "nowhere"');
    await endBundling();
  },
});

Deno.test({
  name: "bundle leaves out what is absent where CommonJS asks for it, and not where a module imports it",
  ...sanitized,
  async fn() {
    await using folder = await folderOf({
      "node_modules/peer/package.json": '{"name":"peer","main":"index.js"}',
      "node_modules/peer/index.js": 'module.exports = "the peer";',
      "node_modules/kit/package.json": '{"name":"kit","main":"index.js"}',
      "node_modules/kit/index.js":
        'exports.found = (() => { try { return require("peer"); } catch { return "none"; } })();',
    });
    const found = async (absent: readonly string[]) => {
      const source = 'import { found } from "kit"; import peer from "peer"; export default [found, peer];';
      const { code } = await bundle({ source, folder: folder.path, imports: {}, absent }, "made.js");
      return (await evaluated(code))["default"];
    };
    try {
      assertEquals(await found([]), ["the peer", "the peer"]);
      assertEquals(await found(["peer"]), ["none", "the peer"]);
    } finally {
      await endBundling();
    }
  },
});

Deno.test({
  name:
    "bundle with parts leaves what import() loads in files of their own, which name one another and their maps' sources",
  ...sanitized,
  async fn() {
    await using folder = await folderOf({
      "shared.ts": "export const shared = { word: 'shared' };",
      "late.ts": "import { shared } from './shared.ts'; export const late = () => shared;",
    });
    const source = `
      import { shared } from "./shared.ts";
      export const isSame = async () => (await import("./late.ts")).late() === shared;`;
    const order = { source, folder: folder.path, imports: {} };
    const { code, map, inputs, parts } = await bundle({ ...order, parts: "main" }, "main.js");
    assertEquals(parts.map(({ file }) => file.replace(/-[0-9A-Z]{8}/, "")), ["main-chunk.js", "main-late.js"]);
    assertEquals(inputs.filter(([path]) => path.endsWith("late.ts")), []);
    assert(parts[1]!.inputs.some(([path]) => path.endsWith("late.ts")), String(parts[1]!.inputs));
    assertStringIncludes(new TextDecoder().decode(parts[1]!.map), "late.ts");
    assertStringIncludes(new TextDecoder().decode(map), "main.js");
    await Deno.writeFile(`${folder.path}/main.js`, code);
    for (const part of parts) await Deno.writeFile(`${folder.path}/${part.file}`, part.code);
    const { isSame } = await import(`file://${folder.path}/main.js`);
    assertEquals(await isSame(), true);
    const again = await bundle({ ...order, parts: "main" }, "main.js");
    assertEquals(again, { code, map, inputs, parts });
    assertEquals((await bundle(order, "main.js")).parts, []);
    await endBundling();
  },
});
