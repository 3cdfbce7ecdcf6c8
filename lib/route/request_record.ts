/**
 * From the request as it crosses the border to the Web API's `Request`.
 *
 * @module
 */
import type { RequestRecord } from "./runtime_contract.ts";

/**
 * The request as a handler sees it.
 *
 * @param body of a method that has one; left out for GET and HEAD.
 * @param signal which its own follows. Default: it is never aborted.
 */
export function requestOf(record: RequestRecord, body?: Uint8Array<ArrayBuffer>, signal?: AbortSignal): Request {
  const init: RequestInit = { method: record.method, headers: headersOf(record) };
  if (body !== undefined) init.body = body;
  if (signal !== undefined) init.signal = signal;
  return new Request(urlOf(record), init);
}

/** The URL asked for, without what a `Request` refuses. */
export function urlOf(record: RequestRecord): URL {
  const url = new URL(record.url);
  // Fetch, the Request constructor: a URL that includes credentials is a TypeError.
  url.username = "";
  url.password = "";
  return url;
}

function headersOf(record: RequestRecord): Headers {
  const headers = new Headers();
  let cookies = "";
  for (const [name, value] of record.headers) {
    // RFC 6265 §5.4: pairs are joined with "; "; Headers would join them with a comma, which is part of a value.
    if (name === "cookie") cookies += cookies === "" ? value : `; ${value}`;
    else headers.append(name, value);
  }
  if (cookies !== "") headers.set("cookie", cookies);
  return headers;
}
