/**
 * Responses that route code gives, and the one it gets when it fails.
 *
 * @module
 */

/**
 * Refuses what cannot be sent as the answer to a request.
 *
 * @param handler who returned it, for the error.
 * @throws {TypeError} that says what is wrong with it.
 *
 * @example
 * ```ts
 * import { checkResponse } from "./http_answer.ts";
 * import { assertThrows } from "@std/assert";
 *
 * checkResponse(new Response("hello"), "get");
 * assertThrows(() => checkResponse("hello", "get"), TypeError, "new Response");
 * ```
 */
export function checkResponse(value: unknown, handler: string): Response {
  if (!(value instanceof Response)) {
    const kind = value === undefined ? "nothing" : value === null ? "null" : `a value of type ${typeof value}`;
    throw new TypeError(`${handler} returned ${kind}; it must return a Response, as in: return new Response("hello")`);
  }
  if (value.bodyUsed) {
    throw new TypeError(
      `${handler} returned a Response whose body has been read already; make a new one for each request`,
    );
  }
  // RFC 9110 §15.2: a 1xx is not the final answer that a request waits for; 0 is Response.error().
  if (value.status < 200) throw new TypeError(`${handler} returned a Response with the status ${value.status}`);
  return value;
}

/** The answer when route code failed: nothing internal in it. */
export function internalServerError(): Response {
  return new Response("Internal Server Error\n", { status: 500, headers: { "content-type": "text/plain" } });
}

/** The answer while route code that runs elsewhere is not there. RFC 9110 §15.6.4. */
export function serviceUnavailable(): Response {
  const headers = { "content-type": "text/plain", "retry-after": "1" };
  return new Response("Service Unavailable\n", { status: 503, headers });
}
