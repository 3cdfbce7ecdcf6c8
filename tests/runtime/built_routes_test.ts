/** Built routes are loaded as they were built, or not at all. @module */
import { assertEquals, assertRejects } from "@std/assert";
import { importBuiltRoutes, loadBuiltRoutes, readManifest } from "../../lib/runtime/built_routes.ts";
import { CONTRACT, ManifestError, sha256 } from "../../lib/runtime/manifest.ts";

const CODE = `
const echo = { default: { message(peer, message) { peer.send(message); } } };
export const routes = [{ file: "echo.ts", pattern: "/echo", exports: echo }];
`;

/** A folder with a deployment in it, gone after the test. */
async function deployment(code: string) {
  const path = await Deno.realPath(await Deno.makeTempDir({ prefix: "sockeye-built-" }));
  const bytes = new TextEncoder().encode(code);
  const file = { file: "routes-0123456789ab.js", bytes: bytes.length, sha256: await sha256(bytes) };
  const manifest = { sockeye: CONTRACT, deployment: "0123456789ab", gateway: file, routes: file, table: [] };
  await Deno.writeFile(`${path}/${file.file}`, bytes);
  await Deno.writeTextFile(`${path}/manifest.json`, JSON.stringify(manifest));
  return { path, code: `${path}/${file.file}`, [Symbol.asyncDispose]: () => Deno.remove(path, { recursive: true }) };
}

Deno.test("loadBuiltRoutes gives the routes and the name of the deployment", async () => {
  await using built = await deployment(CODE);
  const loaded = await loadBuiltRoutes(built.path);
  assertEquals(loaded?.deployment, "0123456789ab");
  assertEquals(loaded?.routes.map(({ descriptor: { file, pattern } }) => [file, pattern]), [["echo.ts", "/echo"]]);
});

Deno.test("loadBuiltRoutes gives nothing for a folder of route files, or none at all", async () => {
  assertEquals(await loadBuiltRoutes("routes"), undefined);
  assertEquals(await loadBuiltRoutes("no/such/folder"), undefined);
});

Deno.test("loadBuiltRoutes refuses code that is not what was built, and code that is missing", async () => {
  await using built = await deployment(CODE);
  await Deno.writeTextFile(built.code, `${CODE}// changed`);
  await assertRejects(() => loadBuiltRoutes(built.path), ManifestError, "its bytes are not those that were built");
  await Deno.remove(built.code);
  await assertRejects(() => loadBuiltRoutes(built.path), ManifestError, "is missing; copy the whole folder");
});

Deno.test("loadBuiltRoutes checks each route as a file is checked", async () => {
  await using built = await deployment(CODE.replace("message(", "mesage("));
  await assertRejects(() => loadBuiltRoutes(built.path), TypeError, 'did you mean "message"?');
});

Deno.test("importBuiltRoutes loads code out of memory, anew each time", async () => {
  const bytes = new TextEncoder().encode(CODE);
  const [one, two] = [await importBuiltRoutes(bytes), await importBuiltRoutes(bytes)];
  assertEquals([one, two].map(([route]) => route?.descriptor.pattern), ["/echo", "/echo"]);
  assertEquals(one[0]?.route === two[0]?.route, false);
});

Deno.test("importBuiltRoutes says what code is not that of a deployment", async () => {
  await assertRejects(
    () => importBuiltRoutes(new TextEncoder().encode("export {};")),
    TypeError,
    'exports no "routes"',
  );
});

Deno.test("readManifest gives what was built in a folder, and nothing where nothing was", async () => {
  await using built = await deployment(CODE);
  assertEquals((await readManifest(built.path))?.deployment, "0123456789ab");
  assertEquals(await readManifest("routes"), undefined);
  await Deno.writeTextFile(`${built.path}/manifest.json`, "{");
  await assertRejects(() => readManifest(built.path), ManifestError, "it is not JSON");
});
