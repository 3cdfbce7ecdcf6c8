/** What the build command takes, and what it prints. @module */
import { assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { BuildError } from "../../lib/deploy/build.ts";
import { describeBuild, parseBuildArguments } from "../../lib/deploy/build_command.ts";

Deno.test("parseBuildArguments takes --routes and --out, both ways, and help", () => {
  assertEquals(parseBuildArguments([]), { routes: "routes", out: "dist" });
  assertEquals(parseBuildArguments(["--routes", "../app/routes", "--out=built"]), {
    routes: "../app/routes",
    out: "built",
  });
  assertEquals([parseBuildArguments(["-h"]), parseBuildArguments(["--out", "x", "--help"])], [undefined, undefined]);
});

for (
  const [args, problem] of [
    [["--outt", "x"], "--outt: unknown argument"],
    [["dist"], "dist: unknown argument"],
    [["--out"], "--out: needs a folder, as in --out dist"],
    [["--routes", "--out"], "--routes: needs a folder, as in --routes routes"],
    [["--out="], "--out: needs a folder"],
  ] as const
) {
  Deno.test(`parseBuildArguments refuses ${args.join(" ")}`, () => {
    assertStringIncludes(assertThrows(() => parseBuildArguments(args), BuildError).message, problem);
  });
}

Deno.test("describeBuild counts one route as one", () => {
  const file = { file: "x-0123456789ab.js", bytes: 1, sha256: "" };
  const route = {
    pattern: "/",
    file: "index.ts",
    isWebSocket: true,
    hasUpgrade: false,
    canResume: false,
    methods: [],
    options: {},
  };
  const manifest = { sockeye: 1, deployment: "0123456789ab", gateway: file, routes: file, table: [route] };
  const [first] = describeBuild({ manifest, inputs: { gateway: [], routes: [] } }, "dist").split("\n");
  assertEquals(first, "deployment 0123456789ab: one route in dist/");
});

Deno.test("describeBuild sums inputs by package and by folder of the server, and tells small ones together", () => {
  const file = (name: string) => ({ file: `${name}-0123456789ab.js`, bytes: 10_240, sha256: "" });
  const manifest = {
    sockeye: 1,
    deployment: "0123456789ab",
    gateway: file("gateway"),
    parts: [{ file: "gateway-broker-ABCDEFG2.js", bytes: 1024, sha256: "" }],
    routes: file("routes"),
    table: [],
  };
  const text = describeBuild({
    manifest,
    inputs: {
      gateway: [["lib/frame/a.ts", 4096], ["lib/frame/b.ts", 1024], ["main.ts", 10]],
      routes: [["node_modules/.deno/zod@4/node_modules/zod/a.js", 3072], [
        "node_modules/.deno/zod@4/node_modules/zod/b.js",
        1024,
      ], ["routes/a.ts", 2048]],
    },
  }, "dist");
  assertEquals(text.split("\n").map((line) => line.trim().replaceAll(/\s+/g, " ")), [
    "deployment 0123456789ab: 0 routes in dist/",
    "",
    "gateway-0123456789ab.js 10.0 KiB",
    "lib/frame 5.0 KiB",
    "others 0.0 KiB",
    "gateway-broker-ABCDEFG2.js 1.0 KiB",
    "routes-0123456789ab.js 10.0 KiB",
    "zod 4.0 KiB",
    "routes/a.ts 2.0 KiB",
    "",
    "start it: deno run --allow-net --allow-read=dist --allow-env dist/main.js",
  ]);
});
