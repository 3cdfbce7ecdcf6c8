/** The lowest layer has what deno needs, and nothing of another architecture. @module */
import { assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { ImageError } from "../../../lib/deploy/image/image_error.ts";
import type { ImageFile } from "../../../lib/deploy/image/layer.ts";
import { noticePackages, systemFiles } from "../../../lib/deploy/image/system_files.ts";
import { madeDebian, madeDeno, madeElf, madeSystem } from "../support/made_parts.ts";

const filesOf = (architecture: "amd64" | "arm64", packages = madeSystem(architecture)) =>
  new Map(systemFiles(architecture, madeDeno(architecture).program, packages).map((file) => [file.path, file]));

const textOf = (file: ImageFile | undefined) =>
  file?.content instanceof Uint8Array ? new TextDecoder().decode(file.content) : file?.content;

const librariesIn = (files: ReadonlyMap<string, ImageFile>) =>
  [...files.keys()].filter((path) => path.includes(".so")).sort();

Deno.test("systemFiles takes what deno needs, what that needs, and no other library", () => {
  assertEquals(librariesIn(filesOf("amd64")), [
    "usr/lib/x86_64-linux-gnu/ld-linux-x86-64.so.2",
    "usr/lib/x86_64-linux-gnu/libc.so.6",
    "usr/lib/x86_64-linux-gnu/libnss_dns.so.2",
    "usr/lib/x86_64-linux-gnu/libresolv.so.2",
    "usr/lib64/ld-linux-x86-64.so.2",
  ]);
  assertEquals(librariesIn(filesOf("arm64")), [
    "usr/lib/aarch64-linux-gnu/ld-linux-aarch64.so.1",
    "usr/lib/aarch64-linux-gnu/libc.so.6",
    "usr/lib/aarch64-linux-gnu/libnss_dns.so.2",
    "usr/lib/aarch64-linux-gnu/libresolv.so.2",
    "usr/lib/ld-linux-aarch64.so.1",
  ]);
});

Deno.test("systemFiles puts the loader where the program asks for it", () => {
  const amd64 = filesOf("amd64");
  assertEquals(amd64.get("lib64")?.content, { link: "usr/lib64" });
  assertEquals(amd64.get("usr/lib64/ld-linux-x86-64.so.2")?.content, {
    link: "../../usr/lib/x86_64-linux-gnu/ld-linux-x86-64.so.2",
  });
  const arm64 = filesOf("arm64");
  assertEquals([arm64.has("lib64"), arm64.get("lib")?.content], [false, { link: "usr/lib" }]);
});

Deno.test("systemFiles follows the link by which a package names a library", () => {
  const library = filesOf("amd64").get("usr/lib/x86_64-linux-gnu/libc.so.6");
  assertEquals([library?.content instanceof Uint8Array, library?.mode], [true, 0o755]);
});

Deno.test("systemFiles has a user, a place for state, and what finding names takes", () => {
  const files = filesOf("amd64");
  assertStringIncludes(textOf(files.get("etc/passwd")) as string, "sockeye:x:65532:65532:");
  assertStringIncludes(textOf(files.get("etc/group")) as string, "sockeye:x:65532:");
  assertStringIncludes(textOf(files.get("etc/nsswitch.conf")) as string, "hosts: files dns\n");
  assertStringIncludes(textOf(files.get("etc/hosts")) as string, "127.0.0.1 localhost\n");
  const { mode, owner } = files.get("var/lib/sockeye")!;
  assertEquals([mode, owner], [0o700, 65532]);
  assertEquals(files.get("tmp")?.mode, 0o1777);
});

Deno.test("systemFiles joins the certificates, sorted, one to a line", () => {
  assertEquals(textOf(filesOf("amd64").get("etc/ssl/certs/ca-certificates.crt")), "first\nsecond\n");
});

Deno.test("systemFiles says which packages the files are of, for scanners and for licences", () => {
  const files = filesOf("amd64");
  assertEquals(
    [...files.keys()].filter((path) => path.startsWith("var/lib/dpkg/")),
    ["base-files", "ca-certificates", "libc6"].map((name) => `var/lib/dpkg/status.d/${name}`),
  );
  assertStringIncludes(textOf(files.get("var/lib/dpkg/status.d/libc6")) as string, "Version: 1.2-3+deb12u1");
  assertEquals(textOf(files.get("usr/share/doc/ca-certificates/copyright")), "whose");
  assertEquals(textOf(files.get("usr/share/common-licenses/GPL-3")), "all of it");
  assertEquals(files.get("usr/share/common-licenses/GPL")?.content, { link: "GPL-3" });
  assertEquals(files.get("etc/os-release")?.content, { link: "../usr/lib/os-release" });
});

Deno.test("noticePackages names who holds the notices of others, once, and nobody who is there", () => {
  const linked = ["libgcc-s1", "libstdc++6"].map((name) =>
    madeDebian(name, { [`usr/share/doc/${name}`]: "-> gcc-base" })
  );
  assertEquals(noticePackages([...madeSystem("amd64"), ...linked]), ["gcc-base"]);
  const holder = madeDebian("gcc-base", { "usr/share/doc/gcc-base/copyright": "theirs" });
  const all = [...madeSystem("amd64"), ...linked, holder];
  assertEquals(noticePackages(all), []);
  const files = filesOf("amd64", all);
  assertEquals(files.get("usr/share/doc/libgcc-s1")?.content, { link: "gcc-base" });
  assertEquals(textOf(files.get("usr/share/doc/gcc-base/copyright")), "theirs");
});

Deno.test("systemFiles says which library is missing, and where it looked", () => {
  const without = madeSystem("amd64").filter(({ name }) => name !== "libc6");
  const { message } = assertThrows(() => filesOf("amd64", without), ImageError);
  assertEquals(message, "deno needs libc.so.6, which is in none of base-files, ca-certificates");
});

Deno.test("systemFiles refuses libraries of another architecture", () => {
  const { message } = assertThrows(
    () => systemFiles("arm64", madeDeno("arm64").program, madeSystem("amd64")),
    ImageError,
  );
  assertEquals(message, "libc.so.6 is not for arm64: fetch the packages again with --refresh");
});

Deno.test("systemFiles refuses packages without certificates, without a release, and a program without a loader", () => {
  const without = (left: string) => madeSystem("amd64").filter(({ name }) => name !== left);
  assertThrows(() => filesOf("amd64", without("ca-certificates")), ImageError, "no package holds certificates");
  assertThrows(() => filesOf("amd64", without("base-files")), ImageError, "no package holds usr/lib/os-release");
  assertThrows(
    () => systemFiles("amd64", madeElf({ libraries: ["libc.so.6"] }), madeSystem("amd64")),
    ImageError,
    "names no loader",
  );
  const unloadable = [...without("libc6"), madeDebian("libc6", { "lib/x/libc.so.6": madeElf({}) })];
  assertThrows(() => filesOf("amd64", unloadable), ImageError, "/lib64/ld-linux-x86-64.so.2, which is in no package");
});
