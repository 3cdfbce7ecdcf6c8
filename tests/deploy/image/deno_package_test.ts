/** Deno comes out of a package of npm. @module */
import { assertEquals, assertRejects } from "@std/assert";
import { fetchDeno, readDenoPackage } from "../../../lib/deploy/image/deno_package.ts";
import { ImageError } from "../../../lib/deploy/image/image_error.ts";
import { madeNpmPackage } from "../support/made_parts.ts";

/** The package that holds the licence. */
const COMMON = { "package.json": "{}", "LICENSE": "you may" };

const textOf = (bytes: Uint8Array) => new TextDecoder().decode(bytes);

async function packedOf(files: Readonly<Record<string, string>>, common: Readonly<Record<string, string>> = COMMON) {
  return {
    packed: await madeNpmPackage(files),
    common: await madeNpmPackage(common),
    name: "@deno/made",
    version: "2.9.9",
  };
}

Deno.test("readDenoPackage takes program and licence out, and hashes the program's package as npm does", async () => {
  const order = await packedOf({ "package.json": "{}", "deno": "a program" });
  const { name, version, sha512, program, license } = await readDenoPackage(order);
  assertEquals([name, version, textOf(program), textOf(license)], ["@deno/made", "2.9.9", "a program", "you may"]);
  const hash = new Uint8Array(await crypto.subtle.digest("SHA-512", order.packed));
  assertEquals(sha512, hash.toHex());
});

Deno.test("readDenoPackage refuses a package without the program, and one without a licence", async () => {
  const elsewhere = await packedOf({ "package.json": "{}", "bin/deno": "elsewhere" });
  const { message } = await assertRejects(() => readDenoPackage(elsewhere), ImageError);
  assertEquals(message, '@deno/made@2.9.9 holds no program "deno": is it another\'s package?');
  const unlicensed = await packedOf({ deno: "a program" }, { "package.json": "{}" });
  await assertRejects(() => readDenoPackage(unlicensed), ImageError, "deno@2.9.9 holds no file LICENSE");
});

Deno.test("fetchDeno fetches nothing that is there already", async () => {
  const cache = await Deno.makeTempDir({ prefix: "sockeye-deno-" });
  try {
    const { packed, common } = await packedOf({ deno: "kept" });
    await Deno.writeFile(`${cache}/deno-linux-arm64-glibc-0.0.0-kept.tgz`, packed);
    await Deno.writeFile(`${cache}/deno-0.0.0-kept.tgz`, common);
    const { name, program, license } = await fetchDeno({ architecture: "arm64", version: "0.0.0-kept", cache });
    assertEquals([name, textOf(program), textOf(license)], ["@deno/linux-arm64-glibc", "kept", "you may"]);
  } finally {
    await Deno.remove(cache, { recursive: true });
  }
});
