/**
 * Whether a connection goes on after a request. RFC 9112 §9.3.
 *
 * @module
 */
import { hasToken } from "./field_value.ts";
import type { RequestHead } from "./request.ts";

/** True when the client wants to send another request on the same connection. */
export function wantsKeepAlive(head: RequestHead): boolean {
  const options = head.fields.all("connection");
  if (hasToken(options, "close")) return false;
  // RFC 9112 §9.3: HTTP/1.1 persists unless told otherwise, HTTP/1.0 only when asked to.
  return head.version === "1.1" || hasToken(options, "keep-alive");
}
