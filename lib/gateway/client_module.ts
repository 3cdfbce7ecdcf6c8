/**
 * The modules of our client, as they are served.
 *
 * @module
 */
import type { RequestHead } from "../http/mod.ts";

/** Where they are served: the name of one follows. */
export const CLIENT_MODULES_PATH = "/_sockeye/";

/** One of them. */
export interface ClientModule {
  /** Such as `client.js`; they import each other by it. */
  readonly name: string;
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
