/**
 * Spans of what the server does, where OpenTelemetry is on; where it is not, nothing of it is loaded.
 *
 * @module
 */
import type { Tracer } from "../gateway/mod.ts";
import type { DeploySpans } from "./deploy_spans.ts";

/** What makes spans, and says of the one under way which it is. */
export interface Tracing {
  /**
   * Of requests. @param node which of several servers, or processes of a server, it is.
   * @param transport what connections come over.
   */
  requests(node: string, transport: "tcp" | "unix"): Tracer;
  /** Of what is done to deployments. */
  deployments(node: string): DeploySpans;
  /** What log lines are to carry that are written now: `trace_id` and `span_id`, within a span. */
  traceFields(): TraceFields | undefined;
}

/** Where a line belongs, in lower-case hexadecimal. The names are those of OpenTelemetry's for logs that are no OTLP. */
export type TraceFields = Readonly<Record<"trace_id" | "span_id", string>>;

/** By this the copies of the API package, and Deno, find whoever makes spans: it is there when somebody does. */
const REGISTERED = Symbol.for("opentelemetry.js.api.1");

/**
 * Finds out whether spans are made here: Deno does with `OTEL_DENO=true`, unless `OTEL_SDK_DISABLED=true`. No permission
 * is needed for that, and none to export them.
 *
 * @param version of the server, which the spans say.
 * @returns undefined when nothing makes spans.
 */
export async function openTracing(version: string): Promise<Tracing | undefined> {
  if (!(REGISTERED in globalThis)) return undefined;
  const { tracingOf } = await import("./tracing.ts");
  return tracingOf(version);
}
