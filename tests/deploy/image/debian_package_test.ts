/** Packages of Debian are taken apart, and those that are there are not fetched. @module */
import { assertEquals, assertMatch, assertRejects } from "@std/assert";
import { fetchDebian, readDebianPackage } from "../../../lib/deploy/image/debian_package.ts";
import { ImageError } from "../../../lib/deploy/image/image_error.ts";
import { requires } from "../../support/requires.ts";

/** Other systems than Linux are not asked to have it. */
const DPKG = Deno.build.os === "linux" ? requires("dpkg-deb") : { ignore: true };

/** A folder with a package `made` in it, which dpkg-deb has put together; gone after the test. */
async function cacheWithPackage() {
  const folder = await Deno.makeTempDir({ prefix: "sockeye-debian-" });
  const root = `${folder}/root`;
  await Deno.mkdir(`${root}/DEBIAN`, { recursive: true });
  await Deno.mkdir(`${root}/usr/lib`, { recursive: true });
  await Deno.writeTextFile(
    `${root}/DEBIAN/control`,
    "Package: made\nVersion: 1.2-3\nArchitecture: all\nMaintainer: Nobody <nobody@example.org>\nDescription: made\n",
  );
  await Deno.writeTextFile(`${root}/usr/lib/made.txt`, "made\n");
  await Deno.symlink("made.txt", `${root}/usr/lib/link.txt`);
  const cache = `${folder}/cache`;
  await Deno.mkdir(cache);
  const path = `${cache}/made_1.2-3_all.deb`;
  const { success } = await new Deno.Command("dpkg-deb", {
    args: ["--build", "--root-owner-group", root, path],
    stdout: "null",
  }).output();
  assertEquals(success, true);
  return { cache, path, [Symbol.asyncDispose]: () => Deno.remove(folder, { recursive: true }) };
}

Deno.test({
  name: "readDebianPackage reads fields, files and links",
  ...DPKG,
  async fn() {
    await using made = await cacheWithPackage();
    const { name, version, architecture, control, sha256, files } = await readDebianPackage(made.path);
    assertEquals([name, version, architecture], ["made", "1.2-3", "all"]);
    assertMatch(control, /^Package: made\nVersion: 1\.2-3\n/);
    assertMatch(sha256, /^[0-9a-f]{64}$/);
    assertEquals([...files].sort(), [
      ["usr/lib/link.txt", { link: "made.txt" }],
      ["usr/lib/made.txt", new TextEncoder().encode("made\n")],
    ]);
  },
});

Deno.test({
  name: "fetchDebian takes what is there, and asks nobody",
  ...DPKG,
  async fn() {
    await using made = await cacheWithPackage();
    const [only] = await fetchDebian({ architecture: "arm64", names: ["made"], cache: made.cache });
    assertEquals([only?.name, only?.files.size], ["made", 2]);
  },
});

Deno.test({
  name: "fetchDebian refuses a package that is there in two versions",
  ...DPKG,
  async fn() {
    await using made = await cacheWithPackage();
    await Deno.copyFile(made.path, `${made.cache}/made_1.2-4_all.deb`);
    const { message } = await assertRejects(
      () => fetchDebian({ architecture: "amd64", names: ["made"], cache: made.cache }),
      ImageError,
    );
    assertEquals(message, `${made.cache} has made more than once: remove all but one`);
  },
});

Deno.test({
  name: "readDebianPackage of what is no package says what dpkg-deb says",
  ...DPKG,
  async fn() {
    await using made = await cacheWithPackage();
    await Deno.writeTextFile(made.path, "<html>not found</html>");
    await assertRejects(() => readDebianPackage(made.path), ImageError, "dpkg-deb --f");
  },
});

Deno.test({
  name: "fetchDebian of what apt does not find says so, and of another architecture where that may be",
  ...DPKG,
  async fn() {
    const folder = await Deno.makeTempDir({ prefix: "sockeye-apt-" });
    const path = Deno.env.get("PATH")!;
    try {
      await Deno.writeTextFile(`${folder}/apt-get`, "#!/bin/sh\necho '404  Not Found' >&2\nexit 100\n", {
        mode: 0o755,
      });
      Deno.env.set("PATH", `${folder}:${path}`);
      const [own, other] = Deno.build.arch === "x86_64" ? ["amd64", "arm64"] as const : ["arm64", "amd64"] as const;
      const said = async (architecture: typeof own) => {
        const order = { architecture, names: ["made"], cache: `${folder}/cache` };
        return (await assertRejects(() => fetchDebian(order), ImageError)).message;
      };
      assertEquals(await said(own), "apt-get update failed:\n404  Not Found");
      assertMatch(
        await said(other),
        new RegExp(`^apt-get update failed:\\n404  Not Found\\nis ${other} in the archives`),
      );
    } finally {
      Deno.env.set("PATH", path);
      await Deno.remove(folder, { recursive: true });
    }
  },
});
