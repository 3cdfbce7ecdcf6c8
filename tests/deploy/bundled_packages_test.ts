/** The packages of a bundle are those whose files are in it. @module */
import { assertEquals, assertRejects } from "@std/assert";
import { BundleError } from "../../lib/deploy/bundle.ts";
import { BUNDLED_BEFORE, bundledPackages } from "../../lib/deploy/bundled_packages.ts";
import { PROJECT } from "../support/server_process.ts";

const ZOD = "node_modules/.deno/zod@4.6.7/node_modules/zod";
const ARK = "node_modules/.deno/@ark+schema@0.56.8/node_modules/@ark/schema";

/** What a package may leave out. */
const NOTHING = { license: undefined, sha512: undefined, licenseText: undefined, repository: undefined };

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
    { name: "@ark/schema", version: "0.56.8", ...NOTHING },
    { name: "zod", version: "4.6.7", ...NOTHING, license: "MIT", sha512: "0102" },
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
    BundleError,
  );
  assertEquals(
    message,
    `${project.folder}/${ZOD}/package.json has no name and version, so what is bundled cannot be listed`,
  );
  await assertRejects(() => bundledPackages(["node_modules/none/x.js"], undefined), BundleError, "cannot be read");
});

Deno.test("bundledPackages takes all licence files of a package, sorted, and where its sources are", async () => {
  await using project = await installed({
    [ZOD]: { name: "zod", version: "4.6.7", repository: { type: "git", url: "git+https://example.org/zod.git" } },
  });
  const folder = `${project.folder}/${ZOD}`;
  await Deno.writeTextFile(`${folder}/NOTICE`, "made by some\r\n");
  await Deno.writeTextFile(`${folder}/LICENCE.md`, "\nyou may\r\nif you say so\n");
  await Deno.writeTextFile(`${folder}/licenses.js`, "code");
  const [zod] = await bundledPackages([`${folder}/x.js`], undefined);
  assertEquals(zod?.licenseText, "you may\nif you say so\n\nmade by some");
  assertEquals(zod?.repository, "git+https://example.org/zod.git");
});

Deno.test("bundledPackages knows what is in scripts that were bundled before", async () => {
  const sources = Object.keys(BUNDLED_BEFORE).map((path) => PROJECT + path);
  const found = await bundledPackages(sources, undefined);
  assertEquals(found.map(({ name }) => name), ["preact", "uplot"]);
  assertEquals(await bundledPackages(["/elsewhere/routes/_compare/bundle.ts"], undefined), []);
});

Deno.test("the scripts that were bundled before have in them what their sources import, and nothing behind that", () => {
  const pages: Readonly<Record<string, string>> = {
    "lib/observe/inspector/page_bundle.ts": "lib/observe/inspector/page",
    "routes/_compare/bundle.ts": "routes/_compare/browser",
  };
  assertEquals(Object.keys(pages), Object.keys(BUNDLED_BEFORE));
  for (const [bundle, folder] of Object.entries(pages)) {
    const imported = new Set<string>();
    for (const { name } of Deno.readDirSync(PROJECT + folder)) {
      const text = Deno.readTextFileSync(`${PROJECT}${folder}/${name}`);
      for (const [, own] of text.matchAll(/(?:from|import) "((?:@[^/"]+\/)?[^./"@][^/"]*)/g)) {
        imported.add(own!);
      }
    }
    assertEquals([...imported].sort(), BUNDLED_BEFORE[bundle], bundle);
    for (const name of imported) {
      const { dependencies = {} } = JSON.parse(Deno.readTextFileSync(`${PROJECT}node_modules/${name}/package.json`));
      assertEquals([name, dependencies], [name, {}]);
    }
  }
});
