import { assertEquals, assertStrictEquals, assertThrows } from "@std/assert";
import { checkResponse, internalServerError, serviceUnavailable } from "../../lib/runtime/http_answer.ts";

Deno.test("checkResponse gives back a Response that can be sent", () => {
  for (const response of [new Response("x"), new Response(null, { status: 204 }), Response.redirect("http://a/")]) {
    assertStrictEquals(checkResponse(response, "get"), response);
  }
});

Deno.test("checkResponse refuses what is no Response", () => {
  for (const [value, kind] of [[undefined, "nothing"], [null, "null"], ["x", "type string"], [{}, "type object"]]) {
    assertThrows(() => checkResponse(value, "post"), TypeError, `post returned ${kind === "nothing" ? kind : ""}`);
    assertThrows(() => checkResponse(value, "post"), TypeError, String(kind));
  }
});

Deno.test("checkResponse refuses a body that was read, and a status that ends no request", async () => {
  const used = new Response("x");
  await used.text();
  assertThrows(() => checkResponse(used, "get"), TypeError, "has been read already");
  assertThrows(() => checkResponse(Response.error(), "get"), TypeError, "the status 0");
  assertThrows(() => checkResponse(new Response(null, { status: 101 }), "get"), TypeError, "the status 101");
});

Deno.test("internalServerError says nothing internal, and is a new one each time", async () => {
  const [one, two] = [internalServerError(), internalServerError()];
  assertEquals([one.status, await one.text(), two.bodyUsed], [500, "Internal Server Error\n", false]);
});

Deno.test("serviceUnavailable says to ask again soon, and is a new one each time", async () => {
  const [one, two] = [serviceUnavailable(), serviceUnavailable()];
  assertEquals([one.status, one.headers.get("retry-after")], [503, "1"]);
  assertEquals([await one.text(), two.bodyUsed], ["Service Unavailable\n", false]);
});
