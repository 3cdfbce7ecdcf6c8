/** The text of licences beside a bundle: every package is in it, with what it brings. @module */
import { assertEquals, assertStringIncludes } from "@std/assert";
import type { NpmPackage } from "../../lib/deploy/bundled_packages.ts";
import { licenseTexts } from "../../lib/deploy/license_texts.ts";

const made = (name: string, own: Partial<NpmPackage> = {}): NpmPackage => ({
  name,
  version: "1.0.0",
  license: "MIT",
  sha512: undefined,
  licenseText: undefined,
  repository: undefined,
  ...own,
});

/** Title and text of each part. */
const partsOf = (text: string) =>
  [...text.matchAll(/^={80}\n([^]*?)\n={80}\n\n([^]*?)\n(?=\n={80}|$(?![^]))/gm)].map(([, title, own]) => [title, own]);

Deno.test("licenseTexts has each package with its own licence file", () => {
  const text = licenseTexts([made("a", { licenseText: "of a\n\nonly" }), made("@b/c", { licenseText: "of c" })]);
  assertEquals(partsOf(text), [["a 1.0.0 (MIT)", "of a\n\nonly"], ["@b/c 1.0.0 (MIT)", "of c"]]);
});

Deno.test("licenseTexts writes one text once, below all packages that have it", () => {
  const text = licenseTexts([
    made("a", { licenseText: "theirs" }),
    made("b", { licenseText: "another" }),
    made("c", { licenseText: "theirs", version: "2.0.0" }),
  ]);
  assertEquals(partsOf(text), [["a 1.0.0 (MIT)\nc 2.0.0 (MIT)", "theirs"], ["b 1.0.0 (MIT)", "another"]]);
});

Deno.test("licenseTexts says of a package without a licence file what it says of itself", () => {
  const [, some] = partsOf(licenseTexts([made("x", { licenseText: "x" }), made("a", { repository: "git://a" })]));
  assertEquals(some, [
    "a 1.0.0 (MIT)",
    "The package holds no licence file. Its package.json says: MIT.\nIts sources: git://a",
  ]);
  const none = licenseTexts([made("a", { license: undefined })]);
  assertStringIncludes(none, "\na 1.0.0 (license not named)\n");
  assertStringIncludes(none, "Its package.json names no licence.\n");
});

Deno.test("licenseTexts of nothing says so", () => {
  assertEquals(licenseTexts([]), "Nothing of others was bundled.\n");
});
