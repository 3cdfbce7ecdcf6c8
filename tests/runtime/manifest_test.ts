/** What a built deployment says of itself, and what is wrong with it. @module */
import { assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import {
  CONTRACT,
  deploymentNameOf,
  type Manifest,
  ManifestError,
  MAP_LINK,
  parseManifest,
  sha256,
} from "../../lib/runtime/manifest.ts";

const FILE = { file: "routes-0123456789ab.js", bytes: 7, sha256: "0".repeat(64) };
const GOOD: Manifest = { sockeye: CONTRACT, deployment: "0123456789ab", gateway: FILE, routes: FILE, table: [] };

Deno.test("parseManifest gives what was written", () => {
  assertEquals(parseManifest(JSON.stringify(GOOD), "dist/manifest.json"), GOOD);
});

Deno.test("parseManifest gives what routes say of tokens and topics, and takes those that say nothing", () => {
  const route = { pattern: "/", file: "a.ts", isWebSocket: true, hasUpgrade: false, canResume: false, options: {} };
  const topics = { "room:*": { history: { limit: 50 } } };
  const table = [{ ...route, methods: [] }, { ...route, methods: [], hasAuthenticate: true, topics }] as const;
  assertEquals(parseManifest(JSON.stringify({ ...GOOD, table }), "dist/manifest.json").table, table);
  // Those before them had no table that anybody read.
  parseManifest(JSON.stringify({ ...GOOD, table: undefined }), "dist/manifest.json");
});

for (
  const [what, text, problem] of [
    ["no JSON", "{", "it is not JSON"],
    ["another program's", '{"name":"app"}', "it is not the manifest of a Sockeye deployment"],
    ["null", "null", "it is not the manifest of a Sockeye deployment"],
    [
      "a later contract",
      JSON.stringify({ ...GOOD, sockeye: 99 }),
      "it was built for contract 99, and this server has contract 1",
    ],
    ["one without its code", JSON.stringify({ ...GOOD, routes: undefined }), "it does not name its files"],
    ["one whose parts are no files", JSON.stringify({ ...GOOD, parts: [{ file: "a.js" }] }), "its parts are no files"],
    ["one whose table is none", JSON.stringify({ ...GOOD, table: {} }), "its table is no list of routes"],
    [
      "one that may ask for a token",
      JSON.stringify({ ...GOOD, table: [{ file: "a.ts", hasAuthenticate: "yes" }] }),
      'its route "a.ts" does not say whether it asks for a token',
    ],
    [
      "one with a history that is none",
      JSON.stringify({ ...GOOD, table: [{ file: "a.ts", topics: { a: { history: 5 } } }] }),
      'its route "a.ts" cannot be served: its "topics" say of "a": history must be true, false or { limit, ttlMs }',
    ],
    [
      "one whose code is elsewhere",
      JSON.stringify({ ...GOOD, routes: { ...FILE, file: "../x.js" } }),
      "it does not name its files",
    ],
    [
      "one with half a hash",
      JSON.stringify({ ...GOOD, routes: { ...FILE, sha256: "00" } }),
      "it does not name its files",
    ],
  ] as const
) {
  Deno.test(`parseManifest refuses ${what}, and says where and what to do`, () => {
    const { message } = assertThrows(() => parseManifest(text, "dist/manifest.json"), ManifestError);
    assertEquals(message, `dist/manifest.json: ${problem}; build it anew with "deno task build"`);
  });
}

Deno.test("sha256 is that of FIPS 180-2, in hexadecimal", async () => {
  assertStringIncludes(
    await sha256(new TextEncoder().encode("abc")),
    "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
  );
});

Deno.test("deploymentNameOf is the beginning of the hash, wherever the source map is", async () => {
  const bytes = (text: string) => new TextEncoder().encode(text);
  const name = "ba7816bf8f01";
  assertEquals(await deploymentNameOf(bytes("abc")), name);
  const code = "let a;\n";
  const plain = await deploymentNameOf(bytes(code));
  assertEquals(plain, (await sha256(bytes(code))).slice(0, 12));
  for (const link of [`${MAP_LINK}routes.js.map\n`, `${MAP_LINK}data:application/json;base64,e30=`, `${MAP_LINK}\n`]) {
    assertEquals(await deploymentNameOf(bytes(code + link)), plain);
  }
  assertEquals(await deploymentNameOf(bytes(`${code}// ${MAP_LINK}x\n`)) === plain, false);
});
