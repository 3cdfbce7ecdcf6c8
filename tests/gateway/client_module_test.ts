/** The module of our client, as it is served. @module */
import { assertEquals } from "@std/assert";
import { CLIENT_MODULE_PATH, type ClientModule } from "../../lib/gateway/client_module.ts";
import { askGateway } from "./support/asked_gateway.ts";

const MODULE: ClientModule = { text: "export const answer = 42;", etag: '"abc"' };

function ask(
  method: string,
  headers: Readonly<Record<string, string>> = {},
  clientModule: ClientModule | null = MODULE,
) {
  return askGateway(clientModule === null ? {} : { clientModule }, method, CLIENT_MODULE_PATH, headers);
}

Deno.test("the client's module is served to pages of any origin", async () => {
  const { status, headers, body } = await ask("GET");
  assertEquals(status, 200);
  assertEquals(headers.get("content-type"), "text/javascript; charset=utf-8");
  assertEquals(headers.get("access-control-allow-origin"), "*");
  assertEquals([headers.get("etag"), new TextDecoder().decode(body)], ['"abc"', MODULE.text]);
});

Deno.test("whoever has the client's module is told that it is the same", async () => {
  for (const tag of ['"abc"', 'W/"abc"', '"other", "abc"']) {
    assertEquals((await ask("GET", { "if-none-match": tag })).status, 304);
  }
  assertEquals((await ask("GET", { "if-none-match": '"old"' })).status, 200);
});

Deno.test("the client's module takes GET and HEAD only, and is not there where none was given", async () => {
  assertEquals((await ask("POST")).status, 405);
  assertEquals((await ask("HEAD")).status, 200);
  assertEquals((await ask("GET", {}, null)).status, 404);
});
