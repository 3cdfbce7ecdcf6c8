/**
 * The border between the gateway and what makes spans of its requests. Types only.
 *
 * @module
 */
import type { RequestHead } from "../http/mod.ts";
import type { TransportName } from "../route/mod.ts";
import type { RouteEntry } from "../route/table.ts";
import type { ForwardedClient } from "./forwarded.ts";

/** Makes spans. None of it may throw. */
export interface Tracer {
  /**
   * A request has come that is for a route. Its head names the span that it belongs to, if it does.
   *
   * @param client who asks, as far as trusted proxies tell.
   */
  begin(head: RequestHead, client: ForwardedClient): RequestTrace;
  /** Runs work that is done for all, and goes on after whatever set it going, outside of every span. */
  outside<Result>(work: () => Result): Result;
}

/** The span of one request. */
export interface RequestTrace {
  /** The route was found, and for a handshake the id of the peer that is to be. */
  matched(entry: RouteEntry, peer?: string): void;
  /** Runs what belongs to the span: what it logs, and the requests that it makes, do too. */
  within<Result>(work: () => Result): Result;
  /** It is over. What is told later is not listened to. */
  end(outcome: RequestOutcome): void;
}

/** How a request came to its end. */
export interface RequestOutcome {
  /** Of the answer; undefined when there was none. */
  readonly status?: number;
  /** What kind of failure it was, in a word: for a status that says it is one, the status itself is enough. */
  readonly error?: string;
  /** Of a connection that was opened. */
  readonly transport?: TransportName;
  /** Of a connection that was opened; empty when none was agreed on. */
  readonly subprotocol?: string;
}
