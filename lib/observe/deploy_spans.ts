/**
 * A span for what is done to a deployment, with one below it for each step.
 *
 * @module
 */
import {
  type Attributes,
  context,
  ROOT_CONTEXT,
  type Span,
  SpanStatusCode,
  trace,
  type Tracer as SpanTracer,
} from "@opentelemetry/api";
import { messageOf } from "../route/table.ts";

/** What may be said of an operation, and what the attribute is called. */
const ATTRIBUTES = {
  deployment: "sockeye.deployment",
  state: "sockeye.deployment.state",
  share: "sockeye.deployment.share",
  moved: "sockeye.peers.moved",
  dismissed: "sockeye.peers.dismissed",
  lost: "sockeye.peers.lost",
} as const;

/** Makes them. */
export class DeploySpans {
  readonly #tracer: SpanTracer;
  readonly #attributes: Attributes;

  /** @param attributes of every span of an operation. */
  constructor(tracer: SpanTracer, attributes: Attributes) {
    this.#tracer = tracer;
    this.#attributes = attributes;
  }

  /** Runs an operation in a span of its own, below the one that is active: that of the request that asks for it. */
  operation<Result>(name: string, work: () => Promise<Result>): Promise<Result> {
    const span = this.#tracer.startSpan(`deployment ${name}`, { attributes: this.#attributes });
    return context.with(trace.setSpan(context.active(), span), () => ended(span, work));
  }

  /** Runs a step outside of all spans, in whose own nothing but the step itself is told. */
  step<Result>(name: string, work: () => Promise<Result>): Promise<Result> {
    const span = this.#tracer.startSpan(`deployment ${name}`);
    return ended(span, () => context.with(ROOT_CONTEXT, work));
  }

  /** Adds to the operation under way. */
  note(facts: { readonly [Fact in keyof typeof ATTRIBUTES]?: string | number | undefined }): void {
    const span = trace.getActiveSpan();
    for (const [fact, attribute] of Object.entries(ATTRIBUTES)) {
      const value = facts[fact as keyof typeof ATTRIBUTES];
      if (value !== undefined) span?.setAttribute(attribute, value);
    }
  }
}

async function ended<Result>(span: Span, work: () => Promise<Result>): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    // What is answered says what happened; its cause is what did.
    const { cause } = error as Partial<Error>;
    const failure = cause instanceof Error ? cause : error;
    span.setAttribute("error.type", failure instanceof Error ? failure.name : "_OTHER");
    span.setStatus({ code: SpanStatusCode.ERROR, message: messageOf(error) });
    throw error;
  } finally {
    span.end();
  }
}
