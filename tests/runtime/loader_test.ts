import { assertEquals, assertInstanceOf, assertRejects, assertStringIncludes } from "@std/assert";
import { loadRoutes, RouteLoadError } from "../../lib/runtime/loader.ts";

/** Runs with a folder of these files, and removes it after. A name that ends with "/" is an empty folder. */
async function withFolder(files: Readonly<Record<string, string>>, run: (folder: string) => Promise<void>) {
  const folder = await Deno.realPath(await Deno.makeTempDir());
  try {
    for (const [name, text] of Object.entries(files)) {
      const path = `${folder}/${name}`;
      await Deno.mkdir(path.slice(0, path.lastIndexOf("/")), { recursive: true });
      if (!name.endsWith("/")) await Deno.writeTextFile(path, text);
    }
    await run(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** What loading a folder fails with. */
function failure(folder: string | URL): Promise<RouteLoadError> {
  return assertRejects(() => loadRoutes(folder), RouteLoadError);
}

const ECHO = "export default { message(peer, message) { peer.send(message.text()); } };";

Deno.test("loadRoutes loads every route file, sorted, and passes the rest over", async () => {
  const files = {
    "z.ts": ECHO,
    "index.ts": ECHO,
    "a b.mjs": ECHO,
    "rooms/[room].ts": ECHO,
    "(site)/about.tsx": "export const get = (): Response => new Response('about');",
    "rooms/_names.ts": "throw new Error('not a route');",
    "_lib/broken.ts": "this is not TypeScript",
    "node_modules/x/index.js": "throw new Error('not ours');",
    ".hidden/a.ts": "throw new Error('hidden');",
    "z_test.ts": "throw new Error('a test');",
    "z.d.ts": "export {};",
    "style.css": "a {}",
    "folder.ts/inside.js": ECHO,
    "empty/": "",
  };
  await withFolder(files, async (folder) => {
    const routes = await loadRoutes(folder);
    assertEquals(routes.map(({ descriptor }) => [descriptor.file, descriptor.pattern]), [
      ["(site)/about.tsx", "/about"],
      ["a b.mjs", "/a b"],
      ["folder.ts/inside.js", "/folder.ts/inside"],
      ["index.ts", "/"],
      ["rooms/[room].ts", "/rooms/[room]"],
      ["z.ts", "/z"],
    ]);
    assertEquals(typeof routes[0]?.get, "function");
    assertEquals(typeof routes[3]?.route?.message, "function");
  });
});

Deno.test("loadRoutes takes a file URL, and a folder whose name needs encoding", async () => {
  await withFolder({ "100% #1?/a.ts": ECHO }, async (folder) => {
    const routes = await loadRoutes(new URL(`file://${folder}/100%25%20%231%3F`));
    assertEquals(routes.map(({ descriptor }) => descriptor.pattern), ["/a"]);
    assertEquals((await loadRoutes(`${folder}/100% #1?/`)).length, 1);
  });
});

Deno.test("loadRoutes: a route elsewhere may import sockeye, since the project's import map applies", async () => {
  const text = 'import { defineRoute } from "sockeye"; export default defineRoute("/a", { open() {} });';
  await withFolder({ "a.ts": text }, async (folder) => {
    const [route] = await loadRoutes(folder);
    assertEquals((route?.route as { readonly path?: string }).path, "/a");
  });
});

Deno.test("loadRoutes gives no routes for an empty folder", async () => {
  await withFolder({}, async (folder) => {
    assertEquals(await loadRoutes(folder), []);
  });
});

Deno.test({
  name: "loadRoutes follows linked files, not linked folders, and reports links that lead nowhere",
  ignore: Deno.build.os === "windows",
  fn: () =>
    withFolder({ "elsewhere/_real.ts": ECHO, "routes/b.ts": ECHO }, async (folder) => {
      await Deno.symlink(`${folder}/elsewhere/_real.ts`, `${folder}/routes/a.ts`);
      await Deno.symlink(`${folder}/routes`, `${folder}/routes/again`);
      assertEquals((await loadRoutes(`${folder}/routes`)).map(({ descriptor }) => descriptor.file), ["a.ts", "b.ts"]);
      await Deno.symlink(`${folder}/nowhere.ts`, `${folder}/routes/lost.ts`);
      const { message } = await failure(`${folder}/routes`);
      assertStringIncludes(message, "lost.ts: the link leads to nothing that can be read");
    }),
});

Deno.test("loadRoutes lists every file that is wrong, with its problem, and names each once", async () => {
  const files = {
    "good.ts": ECHO,
    "syntax.ts": "const a = ;\n",
    "throws.ts": "throw new Error('no database');",
    "throws_text.ts": "throw 'just text';",
    "missing.ts": 'import "./_gone.ts";',
    "misspelt.ts": "export default { mesage() {} };",
    "a[b].ts": ECHO,
    "moved.ts": 'export default { path: "/elsewhere", open() {} };',
  };
  await withFolder(files, async (folder) => {
    const error = await failure(folder);
    assertEquals(error.errors.length, 7);
    assertEquals(error.name, "RouteLoadError");
    const expected = [
      `7 problems in the routes folder ${folder}:`,
      'a[b].ts: "/a[b]" is not a route pattern',
      'misspelt.ts: its default export has the unknown key "mesage"; did you mean "message"?',
      "missing.ts: ",
      "_gone.ts",
      'moved.ts: defineRoute was given "/elsewhere", but the file stands at "/moved"',
      "syntax.ts: ",
      "syntax.ts:1:11",
      "throws.ts: no database",
      "throws_text.ts: just text",
    ];
    for (const text of expected) assertStringIncludes(error.message, text);
    assertEquals(error.message.split("misspelt.ts").length, 2);
    assertEquals(error.message.includes("good.ts"), false);
    for (const one of error.errors) assertInstanceOf(one, Error);
  });
});

Deno.test("loadRoutes says of one problem that it is one", async () => {
  await withFolder({ "a.ts": "export const x = 1;" }, async (folder) => {
    assertStringIncludes(
      (await failure(folder)).message,
      `one problem in the routes folder ${folder}:\n  a.ts: it exports`,
    );
  });
});

Deno.test("loadRoutes names a folder that is missing, or is none, and what to do", async () => {
  await withFolder({ "file.ts": ECHO }, async (folder) => {
    const missing = await failure(`${folder}/missing`);
    assertEquals(
      missing.message,
      `the routes folder ${folder}/missing does not exist; create it, or name another with --routes DIR`,
    );
    assertStringIncludes((await failure(`${folder}/file.ts`)).message, "file.ts is not a folder");
    assertStringIncludes((await failure(new URL("https://example.com/"))).message, "not https://example.com/");
  });
});

Deno.test({
  name: "loadRoutes names the flag of the permission that is missing",
  permissions: { read: false },
  fn: async () => {
    const { message } = await failure("/srv/routes");
    assertEquals(message, "reading the routes folder needs a permission: start with --allow-read=/srv/routes");
  },
});
