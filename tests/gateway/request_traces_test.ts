/** What is told of requests where they are traced: each from its head to what became of it, once. @module */
import { assertEquals, assertRejects } from "@std/assert";
import type { RouteModule } from "sockeye";
import { asked, CLIENT_GONE, endWithClient, RequestTraces, tracedAnswer } from "../../lib/gateway/request_traces.ts";
import { HttpError } from "../../lib/http/mod.ts";
import type { RouteRuntime } from "../../lib/route/table.ts";
import { parseLines } from "../http/head_text.ts";
import { ask, counting, DeployedGateway, type Routes } from "../support/deployed_gateway.ts";
import { handshakeRequest } from "../support/raw_client.ts";
import { until } from "../support/until.ts";
import { RecordedTracer } from "./support/recorded_tracer.ts";

const CLIENT = { address: "192.0.2.1", authority: undefined, scheme: "http" } as const;
const INLINE = { kind: "inline" } as RouteRuntime;

async function serve(routes: Routes, events = {}) {
  const tracer = new RecordedTracer();
  const server = await DeployedGateway.serving(routes, { gateway: { tracer, events } });
  const send = async (method: string, path: string, headers: HeadersInit = {}, body: BodyInit | null = null) => {
    using client = Deno.createHttpClient({ poolMaxIdlePerHost: 0 });
    const response = await fetch(`http://127.0.0.1:${server.port}${path}`, { client, method, headers, body });
    return `${response.status} ${await response.text()}`;
  };
  const told = async (at: number, count = 3) => {
    await until(() => tracer.requests[at]?.length === count, () => `told of: ${JSON.stringify(tracer.requests)}`);
    return tracer.requests[at];
  };
  return { tracer, server, send, told, [Symbol.asyncDispose]: () => server[Symbol.asyncDispose]() };
}

Deno.test("RequestTraces: a handshake is told of until its 101, with route, deployment and peer", async () => {
  await using here = await serve({ "/rooms/[room]": counting("a", { options: { subprotocols: ["v1"] } }) });
  const client = await here.server.connect("/rooms/blue?token=1", { "sec-websocket-protocol": "v1" });
  assertEquals(here.tracer.requests, [[
    "GET /rooms/blue from 127.0.0.1",
    "/rooms/[room] one #1",
    '{"status":101,"transport":"websocket","subprotocol":"v1"}',
  ]]);
  assertEquals(await ask(client), "a 1");
  assertEquals(here.tracer.requests.length, 1);
});

Deno.test("RequestTraces: a refusal is told of within its request, and with what was found before it", async () => {
  const [lines, whose]: [unknown[], unknown[]] = [[], []];
  const events = {
    refused({ status }: HttpError) {
      lines.push(status);
      whose.push(here.tracer.active);
    },
  };
  await using here = await serve({ "/": counting("a") }, events);
  await assertRejects(() => here.server.connect("/", { origin: "https://evil.example" }), Error, "403");
  await assertRejects(() => here.server.connect("/nowhere"), Error, "404");
  assertEquals([lines, whose], [[403, 404], [0, 1]]);
  assertEquals(here.tracer.requests, [
    ["GET / from 127.0.0.1", "/ one #1", '{"status":403,"error":"403"}'],
    ["GET /nowhere from 127.0.0.1", '{"status":404,"error":"404"}'],
  ]);
});

Deno.test("RequestTraces: the hook of a route runs within its request; its handlers, and those of others, do not", async () => {
  const whose: unknown[] = [];
  const note = (what: string) => void whose.push([what, here.tracer.active]);
  const route = counting("a", {
    async upgrade() {
      note("upgrade");
      await Promise.resolve();
      note("upgrade, later");
    },
    open: () => note("open"),
  });
  await using here = await serve({ "/": { ...route, message: (peer) => void (note("message"), peer.send("a")) } });
  const clients = [await here.server.connect(), await here.server.connect()];
  for (const client of clients) await ask(client);
  assertEquals(whose, [
    ...[["upgrade", 0], ["upgrade, later", 0], ["open", undefined]],
    ...[["upgrade", 1], ["upgrade, later", 1], ["open", undefined]],
    ...[["message", undefined], ["message", undefined]],
  ]);
});

Deno.test("RequestTraces: a route that refuses, fails, or answers what cannot be sent", async () => {
  const errors: unknown[] = [];
  const events = { failed: (error: unknown) => void errors.push([(error as Error).name, here.tracer.active]) };
  await using here = await serve({
    "/refuses": counting("a", { upgrade: () => new Response("no", { status: 401 }) }),
    "/fails": counting("a", { upgrade: () => Promise.reject(new Error("boom")) }),
    "/unsendable": counting("a", { upgrade: () => ({ headers: { "x-a": "\x01" } }) }),
  }, events);
  for (const path of ["/refuses", "/fails", "/unsendable"]) await assertRejects(() => here.server.connect(path));
  assertEquals(here.tracer.requests.map(([, , outcome]) => outcome), [
    ...['{"status":401}', '{"status":500}', '{"status":500,"error":"TypeError"}'],
  ]);
  assertEquals(errors, [["TypeError", 2]]);
});

const PAGES: RouteModule = {
  get: () => new Response("page"),
  post: async (request) => new Response(`${(await request.text()).length}`),
};

Deno.test("RequestTraces: ordinary requests are told of until their answer is written; health is not", async () => {
  await using here = await serve({ "/page": PAGES });
  assertEquals(await here.send("GET", "/health"), "200 ok\n");
  assertEquals(await here.send("GET", "/page?x=1"), "200 page");
  assertEquals(await here.send("POST", "/page", {}, "abc"), "200 3");
  assertEquals(await here.told(1), ["POST /page from 127.0.0.1", "/page one nobody", '{"status":200}']);
  assertEquals(
    await here.send("DELETE", "/page"),
    '405 "DELETE" is not possible here; allowed: GET, HEAD, POST, OPTIONS.\n',
  );
  assertEquals(here.tracer.requests.map(([, , outcome]) => outcome), [
    ...['{"status":200}', '{"status":200}', '{"status":405,"error":"405"}'],
  ]);
});

Deno.test("RequestTraces: a client that goes while its handshake is decided, or its body is on the way, ends its request", async () => {
  const decided = Promise.withResolvers<void>();
  await using here = await serve({ "/": counting("a", { upgrade: () => decided.promise }), "/page": PAGES });
  const send = async (bytes: Uint8Array, at: number) => {
    using conn = await Deno.connect({ hostname: "127.0.0.1", port: here.server.port });
    await conn.write(bytes);
    await until(() => here.tracer.requests[at]?.length === 2, "the request came");
  };
  await send(handshakeRequest("/"), 0);
  assertEquals((await here.told(0))?.[2], '{"error":"client_gone"}');
  const head = "POST /page HTTP/1.1\r\nHost: localhost\r\nContent-Length: 10\r\n\r\nabc";
  await send(new TextEncoder().encode(head), 1);
  assertEquals((await here.told(1))?.[2], '{"error":"client_gone"}');
  decided.resolve();
});

Deno.test("RequestTraces: a session of polls begins as the handshake that it stands for; its polls are not told of", async () => {
  await using here = await serve({ "/rooms/[room]": counting("a") });
  const headers = { "sockeye-route": "/rooms/blue?token=1", "sockeye-transport": "long-poll" };
  const begun = await here.send("POST", "/_sockeye/poll", headers);
  const { session } = JSON.parse(begun.slice(4));
  await here.send("DELETE", "/_sockeye/poll", { "sockeye-session": session });
  await here.send("POST", "/_sockeye/poll", { ...headers, origin: "https://evil.example" });
  assertEquals(here.tracer.requests, [
    [
      "GET /rooms/blue from 127.0.0.1",
      "/rooms/[room] one #1",
      '{"status":201,"transport":"long-poll","subprotocol":""}',
    ],
    ["GET /rooms/blue from 127.0.0.1", "/rooms/[room] one #2", '{"status":403,"error":"403"}'],
  ]);
});

Deno.test("RequestTraces tells of what has no request all the same", () => {
  const tracer = new RecordedTracer();
  const traces = new RequestTraces(tracer);
  const whose: unknown[] = [];
  const tell = () => void whose.push(tracer.active);
  traces.refused(new HttpError(400, "no head"), undefined, tell);
  traces.refused(new HttpError(429, "never looked at"), parseLines("GET / HTTP/1.1", "Host: a"), tell);
  traces.failed(new Error("boom"), parseLines("GET / HTTP/1.1", "Host: a"), tell);
  assertEquals([whose, tracer.requests], [[undefined, undefined, undefined], []]);
});

Deno.test("asked runs what is asked of code here within the request, and of code elsewhere outside of it", () => {
  const tracer = new RecordedTracer();
  const trace = new RequestTraces(tracer).begin(parseLines("GET / HTTP/1.1", "Host: a"), CLIENT);
  const whose = (["inline", "worker", "process"] as const).map((kind) =>
    asked(trace, { kind } as RouteRuntime, () => tracer.active)
  );
  assertEquals(whose, [0, undefined, undefined]);
});

Deno.test("endWithClient ends a request whose client goes, and leaves one that takes too long to who refuses it", () => {
  const tracer = new RecordedTracer();
  const traces = new RequestTraces(tracer);
  for (const name of ["AbortError", "TimeoutError"]) {
    const controller = new AbortController();
    endWithClient(traces.begin(parseLines("GET / HTTP/1.1", "Host: a"), CLIENT), controller.signal);
    controller.abort(new DOMException("over", name));
  }
  assertEquals(tracer.requests.map(([, ...rest]) => rest), [[JSON.stringify({ error: CLIENT_GONE })], []]);
});

Deno.test("tracedAnswer asks within the request, and ends it with the status once all is written", async () => {
  const tracer = new RecordedTracer();
  const trace = new RequestTraces(tracer).begin(parseLines("GET / HTTP/1.1", "Host: a"), CLIENT);
  let whose: number | undefined = undefined;
  const answer = () => {
    whose = tracer.active;
    return Promise.resolve(new Response("", { status: 202 }));
  };
  const decision = tracedAnswer({ kind: "http", route: "/", answer }, trace, INLINE);
  const { status } = await decision.answer(new Uint8Array(), new AbortController().signal);
  assertEquals([decision.route, status, whose, tracer.requests[0]!.length], ["/", 202, 0, 1]);
  decision.written!(10);
  assertEquals(tracer.requests[0]![1], '{"status":202}');
});
