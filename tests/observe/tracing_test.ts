/** What is made of a provider: spans by the name of this server, and the fields of log lines. @module */
import { trace } from "@opentelemetry/api";
import { assert, assertEquals } from "@std/assert";
import { DeploySpans } from "../../lib/observe/deploy_spans.ts";
import { RequestSpans } from "../../lib/observe/request_spans.ts";
import { traceFields, tracingOf } from "../../lib/observe/tracing.ts";
import { parseLines } from "../http/head_text.ts";
import { MemorySpans } from "./support/memory_spans.ts";

Deno.test("traceFields are those of the span that is active, and there are none without one", () => {
  assertEquals(traceFields(), undefined);
  const spans = new MemorySpans();
  using _registered = spans.register();
  assertEquals(traceFields(), undefined);
  const tracing = tracingOf("1.2.3");
  const requests = tracing.requests("n1", "unix");
  const client = { address: "192.0.2.1", authority: undefined, scheme: "http" } as const;
  const request = requests.begin(parseLines("GET / HTTP/1.1", "Host: a"), client);
  const { traceId, spanId } = spans.all[0]!.spanContext();
  assertEquals(request.within(() => tracing.traceFields()), { trace_id: traceId, span_id: spanId });
  assertEquals(request.within(() => requests.outside(traceFields)), undefined);
  assertEquals(spans.all[0]!.attributes["network.transport"], "unix");
});

Deno.test("traceFields leave out ids that are none: those of a span that nobody makes", () => {
  const spans = new MemorySpans();
  using _registered = spans.register();
  const nobodys = trace.wrapSpanContext({ traceId: "0".repeat(32), spanId: "0".repeat(16), traceFlags: 0 });
  const requests = tracingOf("1.2.3").requests("n1", "tcp");
  spans.tracer.startSpan = () => nobodys;
  const client = { address: "192.0.2.1", authority: undefined, scheme: "http" } as const;
  assertEquals(requests.begin(parseLines("GET / HTTP/1.1", "Host: a"), client).within(traceFields), undefined);
});

Deno.test("tracingOf makes spans of requests and of deployments, with the node's name", async () => {
  const spans = new MemorySpans();
  using _registered = spans.register();
  const tracing = tracingOf("1.2.3");
  assert(tracing.requests("n1", "tcp") instanceof RequestSpans);
  assert(tracing.deployments("n1") instanceof DeploySpans);
  await tracing.deployments("n7").operation("reload", () => Promise.resolve());
  assertEquals(spans.all[0]!.attributes["sockeye.node"], "n7");
});
