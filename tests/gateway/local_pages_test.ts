import { assertEquals } from "@std/assert";
import { Gateway, resolveOptions } from "../../lib/gateway/mod.ts";
import { RouteTable } from "../../lib/route/table.ts";
import { encodeRequest, ResponseReader } from "../../lib/testing/client_response.ts";
import { MemoryStream } from "../../lib/testing/mod.ts";
import { FakeClock } from "../support/fake_clock.ts";

/** A gateway with a page at `/_sockeye/page`, as in development. */
async function ask(method: string, path: string, headers: Readonly<Record<string, string>> = {}, body = "") {
  const gateway = new Gateway({
    options: resolveOptions({}),
    table: RouteTable.of([]),
    clock: new FakeClock(),
    isLocalOnly: true,
  });
  gateway.localPages = {
    has: (asked) => asked === "/_sockeye/page",
    answer: async (request) => new Response(`${request.method} ${request.url} ${await request.text()}`),
  };
  const [client, server] = MemoryStream.pair();
  gateway.accept(server, "127.0.0.1");
  const fields = {
    host: "localhost:4000",
    ...(body === "" ? {} : { "content-length": String(body.length) }),
    ...headers,
  };
  await client.write(encodeRequest(method, path, Object.entries(fields), new TextEncoder().encode(body)));
  const response = await new ResponseReader(client).next();
  client.close();
  gateway.close();
  return [response.status, new TextDecoder().decode(response.body)] as const;
}

Deno.test("isLocalPage lets a browser on this machine in, and gives the page the request with its body", async () => {
  assertEquals(await ask("GET", "/_sockeye/page?a=1"), [200, "GET http://localhost:4000/_sockeye/page?a=1 "]);
  assertEquals(await ask("POST", "/_sockeye/page", {}, "order"), [
    200,
    "POST http://localhost:4000/_sockeye/page order",
  ]);
  assertEquals((await ask("GET", "/_sockeye/other"))[0], 404);
});

Deno.test("isLocalPage refuses a request that was forwarded, whoever sent it, by the field that says so", async () => {
  for (const field of ["forwarded", "via", "x-forwarded-for", "x-forwarded-host", "x-forwarded-proto", "x-real-ip"]) {
    const [status, text] = await ask("GET", "/_sockeye/page", { [field]: "127.0.0.1" });
    assertEquals([status, text.includes(field)], [403, true]);
  }
});

Deno.test("a name that is not of this machine does not get there: DNS rebinding", async () => {
  assertEquals((await ask("GET", "/_sockeye/page", { host: "evil.example" }))[0], 403);
});

Deno.test("isLocalPage refuses methods that no page needs", async () => {
  assertEquals((await ask("DELETE", "/_sockeye/page"))[0], 405);
});
