/** What the image command takes, and what it prints. @module */
import { assertEquals, assertMatch, assertStringIncludes, assertThrows } from "@std/assert";
import denoConfig from "../../deno.json" with { type: "json" };
import { ImageError } from "../../lib/deploy/image/image_error.ts";
import { createdAt, describeImage, parseImageArguments } from "../../lib/deploy/image_command.ts";

Deno.test("parseImageArguments without arguments is both architectures, of this version, with this deno", () => {
  assertEquals(parseImageArguments([]), {
    architectures: ["amd64", "arm64"],
    routes: "routes",
    out: "image",
    cache: ".tmp/image",
    refresh: false,
    denoVersion: Deno.version.deno,
    version: denoConfig.version,
    revision: undefined,
  });
});

Deno.test("parseImageArguments takes every flag, both ways, and help", () => {
  const args = ["--arch=arm64", "--routes", "app", "--out=out", "--cache", "kept", "--refresh", "--deno=2.9.0"];
  assertEquals(parseImageArguments([...args, "--version", "1.0.0-rc.1", "--revision=abc"]), {
    architectures: ["arm64"],
    routes: "app",
    out: "out",
    cache: "kept",
    refresh: true,
    denoVersion: "2.9.0",
    version: "1.0.0-rc.1",
    revision: "abc",
  });
  assertEquals([parseImageArguments(["-h"]), parseImageArguments(["--out", "x", "--help"])], [undefined, undefined]);
});

Deno.test("parseImageArguments orders architectures, and takes each once", () => {
  assertEquals(parseImageArguments(["--arch", "arm64,amd64,arm64"])?.architectures, ["amd64", "arm64"]);
});

for (
  const [args, problem] of [
    [["--outt", "x"], "--outt: unknown argument"],
    [["image"], "image: unknown argument"],
    [["--out"], "--out: needs a value, as in --out image"],
    [["--revision", "--out"], "--revision: needs a value"],
    [["--arch", "x64"], '--arch: "x64" is none of amd64, arm64'],
    [["--arch", "amd64,"], '--arch: "" is none of'],
    [["--version", "1.0+meta"], '--version: "1.0+meta" cannot be a tag'],
    [["--version", ".1"], '--version: ".1" cannot be a tag'],
  ] as const
) {
  Deno.test(`parseImageArguments refuses ${args.join(" ")}`, () => {
    assertStringIncludes(assertThrows(() => parseImageArguments(args), ImageError).message, problem);
  });
}

Deno.test("createdAt is the epoch, or what SOURCE_DATE_EPOCH says", () => {
  assertEquals([createdAt(undefined), createdAt("")], ["1970-01-01T00:00:00Z", "1970-01-01T00:00:00Z"]);
  assertEquals(createdAt("1767225600"), "2026-01-01T00:00:00Z");
  for (const wrong of ["yesterday", "-1", "1.5", "9".repeat(30)]) {
    assertStringIncludes(assertThrows(() => createdAt(wrong), ImageError).message, `SOURCE_DATE_EPOCH: "${wrong}"`);
  }
});

Deno.test("describeImage gives sizes, where everything is, and how to push it", () => {
  const text = describeImage({
    folder: "image/layout",
    archive: "image/sockeye-1.0.oci.tar",
    sboms: ["image/sockeye-1.0-amd64.cdx.json"],
    digest: "sha256:0f",
    images: [{
      architecture: "amd64",
      digest: "sha256:0e",
      packedBytes: 45 * 2 ** 20,
      unpackedBytes: 101.5 * 2 ** 20,
      layers: [{ title: "deno", bytes: 40 * 2 ** 20 }],
    }],
  }, "1.0");
  assertStringIncludes(text, "sha256:0f in image/layout, and as image/sockeye-1.0.oci.tar\n");
  assertMatch(text, /amd64 +45\.0 MiB to transfer, 101\.5 MiB unpacked\n +deno +40\.0 MiB\n/);
  assertStringIncludes(text, "skopeo copy --all oci:image/layout docker://HOST/NAME:1.0");
});
