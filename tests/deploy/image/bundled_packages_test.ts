/** The packages of a bundle are those whose files are in it. @module */
import { assertEquals, assertRejects } from "@std/assert";
import { bundledPackages } from "../../../lib/deploy/image/bundled_packages.ts";
import { ImageError } from "../../../lib/deploy/image/image_error.ts";

const ZOD = "node_modules/.deno/zod@4.6.7/node_modules/zod";
const ARK = "node_modules/.deno/@ark+schema@0.56.8/node_modules/@ark/schema";

/** A folder with installed packages; gone after the test. */
async function installed(packages: Readonly<Record<string, object>>) {
  const folder = await Deno.makeTempDir({ prefix: "sockeye-packages-" });
  for (const [path, own] of Object.entries(packages)) {
    await Deno.mkdir(`${folder}/${path}`, { recursive: true });
    await Deno.writeTextFile(`${folder}/${path}/package.json`, JSON.stringify(own));
  }
  return { folder, [Symbol.asyncDispose]: () => Deno.remove(folder, { recursive: true }) };
}

Deno.test("bundledPackages names each package once, sorted, with its licence and its hash from the lock file", async () => {
  await using project = await installed({
    [ZOD]: { name: "zod", version: "4.6.7", license: "MIT" },
    [ARK]: { name: "@ark/schema", version: "0.56.8" },
  });
  const sources = ["lib/a.ts", `${ZOD}/a.js`, `${ZOD}/deep/b.js`, `${ARK}/out/c.js`]
    .map((path) => `${project.folder}/${path}`);
  const lock = JSON.stringify({ npm: { "zod@4.6.7_peer@1.0.0": { integrity: `sha512-${btoa("\x01\x02")}` } } });
  assertEquals(await bundledPackages(sources, lock), [
    { name: "@ark/schema", version: "0.56.8", license: undefined, sha512: undefined },
    { name: "zod", version: "4.6.7", license: "MIT", sha512: "0102" },
  ]);
});

Deno.test("bundledPackages keeps two versions of one package apart, and knows no hashes without a lock file", async () => {
  const older = ZOD.replace("4.6.7", "3.0.0");
  await using project = await installed({
    [ZOD]: { name: "zod", version: "4.6.7" },
    [older]: { name: "zod", version: "3.0.0" },
  });
  const found = await bundledPackages([ZOD, older].map((path) => `${project.folder}/${path}/x.js`), undefined);
  assertEquals(found.map(({ version, sha512 }) => [version, sha512]), [["3.0.0", undefined], ["4.6.7", undefined]]);
});

Deno.test("bundledPackages of sources of our own is empty", async () => {
  assertEquals(await bundledPackages(["lib/frame/mask.ts", "routes/echo.ts"], undefined), []);
});

Deno.test("bundledPackages refuses a package that does not say what it is", async () => {
  await using project = await installed({ [ZOD]: { name: "zod" } });
  const { message } = await assertRejects(
    () => bundledPackages([`${project.folder}/${ZOD}/x.js`], undefined),
    ImageError,
  );
  assertEquals(
    message,
    `${project.folder}/${ZOD}/package.json has no name and version, so what is bundled cannot be listed`,
  );
  await assertRejects(() => bundledPackages(["node_modules/none/x.js"], undefined), ImageError, "cannot be read");
});
