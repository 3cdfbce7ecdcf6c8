/**
 * A collector of OpenTelemetry's: takes spans and log records by OTLP over HTTP, as JSON, and keeps them.
 *
 * @module
 */
import { until } from "./until.ts";

/** A span as it came. */
export interface CollectedSpan {
  readonly name: string;
  readonly kind: number;
  readonly traceId: string;
  readonly spanId: string;
  /** Empty for a span that is nobody's child. */
  readonly parentSpanId: string;
  /** 2 for a failure. */
  readonly status: { readonly code: number; readonly message: string };
  readonly attributes: Readonly<Record<string, unknown>>;
  /** Who made it: `sockeye`, or `deno`. */
  readonly scope: string;
  /** Attributes of the process. */
  readonly resource: Readonly<Record<string, unknown>>;
  /** In milliseconds. */
  readonly tookMs: number;
}

/** A log record as it came. */
export interface CollectedLine {
  readonly text: string;
  readonly traceId: string;
  readonly spanId: string;
}

/** `SPAN_KIND_INTERNAL`, `SPAN_KIND_SERVER` and `SPAN_KIND_CLIENT` as they are written. */
export const KIND = { internal: 1, server: 2, client: 3 } as const;

interface Attribute {
  readonly key: string;
  readonly value: Readonly<Record<string, unknown>>;
}

/** One collector. */
export class OtlpCollector implements AsyncDisposable {
  readonly spans: CollectedSpan[] = [];
  readonly lines: CollectedLine[] = [];
  readonly #server: Deno.HttpServer<Deno.NetAddr>;

  constructor() {
    const onListen = (): void => {};
    this.#server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen }, (request) => this.#take(request));
  }

  /** What has a server send here, at once. */
  get env(): Readonly<Record<string, string>> {
    return otlpEnv(`http://127.0.0.1:${this.#server.addr.port}`);
  }

  /** Waits for a span. */
  async span(name: string, isIt: (span: CollectedSpan) => boolean = () => true): Promise<CollectedSpan> {
    const find = () => this.spans.find((span) => span.name === name && isIt(span));
    await until(() => find() !== undefined, () => `the span ${name} came; these did: ${JSON.stringify(this.spans)}`);
    return find()!;
  }

  /** Waits for a log record. */
  async line(text: RegExp): Promise<CollectedLine> {
    const find = () => this.lines.find((line) => text.test(line.text));
    await until(() => find() !== undefined, () => `the line ${text} came; these did: ${JSON.stringify(this.lines)}`);
    return find()!;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#server.shutdown();
  }

  async #take(request: Request): Promise<Response> {
    const taken = await request.json();
    for (const { resource, scopeSpans } of taken.resourceSpans ?? []) {
      for (const { scope, spans } of scopeSpans) {
        for (const span of spans) {
          const tookMs = Number(BigInt(span.endTimeUnixNano) - BigInt(span.startTimeUnixNano)) / 1e6;
          const [attributes, own] = [valuesOf(span.attributes), valuesOf(resource.attributes)];
          this.spans.push({ ...span, attributes, tookMs, scope: scope.name, resource: own });
        }
      }
    }
    for (const { scopeLogs } of taken.resourceLogs ?? []) {
      for (const { logRecords } of scopeLogs) {
        for (const { body, traceId, spanId } of logRecords) {
          this.lines.push({ text: body.stringValue, traceId, spanId });
        }
      }
    }
    return Response.json({});
  }
}

/** What has a server send its spans to a collector, a few milliseconds after they end. */
export function otlpEnv(endpoint: string): Readonly<Record<string, string>> {
  return {
    OTEL_DENO: "true",
    OTEL_EXPORTER_OTLP_ENDPOINT: endpoint,
    OTEL_EXPORTER_OTLP_PROTOCOL: "http/json",
    OTEL_SERVICE_NAME: "sockeye-test",
    OTEL_BSP_SCHEDULE_DELAY: "20",
    OTEL_BLRP_SCHEDULE_DELAY: "20",
  };
}

function valuesOf(attributes: readonly Attribute[]): Readonly<Record<string, unknown>> {
  return Object.fromEntries(attributes.map(({ key, value }) => [key, Object.values(value)[0]]));
}
