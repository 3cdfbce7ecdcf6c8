/** The modules of our client, as they are served. @module */
import { assertEquals } from "@std/assert";
import { CLIENT_MODULES_PATH, type ClientModule } from "../../lib/gateway/client_module.ts";
import { askGateway } from "./support/asked_gateway.ts";

const MODULES: readonly ClientModule[] = [
  { name: "client.js", text: "export const answer = 42;", etag: '"abc"' },
  { name: "poll.js", text: "export const question = 6 * 7;", etag: '"def"' },
];

function ask(
  method: string,
  headers: Readonly<Record<string, string>> = {},
  name = "client.js",
  clientModules: readonly ClientModule[] | undefined = MODULES,
) {
  return askGateway({ clientModules }, method, CLIENT_MODULES_PATH + name, headers);
}

Deno.test("the client's modules are served to pages of any origin", async () => {
  for (const { name, text, etag } of MODULES) {
    const { status, headers, body } = await ask("GET", {}, name);
    assertEquals(status, 200);
    assertEquals(headers.get("content-type"), "text/javascript; charset=utf-8");
    assertEquals(headers.get("access-control-allow-origin"), "*");
    assertEquals([headers.get("etag"), new TextDecoder().decode(body)], [etag, text]);
  }
});

Deno.test("whoever has a module of the client is told that it is the same", async () => {
  for (const tag of ['"abc"', 'W/"abc"', '"other", "abc"']) {
    assertEquals((await ask("GET", { "if-none-match": tag })).status, 304);
  }
  for (const tag of ['"old"', '"def"']) assertEquals((await ask("GET", { "if-none-match": tag })).status, 200);
});

Deno.test("the client's modules take GET and HEAD only, and are not there where none were given", async () => {
  assertEquals((await ask("POST")).status, 405);
  assertEquals((await ask("HEAD")).status, 200);
  assertEquals((await ask("GET", {}, "client.js", [])).status, 404);
  for (const name of ["", "Client.js", "client.js/", "other.js"]) {
    assertEquals((await ask("GET", {}, name)).status, 404);
  }
});
