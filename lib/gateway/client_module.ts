/**
 * The module of our client, as it is served.
 *
 * @module
 */
import type { RequestHead } from "../http/mod.ts";

/** Where it is served. */
export const CLIENT_MODULE_PATH = "/_sockeye/client.js";

/** What is served. */
export interface ClientModule {
  readonly text: string;
  /** RFC 9110 §8.8.3: an entity tag, with its quotes. */
  readonly etag: string;
}

/** The answer to GET and HEAD. Pages of any origin may import it: there is nothing secret in it. */
export function clientModuleResponse(head: RequestHead, { text, etag }: ClientModule): Response {
  const headers = {
    "content-type": "text/javascript; charset=utf-8",
    "access-control-allow-origin": "*",
    "cross-origin-resource-policy": "cross-origin",
    // It changes with the server, which answers 304 until then.
    "cache-control": "public, max-age=300, must-revalidate",
    etag,
  };
  const known = head.fields.get("if-none-match") ?? "";
  const isKnown = known.split(",").some((tag) => tag.trim().replace(/^W\//, "") === etag);
  return isKnown ? new Response(null, { status: 304, headers }) : new Response(text, { headers });
}
