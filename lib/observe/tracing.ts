/**
 * Spans by OpenTelemetry's API: for what is registered there, which in Deno is its own exporter.
 *
 * @module
 */
import { isSpanContextValid, trace } from "@opentelemetry/api";
import { DeploySpans } from "./deploy_spans.ts";
import { RequestSpans } from "./request_spans.ts";
import type { TraceFields, Tracing } from "./trace.ts";

/** The spans of this process. @param version of the server. */
export function tracingOf(version: string): Tracing {
  const tracer = trace.getTracer("sockeye", version);
  return {
    requests: (node, transport) => new RequestSpans(tracer, { "sockeye.node": node, "network.transport": transport }),
    deployments: (node) => new DeploySpans(tracer, { "sockeye.node": node }),
    traceFields,
  };
}

/** See {@linkcode Tracing.traceFields}. */
export function traceFields(): TraceFields | undefined {
  const context = trace.getActiveSpan()?.spanContext();
  if (context === undefined || !isSpanContextValid(context)) return undefined;
  return { trace_id: context.traceId, span_id: context.spanId };
}
