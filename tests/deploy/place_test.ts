/** Which answer a path and a method have. @module */
import { assertEquals, assertThrows } from "@std/assert";
import { answerAt, type Place } from "../../lib/deploy/place.ts";

const places: readonly Place[] = [
  {
    path: /^\/things$/,
    methods: { GET: (_, name, url) => Promise.resolve(new Response(`all ${name}${url.search}`)) },
  },
  {
    path: /^\/things\/([^/]+)$/,
    methods: {
      GET: (_, name) => Promise.resolve(new Response(`one ${name}`)),
      DELETE: ({ method }, name) => Promise.resolve(new Response(`${method} ${name}`)),
    },
  },
];

function ask(path: string, method = "GET"): Response | Promise<Response> | undefined {
  const request = new Request(`http://localhost${path}`, { method });
  return answerAt(places, request, new URL(request.url));
}

async function textOf(path: string, method?: string): Promise<string | undefined> {
  return await (await ask(path, method))?.text();
}

Deno.test("answerAt gives the answer of a path and a method, with the name decoded", async () => {
  assertEquals(await textOf("/things?a=1"), "all ?a=1");
  assertEquals(await textOf("/things/a%20b%2Fc"), "one a b/c");
  assertEquals(await textOf("/things/a", "DELETE"), "DELETE a");
});

Deno.test("answerAt names the methods there are in a 405: RFC 9110 §15.5.6", async () => {
  const answer = await ask("/things/a", "PUT");
  assertEquals([answer?.status, answer?.headers.get("allow")], [405, "GET, DELETE"]);
  assertEquals(await answer?.json(), { error: "PUT is not possible here; allowed: GET, DELETE" });
});

Deno.test("answerAt gives no method of every object, and nothing for an unknown path", async () => {
  assertEquals((await ask("/things", "toString"))?.status, 405);
  assertEquals([ask("/"), ask("/things/a/b")], [undefined, undefined]);
});

Deno.test("answerAt refuses a percent sign that begins nothing", () => {
  assertThrows(() => ask("/things/%zz"), URIError);
});
