/** The page at /compare and its assets: small, tagged, packed, and under a strict policy. @module */
import { assert, assertEquals, assertFalse, assertLess, assertMatch } from "@std/assert";
import { assetResponse, pageResponse } from "../../../routes/_compare/page.ts";

const URL_HERE = "http://127.0.0.1:4000/compare";

const ask = (headers: HeadersInit = {}, url = URL_HERE) => new Request(url, { headers });

/** All that the page is made of, without the server's own modules. */
function parts(headers: HeadersInit): Promise<readonly Response[]> {
  const request = ask(headers);
  return Promise.all([pageResponse(request), assetResponse(request, "page.js"), assetResponse(request, "page.css")]);
}

async function bytesOf(responses: readonly Response[]): Promise<number> {
  const bodies = await Promise.all(responses.map((response) => response.arrayBuffer()));
  return bodies.reduce((sum, { byteLength }) => sum + byteLength, 0);
}

Deno.test("page, script and style are under 45 kB as they are sent, and little more than 100 kB unpacked", async () => {
  assertLess(await bytesOf(await parts({ "accept-encoding": "gzip, deflate, br" })), 45_000);
  assertLess(await bytesOf(await parts({})), 103_000);
});

Deno.test("what is packed is what is not packed", async () => {
  const [packed] = await parts({ "accept-encoding": "gzip" });
  const [plain] = await parts({});
  assertEquals([packed?.headers.get("content-encoding"), plain?.headers.get("content-encoding")], ["gzip", null]);
  assertEquals([packed?.headers.get("vary"), plain?.headers.get("vary")], ["Accept-Encoding", "Accept-Encoding"]);
  const unpacked = packed!.body!.pipeThrough(new DecompressionStream("gzip"));
  assertEquals(await new Response(unpacked).text(), await plain!.text());
  const [refused] = await parts({ "accept-encoding": "br, gzippy" });
  assertEquals(refused?.headers.get("content-encoding"), null);
});

Deno.test("who has it is answered 304, by a tag that is its own", async () => {
  const fresh = await parts({});
  const tags = fresh.map(({ headers }) => headers.get("etag") ?? "");
  assertEquals(new Set(tags).size, 3);
  const known = await parts({ "if-none-match": `"x", W/${tags[1]}` });
  assertEquals(known.map(({ status }) => status), [200, 304, 200]);
});

Deno.test("the policy lets the page load what is here and nothing else, and has no unsafe source", async () => {
  const policy = (await pageResponse(ask())).headers.get("content-security-policy") ?? "";
  assertMatch(policy, /^default-src 'none'; style-src 'self'; script-src 'self'; img-src data:;/);
  assert(policy.includes("connect-src 'self' ws://127.0.0.1:4000 wss://127.0.0.1:4000;"));
  assertFalse(policy.includes("unsafe"));
  const odd = (await pageResponse(ask({}, "http://[::1]:4000/compare"))).headers.get("content-security-policy") ?? "";
  assert(odd.includes("connect-src 'self';"));
});

Deno.test("the page loads nothing from elsewhere and has no inline script, style or handler", async () => {
  const html = await (await pageResponse(ask())).text();
  const outside = [...html.matchAll(/<[^>]*\b(?:src|href)="(?!data:)([^"]*)"/g)].map(([, url]) => url);
  assertEquals(outside, ["/compare/page.css", "/compare/page.js", "/", "/#handshake"]);
  assertFalse(/<style|<script(?! type="module" src=)|<[^>]*\s(?:on\w+|style)=/.test(html));
});

Deno.test("no other name is an asset", async () => {
  for (const name of ["page.ts", "constructor", ""]) {
    const response = await assetResponse(ask(), name);
    assertEquals(response.status, 404);
    await response.text();
  }
});
