/**
 * Refusals: as an error, and as the bytes that say so.
 *
 * @module
 */
import { encodeTextResponse, HttpError, type RequestHead } from "../http/mod.ts";

/** 503 with a Retry-After of five seconds: another time it could be done. RFC 9110 §15.6.4. */
export function unavailable(message: string): HttpError {
  return new HttpError(503, message, { "Retry-After": "5" });
}

/**
 * The answer to a request that is refused.
 *
 * @param head undefined when there is none that could be read.
 * @param close true when the connection ends after it.
 * @param date the Date field's value.
 */
export function encodeRefusal(
  error: HttpError,
  head: RequestHead | undefined,
  close: boolean,
  date: string,
): Uint8Array<ArrayBuffer> {
  const { status, message, headers } = error;
  return encodeTextResponse({ status, message, headers, head: head?.method === "HEAD", close, date });
}
