/** Where the metrics are on the public port, and who has a say. @module */
import { assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { Gateway, OptionError, optionsByEntry, type PublicMetrics, resolveOptions } from "../../lib/gateway/mod.ts";
import { METRICS_PATH } from "../../lib/gateway/public_metrics.ts";
import { HttpError } from "../../lib/http/mod.ts";
import { type RouteRuntime, RouteTable } from "../../lib/route/table.ts";
import { encodeRequest, ResponseReader } from "../../lib/testing/client_response.ts";
import { MemoryStream } from "../../lib/testing/mod.ts";
import { FakeClock } from "../support/fake_clock.ts";

const PAGE: PublicMetrics = {
  check({ fields }) {
    if (fields.has("x-stranger")) throw new HttpError(401, "Who are you?", { "WWW-Authenticate": "Bearer" });
  },
  answer: () => Promise.resolve(new Response("a 1\n")),
};

async function ask(
  method: string,
  headers: Readonly<Record<string, string>> = {},
  { page = PAGE, isPublic = true, isLocalOnly = false, table = RouteTable.of([]) }: {
    page?: PublicMetrics;
    table?: RouteTable;
    isPublic?: boolean;
    isLocalOnly?: boolean;
  } = {},
) {
  const options = resolveOptions({ config: { publicMetrics: isPublic } });
  const gateway = new Gateway({ options, table, clock: new FakeClock(), isLocalOnly });
  if (page !== NONE) gateway.publicMetrics = page;
  const [client, server] = MemoryStream.pair();
  gateway.accept(server, "127.0.0.1");
  await client.write(encodeRequest(method, METRICS_PATH, Object.entries({ host: "localhost", ...headers })));
  const response = await new ResponseReader(client).next(method === "HEAD");
  client.close();
  gateway.close();
  return { ...response, text: new TextDecoder().decode(response.body), refused: [...gateway.counts.refused] };
}

/** Not measured yet. */
const NONE: PublicMetrics = { ...PAGE };

Deno.test("Gateway has the metrics at /metrics where the option says so, and nothing there else", async () => {
  const { status, text } = await ask("GET");
  assertEquals([status, text], [200, "a 1\n"]);
  const head = await ask("HEAD");
  assertEquals([head.status, head.text], [200, ""]);
  assertEquals((await ask("GET", {}, { isPublic: false })).status, 404);
});

Deno.test("Gateway says what methods are possible at /metrics", async () => {
  for (const [method, status] of [["OPTIONS", 204], ["POST", 405], ["DELETE", 405]] as const) {
    const { status: found, headers } = await ask(method);
    assertEquals([found, headers.get("allow")], [status, "GET, HEAD, OPTIONS"]);
  }
});

Deno.test("Gateway asks who wants the metrics before anything else, and counts who is refused", async () => {
  for (const method of ["GET", "HEAD", "POST", "OPTIONS"]) {
    const { status, headers, refused } = await ask(method, { "x-stranger": "1" });
    assertEquals([method, status, headers.get("www-authenticate")], [method, 401, "Bearer"]);
    assertEquals(refused, [[401, 1]]);
  }
});

Deno.test("Gateway answers 503 at /metrics until it is ready to be measured", async () => {
  assertEquals((await ask("GET", {}, { page: NONE })).status, 503);
});

Deno.test("Gateway in development gives the metrics to loopback names only (DNS rebinding)", async () => {
  assertEquals((await ask("GET", { host: "evil.example" }, { isLocalOnly: true })).status, 403);
  assertEquals((await ask("GET", { host: "127.0.0.1:4000" }, { isLocalOnly: true })).status, 200);
});

Deno.test("Gateway refuses a route at /metrics, by its file, where the metrics are public; one that only fits stands back", async () => {
  const table = (pattern: string): RouteTable => {
    const descriptor = {
      pattern,
      file: "metrics.ts",
      isWebSocket: false,
      hasUpgrade: false,
      methods: ["GET"],
      options: {},
    };
    return RouteTable.of([{ descriptors: [descriptor] } as unknown as RouteRuntime]);
  };
  const options = resolveOptions({ config: { publicMetrics: true } });
  const { message } = assertThrows(() => new Gateway({ options, table: table("/metrics") }), OptionError);
  assertStringIncludes(
    message,
    "metrics.ts: /metrics is where the metrics are: give the route another path, or leave ",
  );
  const canary = { table: table("/metrics"), share: 0.5 };
  assertThrows(() => optionsByEntry(options, { table: table("/a"), canary }), OptionError);
  assertEquals(optionsByEntry(resolveOptions({}), { table: table("/metrics") }).size, 1);
  assertEquals((await ask("GET", {}, { table: table("/[name]") })).text, "a 1\n");
});
