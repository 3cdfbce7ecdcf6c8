/**
 * A span for a request, by OpenTelemetry's conventions for HTTP servers: from its head to its answer, or to the 101.
 *
 * @module
 */
import {
  type Attributes,
  type Context,
  context,
  propagation,
  ROOT_CONTEXT,
  type Span,
  SpanKind,
  SpanStatusCode,
  type TextMapGetter,
  trace,
  type Tracer as SpanTracer,
} from "@opentelemetry/api";
import type { ForwardedClient, RequestOutcome, RequestTrace, Tracer } from "../gateway/mod.ts";
import type { RequestHead } from "../http/mod.ts";
import type { RouteEntry } from "../route/table.ts";

/** Names that may stand in a span's; whatever else a client makes up is `_OTHER`. */
const METHODS: ReadonlySet<string> = new Set(["DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT"]);

/** Of what a client chooses, a span has so many characters: it waits in memory until it is exported. */
const MAX_LENGTH = 256;

/** Makes them. */
export class RequestSpans implements Tracer {
  readonly #tracer: SpanTracer;
  readonly #attributes: Attributes;

  /** @param attributes of every span. */
  constructor(tracer: SpanTracer, attributes: Attributes) {
    this.#tracer = tracer;
    this.#attributes = attributes;
  }

  begin(head: RequestHead, client: ForwardedClient): RequestTrace {
    const parent = propagation.extract(ROOT_CONTEXT, head.fields, PARENT_FIELDS);
    const method = METHODS.has(head.method) ? head.method : "_OTHER";
    const attributes: Attributes = {
      ...this.#attributes,
      "http.request.method": method,
      // Without the query, in which secrets are.
      "url.path": head.path.slice(0, MAX_LENGTH),
      "url.scheme": client.scheme,
      "client.address": client.address,
      "network.protocol.name": "http",
      "network.protocol.version": head.version,
    };
    if (method !== head.method) attributes["http.request.method_original"] = head.method.slice(0, MAX_LENGTH);
    const agent = head.fields.get("user-agent");
    if (agent !== null) attributes["user_agent.original"] = agent.slice(0, MAX_LENGTH);
    const name = method === "_OTHER" ? "HTTP" : method;
    const span = this.#tracer.startSpan(name, { kind: SpanKind.SERVER, attributes }, parent);
    return new RequestSpan(span, name, trace.setSpan(parent, span));
  }

  outside<Result>(work: () => Result): Result {
    return context.with(ROOT_CONTEXT, work);
  }
}

class RequestSpan implements RequestTrace {
  readonly #span: Span;
  readonly #name: string;
  readonly #context: Context;
  #isOver = false;

  constructor(span: Span, name: string, own: Context) {
    this.#span = span;
    this.#name = name;
    this.#context = own;
  }

  matched({ descriptor: { pattern }, runtime: { deployment } }: RouteEntry, peer?: string): void {
    this.#span.updateName(`${this.#name} ${pattern}`);
    this.#span.setAttribute("http.route", pattern);
    if (deployment !== undefined) this.#span.setAttribute("sockeye.deployment", deployment);
    if (peer !== undefined) this.#span.setAttribute("sockeye.connection.id", peer);
  }

  within<Result>(work: () => Result): Result {
    return context.with(this.#context, work);
  }

  end({ status, error, transport, subprotocol = "" }: RequestOutcome): void {
    if (this.#isOver) return;
    this.#isOver = true;
    const span = this.#span;
    if (status !== undefined) span.setAttribute("http.response.status_code", status);
    const failure = error ?? (status !== undefined && status >= 400 ? String(status) : undefined);
    if (failure !== undefined) span.setAttribute("error.type", failure);
    if (transport !== undefined) span.setAttribute("sockeye.transport", transport);
    if (subprotocol !== "") span.setAttribute("sockeye.subprotocol", subprotocol);
    // What a client does wrong is no fault of the server.
    if (status !== undefined && status >= 500) span.setStatus({ code: SpanStatusCode.ERROR });
    span.end();
  }
}

/** Where the parent is named. Baggage is not taken: with it, strangers would write into the requests that routes make. */
const PARENT_FIELDS: TextMapGetter<RequestHead["fields"]> = {
  keys: (fields) => fields.entries().map(([name]) => name).filter((name) => name !== "baggage"),
  get(fields, key) {
    if (key === "baggage") return undefined;
    // W3C Trace Context §3.2: of several, none counts.
    if (key === "traceparent" && fields.all(key).length > 1) return undefined;
    return fields.get(key) ?? undefined;
  },
};
