/** The floors hold: imports go down only, folders on one floor do not know each other, the pure floors are pure. @module */
import { assertEquals, assertGreater, assertStringIncludes } from "@std/assert";
import { floorProblems, type ImportEdge } from "./floors.ts";
import { importGraph } from "./import_graph.ts";
import { assertNoProblems } from "./problem.ts";
import { PURE_FOLDERS, purityProblems, serverProblems } from "./purity.ts";
import { sourceFiles } from "./source_file.ts";

const SERVER_FOLDERS = ["lib", "routes"] as const;

Deno.test("imports go down the floors only, through the face of each folder", () => {
  const files = sourceFiles(SERVER_FOLDERS).map(({ path }) => path);
  const edges = importGraph(files);
  assertGreater(edges.length, 20);
  assertNoProblems(floorProblems(edges));
});

Deno.test("the pure floors use no Deno, no await, no clock, no randomness, no timer", () => {
  assertNoProblems(sourceFiles(PURE_FOLDERS).filter(({ path }) => path !== "main.ts").flatMap(purityProblems));
});

Deno.test("nobody serves through Deno.serve or Deno.upgradeWebSocket", () => {
  assertNoProblems(sourceFiles(SERVER_FOLDERS).flatMap(serverProblems));
});

function remedies(file: string, target: string, specifier = target): readonly string[] {
  const edge: ImportEdge = { file, line: 7, specifier, target };
  return floorProblems([edge]).map(({ what, remedy }) => `${what}; ${remedy}`);
}

const ALLOWED: ReadonlyArray<readonly [file: string, target: string, specifier?: string]> = [
  ["lib/frame/mask.ts", "lib/frame/header.ts"],
  ["lib/frame/utf8.ts", "node:buffer"],
  ["lib/handshake/upgrade.ts", "lib/http/mod.ts"],
  ["lib/gateway/connection.ts", "lib/route/runtime_contract.ts"],
  ["lib/gateway/listener.ts", "node:os"],
  ["lib/client/client.ts", "lib/frame/mod.ts"],
  ["lib/testing/server.ts", "lib/runtime/mod.ts"],
  ["lib/handshake/accept_key.ts", "jsr:@std/encoding@^1", "@std/encoding"],
  ["lib/handshake/accept_key.ts", "lib/std/encoding/mod.ts", "@std/encoding"],
  ["routes/echo.ts", "lib/route/mod.ts", "sockeye"],
  ["routes/echo.ts", "routes/_page/text.ts", "./_page/text.ts"],
  ["routes/echo.ts", "npm:zod@4"],
  ["main.ts", "lib/gateway/mod.ts"],
  ["lib/gateway/gateway.ts", "lib/client/served.ts"],
];

const REFUSED: ReadonlyArray<readonly [file: string, target: string, because: string]> = [
  ["lib/frame/mask.ts", "lib/http/mod.ts", "lower floors only"],
  ["lib/frame/mask.ts", "lib/gateway/mod.ts", "lower floors only"],
  ["lib/gateway/gateway.ts", "lib/runtime/mod.ts", "lower floors only"],
  ["lib/runtime/inline_runtime.ts", "lib/gateway/mod.ts", "lower floors only"],
  ["lib/handshake/upgrade.ts", "lib/http/field_value.ts", "import lib/http/mod.ts"],
  ["lib/frame/mask.ts", "node:crypto", "is pure"],
  ["lib/client/client.ts", "lib/http/mod.ts", "lib/frame and lib/subprotocol"],
  ["lib/gateway/gateway.ts", "lib/client/mod.ts", "not for the server"],
  ["lib/std/assert/equal.ts", "lib/frame/mod.ts", "nothing of ours"],
  ["lib/handshake/accept_key.ts", "lib/std/encoding/mod.ts", "not for the server"],
  ["lib/gateway/gateway.ts", "main.ts", "only main.ts wires"],
  ["lib/gateway/gateway.ts", "routes/echo.ts", "only main.ts wires"],
  ["lib/attic/box.ts", "lib/frame/mod.ts", "has no floor"],
  ["lib/gateway/gateway.ts", "lib/attic/box.ts", "has no floor"],
  ["lib/gateway/gateway.ts", "https://example.com/x.ts", "from the network"],
  ["lib/route/contract.ts", "lib/frame/mod.ts", "imports nothing but its parts"],
  ["routes/echo.ts", "lib/route/mod.ts", 'import "sockeye"'],
  ["routes/echo.ts", "lib/gateway/mod.ts", 'import "sockeye"'],
  ["routes/echo.ts", "routes/clock.ts", 'import "sockeye"'],
  ["routes/echo.ts", "node:fs", 'import "sockeye"'],
];

for (const [file, target, specifier] of ALLOWED) {
  Deno.test(`floorProblems allows ${file} to import ${specifier ?? target}`, () => {
    assertEquals(remedies(file, target, specifier), []);
  });
}

for (const [file, target, because] of REFUSED) {
  Deno.test(`floorProblems finds ${file} importing ${target}`, () => {
    const found = remedies(file, target);
    assertEquals(found.length, 1);
    assertStringIncludes(found[0] ?? "", because);
  });
}

Deno.test("floorProblems names the file and the line", () => {
  const [problem] = floorProblems([{ file: "lib/frame/a.ts", line: 7, specifier: "x", target: "lib/http/mod.ts" }]);
  assertEquals([problem?.file, problem?.line], ["lib/frame/a.ts", 7]);
});
