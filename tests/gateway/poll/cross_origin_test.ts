import { assertEquals } from "@std/assert";
import { isPreflight, preflightAnswer, readableBy } from "../../../lib/gateway/poll/cross_origin.ts";
import { POLL_FIELDS } from "../../../lib/gateway/poll/poll_ask.ts";
import { FieldLines, type RequestHead } from "../../../lib/http/mod.ts";

const headOf = (method: string, ...lines: [string, string][]) =>
  ({ method, fields: new FieldLines(lines) }) as unknown as RequestHead;

Deno.test("isPreflight is true for the question of a browser only", () => {
  const origin: [string, string] = ["origin", "http://a"];
  const method: [string, string] = ["access-control-request-method", "POST"];
  assertEquals(isPreflight(headOf("OPTIONS", origin, method)), true);
  for (const head of [headOf("OPTIONS"), headOf("OPTIONS", origin), headOf("GET", origin, method)]) {
    assertEquals(isPreflight(head), false);
  }
});

Deno.test("preflightAnswer allows each field that the transport has", () => {
  const { headers, status } = preflightAnswer("http://a");
  assertEquals([status, headers.get("access-control-allow-origin")], [204, "http://a"]);
  const allowed = headers.get("access-control-allow-headers")!.split(", ");
  for (const name of Object.values(POLL_FIELDS)) assertEquals(allowed.includes(name), true, name);
});

Deno.test("readableBy lets the page of the origin read, and nobody keep the answer", () => {
  const { headers } = readableBy("http://a", new Response("x"));
  assertEquals([headers.get("access-control-allow-origin"), headers.get("access-control-allow-credentials")], [
    "http://a",
    "true",
  ]);
  const none = readableBy(null, new Response("x")).headers;
  assertEquals([none.get("access-control-allow-origin"), none.get("cache-control"), none.get("vary")], [
    null,
    "no-store",
    "Origin",
  ]);
});
