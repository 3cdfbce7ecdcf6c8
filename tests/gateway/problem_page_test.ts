/** What a browser is shown while the code that was saved last cannot be served. @module */
import { assertEquals, assertFalse, assertStringIncludes } from "@std/assert";
import { problemPage } from "../../lib/gateway/problem_page.ts";
import { Gateway, resolveOptions } from "../../lib/gateway/mod.ts";
import { RouteTable } from "../../lib/route/table.ts";
import { ResponseReader } from "../../lib/testing/client_response.ts";
import { MemoryStream } from "../../lib/testing/mod.ts";
import { checkRouteModule, InlineRuntime } from "../../lib/runtime/mod.ts";

Deno.test("problemPage shows the problem as it is, and lets nothing in it run", async () => {
  const page = problemPage("echo.ts: <script>alert(1)</script> & more");
  const html = await page.text();
  assertStringIncludes(html, "echo.ts: &lt;script&gt;alert(1)&lt;/script&gt; &amp; more");
  assertFalse(html.includes("<script"));
  assertEquals([page.status, page.headers.get("cache-control")], [500, "no-store"]);
  assertStringIncludes(page.headers.get("content-security-policy") ?? "", "default-src 'none'");
});

/** A gateway with a page at `/`, asked over a pipe. */
function served() {
  const exports = { get: () => new Response("the page"), default: { open() {} } };
  const runtime = new InlineRuntime({
    routes: [checkRouteModule(exports, { file: "index.ts", pattern: "/" })],
    publish: () => Promise.resolve(),
    log: { warn() {}, error() {} },
    poisonViews: false,
    deployment: "test",
  });
  const gateway = new Gateway({ options: resolveOptions({}), table: RouteTable.of([runtime]) });
  const ask = async (head: string): Promise<{ readonly status: number; readonly body: string }> => {
    const [client, server] = MemoryStream.pair();
    gateway.accept(server, "127.0.0.1");
    await client.write(new TextEncoder().encode(`${head}\r\nHost: localhost\r\nConnection: close\r\n\r\n`));
    const { status, body } = await new ResponseReader(client).next();
    client.close();
    return { status, body: new TextDecoder().decode(body) };
  };
  return { gateway, ask, [Symbol.dispose]: () => gateway.close() };
}

Deno.test("while there is a problem a browser that opens a page is shown it; programs get what they ask for", async () => {
  using server = served();
  const navigation = "GET / HTTP/1.1\r\nAccept: text/html,application/xhtml+xml,*/*;q=0.8";
  assertEquals(await server.ask(navigation), { status: 200, body: "the page" });
  server.gateway.problem = "index.ts:1:1: unexpected";
  const shown = await server.ask(navigation);
  assertEquals(shown.status, 500);
  assertStringIncludes(shown.body, "index.ts:1:1: unexpected");
  assertEquals(await server.ask("GET / HTTP/1.1\r\nAccept: */*"), { status: 200, body: "the page" });
  assertEquals((await server.ask("GET /health HTTP/1.1\r\nAccept: text/html")).status, 200);
  server.gateway.problem = undefined;
  assertEquals((await server.ask(navigation)).body, "the page");
});
