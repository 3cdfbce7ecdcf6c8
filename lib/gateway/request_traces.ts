/**
 * The spans of the requests under way, found by their heads: who refuses a request, or fails to answer it, has no more.
 *
 * @module
 */
import type { HttpError, RequestHead } from "../http/mod.ts";
import type { RouteRuntime } from "../route/table.ts";
import type { Decision } from "./exchange_host.ts";
import type { ForwardedClient } from "./forwarded.ts";
import type { RequestTrace, Tracer } from "./tracing.ts";

/** What ends a request whose client does not wait for the answer. */
export const CLIENT_GONE = "client_gone";

/** Where requests are not traced: what is told of them is told. */
export const UNTRACED: Pick<RequestTraces, "refused" | "failed"> = {
  refused: (_error, _head, tell) => tell(),
  failed: (_error, _head, tell) => tell(),
};

/** The spans of one gateway. */
export class RequestTraces {
  readonly #tracer: Tracer;
  readonly #byHead = new WeakMap<RequestHead, RequestTrace>();

  constructor(tracer: Tracer) {
    this.#tracer = tracer;
  }

  /** Begins one. @param carrier the head that it came with, where it is not a request of its own. */
  begin(head: RequestHead, client: ForwardedClient, carrier: RequestHead = head): RequestTrace {
    const trace = this.#tracer.begin(head, client);
    this.#byHead.set(head, trace);
    this.#byHead.set(carrier, trace);
    return trace;
  }

  /** A request was refused: tells of that in its span, and ends it. */
  refused({ status }: HttpError, head: RequestHead | undefined, tell: () => void): void {
    this.#end(head, { status, error: String(status) }, tell);
  }

  /** What a route answered cannot be sent: the same. */
  failed(error: unknown, head: RequestHead, tell: () => void): void {
    this.#end(head, { status: 500, error: error instanceof Error ? error.name : "500" }, tell);
  }

  #end(head: RequestHead | undefined, outcome: Parameters<RequestTrace["end"]>[0], tell: () => void): void {
    const trace = head === undefined ? undefined : this.#byHead.get(head);
    if (trace === undefined) return tell();
    trace.within(tell);
    trace.end(outcome);
  }
}

type HttpDecision = Extract<Decision, { readonly kind: "http" }>;

/** The same decision, whose answer is made in the span of its request, and ends it when it is written. */
export function tracedAnswer(decision: HttpDecision, trace: RequestTrace, runtime: RouteRuntime): HttpDecision {
  let status = 0;
  return {
    ...decision,
    dropped: () => trace.end({ error: CLIENT_GONE }),
    written: () => trace.end({ status }),
    answer: async (body, signal) => {
      endWithClient(trace, signal);
      const response = await asked(trace, runtime, () => decision.answer(body, signal));
      status = response.status;
      return response;
    },
  };
}

/** Asks route code, in the span where that runs here: elsewhere it cannot be carried. */
export function asked<Answer>(trace: RequestTrace, { kind }: RouteRuntime, ask: () => Answer): Answer {
  return kind === "inline" ? trace.within(ask) : ask();
}

/** Ends the span when the client goes. Who is given up because time is over is refused, which is told apart. */
export function endWithClient(trace: RequestTrace, signal: AbortSignal): void {
  signal.addEventListener("abort", () => {
    if ((signal.reason as Error).name !== "TimeoutError") trace.end({ error: CLIENT_GONE });
  }, { once: true });
}
