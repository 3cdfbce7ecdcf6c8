/** The span of a request says what it was for and how it ended, and no secrets. @module */
import { SpanKind, SpanStatusCode, trace } from "@opentelemetry/api";
import { assertEquals } from "@std/assert";
import { RequestSpans } from "../../lib/observe/request_spans.ts";
import type { RouteEntry } from "../../lib/route/table.ts";
import { parseLines } from "../http/head_text.ts";
import { MemorySpans } from "./support/memory_spans.ts";

const CLIENT = { address: "192.0.2.1", authority: undefined, scheme: "https" } as const;

const ROOM = {
  descriptor: { pattern: "/rooms/[room]" },
  runtime: { deployment: "0123456789ab" },
} as unknown as RouteEntry;

function begin(requestLine: string, ...fields: readonly string[]) {
  const spans = new MemorySpans();
  const registered = spans.register();
  const tracer = new RequestSpans(spans.tracer, { "sockeye.node": "n1" });
  const request = tracer.begin(parseLines(requestLine, "Host: example.com", ...fields), CLIENT);
  return { tracer, request, span: spans.all[0]!, [Symbol.dispose]: () => registered[Symbol.dispose]() };
}

Deno.test("RequestSpans: an upgrade is named by method and route, and ends with its 101; the query is left out", () => {
  using here = begin("GET /rooms/blue?token=secret HTTP/1.1", "User-Agent: tests/1");
  const { request, span } = here;
  request.matched(ROOM, "n1-7");
  assertEquals(span.ends, 0);
  request.end({ status: 101, transport: "websocket", subprotocol: "chat" });
  assertEquals([span.name, span.kind, span.ends], ["GET /rooms/[room]", SpanKind.SERVER, 1]);
  assertEquals([span.status, span.parent], [undefined, undefined]);
  assertEquals(span.attributes, {
    "sockeye.node": "n1",
    "http.request.method": "GET",
    "url.path": "/rooms/blue",
    "url.scheme": "https",
    "client.address": "192.0.2.1",
    "network.protocol.name": "http",
    "network.protocol.version": "1.1",
    "user_agent.original": "tests/1",
    "http.route": "/rooms/[room]",
    "sockeye.deployment": "0123456789ab",
    "sockeye.connection.id": "n1-7",
    "http.response.status_code": 101,
    "sockeye.transport": "websocket",
    "sockeye.subprotocol": "chat",
  });
});

for (
  const [outcome, error, code] of [
    [{ status: 200 }, undefined, undefined],
    [{ status: 302 }, undefined, undefined],
    [{ status: 403 }, "403", undefined],
    [{ status: 101, error: "TOKEN_MISSING" }, "TOKEN_MISSING", undefined],
    [{ error: "client_gone" }, "client_gone", undefined],
    [{ status: 500, error: "TypeError" }, "TypeError", SpanStatusCode.ERROR],
    [{ status: 503 }, "503", SpanStatusCode.ERROR],
  ] as const
) {
  Deno.test(`RequestSpans: ${JSON.stringify(outcome)} has error.type ${error}, and the status is ${code}`, () => {
    using here = begin("GET / HTTP/1.1");
    here.request.end(outcome);
    assertEquals([here.span.attributes["error.type"], here.span.status?.code], [error, code]);
  });
}

Deno.test("RequestSpans: what is told after the end changes nothing", () => {
  using here = begin("GET / HTTP/1.1");
  here.request.end({ status: 503, error: "503" });
  here.request.end({ status: 200 });
  assertEquals([here.span.ends, here.span.attributes["http.response.status_code"]], [1, 503]);
});

Deno.test("RequestSpans: a method that a client made up is no part of the name, and what it chooses is cut off", () => {
  using here = begin(`MADE${"U".repeat(300)} /${"a".repeat(300)} HTTP/1.1`, `User-Agent: ${"u".repeat(300)}`);
  const { attributes, name } = here.span;
  assertEquals([name, attributes["http.request.method"]], ["HTTP", "_OTHER"]);
  for (const key of ["http.request.method_original", "url.path", "user_agent.original"]) {
    assertEquals(String(attributes[key]).length, 256, key);
  }
  here.request.matched({ descriptor: { pattern: "/a" }, runtime: {} } as unknown as RouteEntry);
  assertEquals([here.span.name, "sockeye.deployment" in attributes], ["HTTP /a", false]);
});

Deno.test("RequestSpans: the parent that the head names is continued, without its baggage", () => {
  using here = begin("GET / HTTP/1.1", "traceparent: aaaa-bbbb", "baggage: user=1");
  assertEquals([here.span.spanContext().traceId, here.span.parent], ["aaaa", "bbbb"]);
});

Deno.test("RequestSpans: of two parents none counts", () => {
  using here = begin("GET / HTTP/1.1", "traceparent: aaaa-bbbb", "traceparent: cccc-dddd");
  assertEquals(here.span.parent, undefined);
});

Deno.test("RequestSpans: a span is active within it, across waits, and nowhere else", async () => {
  using here = begin("GET / HTTP/1.1");
  const { tracer, request, span } = here;
  const active = () => trace.getActiveSpan();
  const seen = await request.within(async () => {
    await Promise.resolve();
    return [active(), tracer.outside(active), active()];
  });
  assertEquals(seen, [span, undefined, span]);
  assertEquals(active(), undefined);
});
