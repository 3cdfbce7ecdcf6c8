/** The bill of materials of an image. @module */
import { assertEquals } from "@std/assert";
import { type Contents, sbomOf } from "../../../lib/deploy/image/sbom.ts";
import { madeDebian, madeDeno, madeSystem } from "../support/made_parts.ts";

/** What a package may leave out. */
const NOTHING = { license: undefined, sha512: undefined, licenseText: undefined, repository: undefined };

const CONTENTS: Contents = {
  architecture: "arm64",
  version: "1.2.3",
  digest: `sha256:${"0f".repeat(32)}`,
  deno: { ...madeDeno("arm64"), name: "@deno/linux-arm64-glibc" },
  debian: madeSystem("arm64"),
  bundled: [
    { name: "@ark/schema", version: "0.56.8", ...NOTHING },
    { name: "zod", version: "4.6.7", ...NOTHING, license: "MIT", sha512: "0102" },
  ],
  distribution: "debian",
};

interface Bill {
  readonly bomFormat: string;
  readonly specVersion: string;
  readonly version: number;
  readonly metadata: { readonly component: Readonly<Record<string, unknown>> };
  readonly components: ReadonlyArray<{ readonly purl: string; readonly "bom-ref": string } & Record<string, unknown>>;
  readonly dependencies: ReadonlyArray<{ readonly ref: string; readonly dependsOn: readonly string[] }>;
}

const bill = sbomOf(CONTENTS) as Bill;

Deno.test("sbomOf is a CycloneDX bill of the image, which it names by its digest", () => {
  assertEquals([bill.bomFormat, bill.specVersion, bill.version], ["CycloneDX", "1.6", 1]);
  const { type, version, purl, hashes } = bill.metadata.component;
  assertEquals([type, version], ["container", "1.2.3"]);
  assertEquals(purl, `pkg:oci/sockeye@sha256%3A${"0f".repeat(32)}?arch=arm64`);
  assertEquals(hashes, [{ alg: "SHA-256", content: "0f".repeat(32) }]);
});

Deno.test("sbomOf names packages of Debian, deno and the bundle by their package URLs", () => {
  assertEquals(bill.components.map(({ purl }) => purl), [
    "pkg:deb/debian/base-files@1.2-3%2Bdeb12u1?arch=all",
    "pkg:deb/debian/ca-certificates@1.2-3%2Bdeb12u1?arch=all",
    "pkg:deb/debian/libc6@1.2-3%2Bdeb12u1?arch=all",
    "pkg:npm/%40deno/linux-arm64-glibc@2.9.9",
    "pkg:npm/%40ark/schema@0.56.8",
    "pkg:npm/zod@4.6.7",
  ]);
});

Deno.test("sbomOf gives hashes and licences where they are known, and leaves them out elsewhere", () => {
  const [ark, zod] = bill.components.slice(-2);
  assertEquals([ark?.["hashes"], ark?.["licenses"]], [undefined, undefined]);
  assertEquals(zod?.["hashes"], [{ alg: "SHA-512", content: "0102" }]);
  assertEquals(zod?.["licenses"], [{ expression: "MIT" }]);
});

Deno.test("sbomOf gives a licence as an expression only where it is one", () => {
  const licensesOf = (license: string) => {
    const bundled = [{ name: "x", version: "1.0.0", ...NOTHING, license }];
    return (sbomOf({ ...CONTENTS, bundled }) as Bill).components.at(-1)?.["licenses"];
  };
  assertEquals(licensesOf("(MIT OR Apache-2.0)"), [{ expression: "(MIT OR Apache-2.0)" }]);
  assertEquals(licensesOf("SEE LICENSE IN LICENSE.md"), [{ license: { name: "SEE LICENSE IN LICENSE.md" } }]);
});

Deno.test("sbomOf gives the licences of a package of Debian by the names of its notice", () => {
  const copyright = "Format: https://example.org/copyright-format/1.0/\nLicense: GPL-2+\nLicense: MPL-2.0\n";
  const debian = [madeDebian("a", { "usr/share/doc/a/copyright": copyright })];
  const [component] = (sbomOf({ ...CONTENTS, debian }) as Bill).components;
  assertEquals(component?.["licenses"], [{ license: { name: "GPL-2+" } }, { license: { name: "MPL-2.0" } }]);
});

Deno.test("sbomOf has the image depend on every component, by references that are there once", () => {
  const refs = bill.components.map((one) => one["bom-ref"]);
  assertEquals(new Set(refs).size, refs.length);
  assertEquals(bill.dependencies, [{ ref: bill.metadata.component["bom-ref"] as string, dependsOn: refs }]);
});

Deno.test("sbomOf of the same contents is the same text", () => {
  assertEquals(JSON.stringify(sbomOf(CONTENTS)), JSON.stringify(bill));
});
