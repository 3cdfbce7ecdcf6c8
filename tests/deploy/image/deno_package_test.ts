/** Deno comes out of a package of npm. @module */
import { assertEquals, assertRejects } from "@std/assert";
import { fetchDeno, readDenoPackage } from "../../../lib/deploy/image/deno_package.ts";
import { ImageError } from "../../../lib/deploy/image/image_error.ts";
import { madeNpmPackage } from "../support/made_parts.ts";

Deno.test("readDenoPackage takes the program out, and hashes the package as npm does", async () => {
  const packed = await madeNpmPackage({ "package.json": "{}", "deno": "a program" });
  const { name, version, sha512, program } = await readDenoPackage(packed, "@deno/made", "2.9.9");
  assertEquals([name, version, new TextDecoder().decode(program)], ["@deno/made", "2.9.9", "a program"]);
  const hash = new Uint8Array(await crypto.subtle.digest("SHA-512", packed));
  assertEquals(sha512, hash.toHex());
});

Deno.test("readDenoPackage refuses a package without the program", async () => {
  const packed = await madeNpmPackage({ "package.json": "{}", "bin/deno": "elsewhere" });
  const { message } = await assertRejects(() => readDenoPackage(packed, "@deno/made", "2.9.9"), ImageError);
  assertEquals(message, '@deno/made@2.9.9 holds no program "deno": is it another\'s package?');
});

Deno.test("fetchDeno fetches nothing that is there already", async () => {
  const cache = await Deno.makeTempDir({ prefix: "sockeye-deno-" });
  try {
    const packed = await madeNpmPackage({ deno: "kept" });
    await Deno.writeFile(`${cache}/deno-linux-arm64-glibc-0.0.0-kept.tgz`, packed);
    const { name, program } = await fetchDeno({ architecture: "arm64", version: "0.0.0-kept", cache });
    assertEquals([name, new TextDecoder().decode(program)], ["@deno/linux-arm64-glibc", "kept"]);
  } finally {
    await Deno.remove(cache, { recursive: true });
  }
});
