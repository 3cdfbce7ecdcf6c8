/** The sockets that poll, as a browser gets them, are those whose source can be read, and small. @module */
import { assertEquals, assertLess } from "@std/assert";
import { POLL_BUNDLE, POLL_BUNDLE_HASH } from "../../lib/client/poll_bundle.ts";
import { bundleSourceApart, gzippedBytes } from "../support/bundle_client.ts";

Deno.test("poll_bundle.ts is lib/client/poll_socket.ts, bundled (else: deno task client)", async () => {
  const path = new URL("../../lib/client/poll_bundle.ts", import.meta.url);
  assertEquals(await Deno.readTextFile(path) + "\n", await bundleSourceApart("poll"));
});

Deno.test("it is less than 5 kB long as it is sent, and its hash is its own", async () => {
  assertLess(await gzippedBytes(POLL_BUNDLE), 5_000);
  const hash = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(POLL_BUNDLE));
  assertEquals(new Uint8Array(hash).toHex().slice(0, 16), POLL_BUNDLE_HASH);
});

Deno.test("it imports nothing, and gives what poll_socket.ts gives", async () => {
  const url = URL.createObjectURL(new Blob([POLL_BUNDLE], { type: "text/javascript" }));
  const [bundled, own] = await Promise.all([import(url), import("../../lib/client/poll_socket.ts")]);
  URL.revokeObjectURL(url);
  assertEquals(Object.keys(bundled), Object.keys(own));
  assertEquals(POLL_BUNDLE.match(/\bimport\b/), null);
});
