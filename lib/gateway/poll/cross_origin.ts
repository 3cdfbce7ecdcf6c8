/**
 * What a page of another origin has to be told before its browser lets it read an answer. Fetch standard, §3.2.
 *
 * @module
 */
import type { RequestHead } from "../../http/mod.ts";
import { POLL_FIELDS } from "./poll_ask.ts";

/** So long a browser need not ask again, in seconds. */
const PREFLIGHT_SECONDS = "600";

const READABLE = "Sockeye-Sequence, Sockeye-Acknowledge, Sockeye-Request-Bytes, Retry-After";
const SENDABLE = ["authorization", "content-type", ...Object.values(POLL_FIELDS)].join(", ");

/** True for the question whether a request may be sent. */
export function isPreflight(head: RequestHead): boolean {
  return head.method === "OPTIONS" && head.fields.has("origin") && head.fields.has("access-control-request-method");
}

/** The answer to it, for an origin that may. */
export function preflightAnswer(origin: string): Response {
  const response = new Response(null, {
    status: 204,
    headers: {
      "access-control-allow-methods": "GET, POST, DELETE",
      "access-control-allow-headers": SENDABLE,
      "access-control-max-age": PREFLIGHT_SECONDS,
    },
  });
  return readableBy(origin, response);
}

/**
 * The answer, made readable for a page of this origin, with what its cookies are worth: it may connect, and a WebSocket
 * would have taken them along.
 */
export function readableBy(origin: string | null, response: Response): Response {
  const { headers } = response;
  headers.set("cache-control", "no-store");
  headers.set("vary", "Origin");
  if (origin === null) return response;
  headers.set("access-control-allow-origin", origin);
  headers.set("access-control-allow-credentials", "true");
  headers.set("access-control-expose-headers", READABLE);
  return response;
}
