import { assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { createTestServer, type TestServer, UpgradeRefusedError } from "../../lib/testing/mod.ts";
import { type Backplane, Hub } from "../../lib/pubsub/mod.ts";
import { askGateway } from "./support/asked_gateway.ts";
import { handshake, HttpClient } from "./support/http_client.ts";

function serve(options: Parameters<typeof createTestServer>[1] = {}): Promise<TestServer> {
  const page = { get: () => new Response("page", { headers: { "x-page": "1" } }) };
  return createTestServer({
    "/page": page,
    "/both": { ...page, default: { message() {} } },
    "/hook": { post: async (request: Request) => new Response(await request.text()) },
    "/ws": { message() {} },
    "/chat": { options: { subprotocols: ["v2", "v1"] }, message() {} },
    "/rooms/[room]": { get: (_request: Request, { params }: { params: unknown }) => Response.json(params) },
  }, options);
}

const ANSWERS = [
  ["GET", "/page", 200, null],
  ["HEAD", "/page", 200, null],
  ["POST", "/page", 405, "GET, HEAD, OPTIONS"],
  ["OPTIONS", "/page", 204, "GET, HEAD, OPTIONS"],
  ["DELETE", "/page", 405, "GET, HEAD, OPTIONS"],
  ["GET", "/both", 200, null],
  ["GET", "/ws", 426, null],
  ["HEAD", "/ws", 426, null],
  ["POST", "/ws", 405, "GET, OPTIONS"],
  ["OPTIONS", "/ws", 204, "GET, OPTIONS"],
  ["GET", "/hook", 405, "POST, OPTIONS"],
  ["POST", "/hook", 200, null],
  ["GET", "/nowhere", 404, null],
  ["POST", "/nowhere", 404, null],
  ["GET", "/page/", 200, null],
  ["GET", "/%zz", 400, null],
  ["GET", "/health", 200, null],
  ["HEAD", "/ready", 200, null],
  ["POST", "/health", 405, "GET, HEAD"],
] as const;

for (const [method, path, status, allow] of ANSWERS) {
  Deno.test(`Dispatcher answers ${method} ${path} with ${status}`, async () => {
    await using server = await serve();
    const response = await server.fetch(path, { method });
    assertEquals([response.status, response.headers.get("allow")], [status, allow]);
    if (status === 426) assertEquals(response.headers.get("upgrade"), "websocket");
    if (method === "HEAD") assertEquals(await response.text(), "");
  });
}

Deno.test("Dispatcher answers HEAD with the fields of GET (RFC 9110 §9.3.2)", async () => {
  await using server = await serve();
  const { headers } = await server.fetch("/page", { method: "HEAD" });
  assertEquals([headers.get("content-length"), headers.get("x-page")], ["4", "1"]);
});

Deno.test("Dispatcher answers OPTIONS * (RFC 9110 §9.3.7)", async () => {
  await using server = await serve();
  const client = new HttpClient(server);
  assertEquals((await client.ask("OPTIONS * HTTP/1.1\nHost: localhost\n\n")).status, 204);
});

Deno.test("Dispatcher says at /ready that the broker is away, and goes on serving", async () => {
  const hub = new Hub({ backplane: { isUp: false, join() {} } as unknown as Backplane });
  const answers = [await askGateway({ hub }, "GET", "/ready"), await askGateway({ hub }, "GET", "/health")];
  assertEquals(answers.map(({ status, body }) => [status, new TextDecoder().decode(body)]), [
    [200, "ok, but the broker is away\n"],
    [200, "ok\n"],
  ]);
});

Deno.test("Dispatcher gives parameters percent-decoded", async () => {
  await using server = await serve();
  assertEquals(await (await server.fetch("/rooms/a%20%2Fb")).json(), { room: "a /b" });
});

const ORIGINS = [
  ["http://localhost", undefined, 101],
  ["http://127.0.0.1", undefined, 101],
  ["https://evil.example", undefined, 403],
  ["null", undefined, 403],
  ["https://app.example", ["https://app.example"], 101],
  ["https://evil.example", ["https://app.example"], 403],
  ["https://evil.example", ["*"], 101],
] as const;

for (const [origin, allowedOrigins, status] of ORIGINS) {
  Deno.test(`Dispatcher answers the origin ${origin} with ${status}, allowed: ${allowedOrigins ?? "own"}`, async () => {
    await using server = await serve(allowedOrigins === undefined ? {} : { options: { allowedOrigins } });
    if (status === 101) return void await server.connect("/ws", { origin });
    const refused = await assertRejects(() => server.connect("/ws", { origin }), UpgradeRefusedError);
    assertEquals(refused.status, 403);
    assertStringIncludes(refused.body, origin);
    assertStringIncludes(refused.body, "allowedOrigins");
    assertStringIncludes(String(server.logs[0]?.fields.message), origin);
  });
}

Deno.test("Dispatcher chooses the route's best subprotocol that was offered, or none (RFC 6455 §4.2.2)", async () => {
  await using server = await serve();
  assertEquals((await server.connect("/chat", { subprotocols: ["v1", "v2"] })).subprotocol, "v2");
  assertEquals((await server.connect("/chat", { subprotocols: ["v9"] })).subprotocol, "");
  assertEquals((await server.connect("/chat")).headers.has("sec-websocket-protocol"), false);
});

Deno.test("Dispatcher answers a wrong version with 426 and the right one (RFC 6455 §4.2.2)", async () => {
  await using server = await serve();
  const { status, headers } = await assertRejects(
    () => server.connect("/ws", { headers: { "sec-websocket-version": "8" } }),
    UpgradeRefusedError,
  );
  assertEquals([status, headers.get("sec-websocket-version")], [426, "13"]);
});

Deno.test("Dispatcher answers the example of RFC 6455 §1.3 with its accept key", async () => {
  await using server = await serve();
  const client = new HttpClient(server);
  const { status, headers } = await client.ask(handshake("/ws"));
  assertEquals([status, headers.get("sec-websocket-accept")], [101, "s3pPLMBiTxaQ9kYGzzhZRbK+xOo="]);
});

Deno.test("Dispatcher treats an upgrade on a path without WebSocket as what it otherwise is", async () => {
  await using server = await serve();
  const refused = await assertRejects(() => server.connect("/page"), UpgradeRefusedError);
  assertEquals([refused.status, refused.body], [200, "page"]);
});
