/** Each module of the client is served by the name that the others import it by. @module */
import { assertEquals } from "@std/assert";
import { CLIENT_MODULES } from "../../lib/client/served.ts";

Deno.test("what a served module imports is served beside it", () => {
  const names = CLIENT_MODULES.map(({ name }) => name as string);
  const imported = CLIENT_MODULES.flatMap(({ text }) =>
    [...text.matchAll(/import\("\.\/([^"]+)"/g)].map(([, name]) => name!)
  );
  assertEquals([names, imported], [["client.js", "poll.js"], ["poll.js"]]);
});

Deno.test("the entity tags of the modules are quoted, and differ", () => {
  for (const { etag } of CLIENT_MODULES) assertEquals(/^"[0-9a-f]{16}"$/.test(etag), true);
  assertEquals(new Set(CLIENT_MODULES.map(({ etag }) => etag)).size, CLIENT_MODULES.length);
});
