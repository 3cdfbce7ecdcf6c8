/**
 * Whoever makes spans, in memory: what OpenTelemetry's API asks of a provider, and no more.
 *
 * @module
 */
import {
  type Attributes,
  type Context,
  context,
  type ContextManager,
  propagation,
  ROOT_CONTEXT,
  type Span,
  type SpanContext,
  type SpanOptions,
  type SpanStatus,
  type TextMapPropagator,
  trace,
  type Tracer,
} from "@opentelemetry/api";
import { AsyncLocalStorage } from "node:async_hooks";

/** A span, while it is made and after. */
export class MemorySpan implements Span {
  readonly attributes: Attributes;
  readonly kind: number | undefined;
  /** Id of the span above it; undefined when there is none. */
  readonly parent: string | undefined;
  name: string;
  status: SpanStatus | undefined;
  ends = 0;
  readonly #context: SpanContext;

  constructor(name: string, { attributes, kind }: SpanOptions, parent: SpanContext | undefined, count: number) {
    this.name = name;
    this.kind = kind;
    this.attributes = { ...attributes };
    this.parent = parent?.spanId;
    const traceId = parent?.traceId ?? count.toString(16).padStart(32, "0");
    this.#context = { traceId, spanId: count.toString(16).padStart(16, "0"), traceFlags: 1 };
  }

  spanContext(): SpanContext {
    return this.#context;
  }

  setAttribute(key: string, value: NonNullable<Attributes[string]>): this {
    this.attributes[key] = value;
    return this;
  }

  setAttributes(attributes: Attributes): this {
    Object.assign(this.attributes, attributes);
    return this;
  }

  setStatus(status: SpanStatus): this {
    this.status = status;
    return this;
  }

  updateName(name: string): this {
    this.name = name;
    return this;
  }

  end(): void {
    this.ends++;
  }

  isRecording(): boolean {
    return this.ends === 0;
  }

  addEvent(): this {
    return this;
  }

  addLink(): this {
    return this;
  }

  addLinks(): this {
    return this;
  }

  recordException(): void {}
}

/** All that were made, in order. */
export class MemorySpans {
  readonly all: MemorySpan[] = [];
  readonly tracer: Tracer;

  constructor() {
    const startSpan = (name: string, options: SpanOptions = {}, above: Context = context.active()): MemorySpan => {
      const span = new MemorySpan(name, options, trace.getSpanContext(above), this.all.length + 1);
      this.all.push(span);
      return span;
    };
    this.tracer = {
      startSpan,
      startActiveSpan: () => {
        throw new Error("nobody asks for that here");
      },
    };
  }

  /** Registers it, and a context that goes along, until it is disposed of. */
  register(): Disposable {
    trace.setGlobalTracerProvider({ getTracer: () => this.tracer });
    context.setGlobalContextManager(new StoredContext());
    propagation.setGlobalPropagator(PARENT_AS_IT_IS);
    return {
      [Symbol.dispose]() {
        trace.disable();
        context.disable();
        propagation.disable();
      },
    };
  }
}

/** The context of who goes on after a wait is that from before it. */
class StoredContext implements ContextManager {
  readonly #stored = new AsyncLocalStorage<Context>();

  active(): Context {
    return this.#stored.getStore() ?? ROOT_CONTEXT;
  }

  with<Args extends unknown[], Work extends (...args: Args) => ReturnType<Work>>(
    active: Context,
    work: Work,
    self?: ThisParameterType<Work>,
    ...args: Args
  ): ReturnType<Work> {
    return this.#stored.run(active, () => work.call(self, ...args));
  }

  bind<Bound>(_active: Context, target: Bound): Bound {
    return target;
  }

  enable(): this {
    return this;
  }

  disable(): this {
    return this;
  }
}

/** `traceparent: TRACE-SPAN`, taken for true; and whatever it is told of baggage. */
const PARENT_AS_IT_IS: TextMapPropagator = {
  inject() {},
  fields: () => ["traceparent", "baggage"],
  extract(above, carrier, { get, keys }) {
    const parent = get(carrier, "traceparent");
    if (get(carrier, "baggage") !== undefined || keys(carrier).includes("baggage")) throw new Error("baggage was read");
    if (typeof parent !== "string") return above;
    const [traceId = "", spanId = ""] = parent.split("-");
    return trace.setSpanContext(above, { traceId, spanId, traceFlags: 1, isRemote: true });
  },
};
