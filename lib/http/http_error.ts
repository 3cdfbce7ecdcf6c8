/**
 * The fault of an HTTP request: what becomes of a client's mistake before the 101.
 *
 * @module
 */

/**
 * Thrown when a request cannot be answered as asked. Status, headers and message are the whole response: `message` is
 * the body, one sentence for the client that says what was wrong and what to do.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { HttpError } from "./mod.ts";
 *
 * const fault = new HttpError(405, "Use GET.", { Allow: "GET" });
 * assertEquals([fault.status, fault.headers.Allow], [405, "GET"]);
 * ```
 */
export class HttpError extends Error {
  /** Always `"HttpError"`. */
  override readonly name: string = "HttpError";
  /** The status code of the response, 400–599. RFC 9110 §15.5, §15.6. */
  readonly status: number;
  /** Fields the response carries beside the usual ones. */
  readonly headers: Readonly<Record<string, string>>;

  /** Makes the fault; nothing is logged or sent by it. */
  constructor(status: number, message: string, headers: Readonly<Record<string, string>> = {}) {
    super(message);
    this.status = status;
    this.headers = headers;
  }
}
