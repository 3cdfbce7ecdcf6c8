/** The client that a browser gets is the one whose source can be read, and small. @module */
import { assert, assertEquals, assertLess, assertMatch } from "@std/assert";
import { CLIENT_BUNDLE, CLIENT_BUNDLE_HASH } from "../../lib/client/bundle.ts";
import { bundleSourceApart, gzippedBytes, INTERNAL_NAMES } from "../support/bundle_client.ts";

Deno.test("bundle.ts is lib/client, bundled (else: deno task client)", async () => {
  const path = new URL("../../lib/client/bundle.ts", import.meta.url);
  assertEquals(await Deno.readTextFile(path) + "\n", await bundleSourceApart("client"));
});

Deno.test("it is less than 5 kB long as it is sent, and its hash is its own", async () => {
  assertLess(await gzippedBytes(CLIENT_BUNDLE), 5_000);
  const hash = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(CLIENT_BUNDLE));
  assertEquals(new Uint8Array(hash).toHex().slice(0, 16), CLIENT_BUNDLE_HASH);
});

Deno.test("it imports the sockets that poll, when they are needed, and nothing else; it gives what mod.ts gives", async () => {
  assertEquals([...CLIENT_BUNDLE.matchAll(/\bimport\b([^"]*"[^"]*")/g)].map(([, what]) => what), [`("./poll.js"`]);
  const url = URL.createObjectURL(new Blob([CLIENT_BUNDLE], { type: "text/javascript" }));
  const [bundled, own] = await Promise.all([import(url), import("../../lib/client/mod.ts")]);
  URL.revokeObjectURL(url);
  assertEquals(Object.keys(bundled).sort(), Object.keys(own).sort());
});

Deno.test("the names that the bundle shortens are no names of the platform", () => {
  const names = new Set(Object.getOwnPropertyNames(globalThis));
  for (const name of Object.getOwnPropertyNames(globalThis)) {
    const value: unknown = Reflect.get(globalThis, name);
    if (typeof value !== "function") continue;
    for (const own of [...Object.getOwnPropertyNames(value), ...Object.getOwnPropertyNames(value.prototype ?? {})]) {
      names.add(own);
    }
  }
  assert(names.has("addEventListener") && names.has("readyState"));
  assertEquals(INTERNAL_NAMES.filter((name) => names.has(name)), []);
});

Deno.test("the names that the bundle shortens are no names of what the client exports", async () => {
  const { stdout } = await new Deno.Command(Deno.execPath(), {
    args: ["doc", "--json", "lib/client/mod.ts"],
    cwd: new URL("../../", import.meta.url),
    env: { NO_COLOR: "1" },
  }).output();
  const json = new TextDecoder().decode(stdout);
  const names = new Set([...json.matchAll(/"name": "(\w+)"/g)].map(([, name = ""]) => name));
  assert(names.has("maxBufferedBytes") && names.has("wasRecovering"));
  assertEquals(INTERNAL_NAMES.filter((name) => names.has(name)), []);
});

Deno.test("every name that the bundle shortens is one of the client's", async () => {
  const folder = new URL("../../lib/client/", import.meta.url);
  let sources = "";
  for await (const { name } of Deno.readDir(folder)) {
    if (!name.endsWith("bundle.ts")) sources += await Deno.readTextFile(new URL(name, folder));
  }
  for (const name of INTERNAL_NAMES) assertMatch(sources, new RegExp(`\\b${name}\\b`));
});
