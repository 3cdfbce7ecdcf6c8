/**
 * Where in a handshake a token may be.
 *
 * @module
 */
import { tokenOf } from "../subprotocol/handshake_token.ts";

/** The token that a client put there on purpose: a subprotocol, or a bearer token; undefined when there is none. */
export function presentedToken(headers: Headers): string | undefined {
  const offered = headers.get("sec-websocket-protocol")?.split(",").map((name) => name.trim()) ?? [];
  return tokenOf(offered, headers.get("authorization"));
}

/**
 * The value of a cookie. RFC 6265 §5.4: of two with one name, the first is that of the longer path.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { cookieOf } from "./handshake_sources.ts";
 *
 * const headers = new Headers({ cookie: "theme=dark; session=abc" });
 * assertEquals(cookieOf(headers, "session"), "abc");
 * ```
 */
export function cookieOf(headers: Headers, name: string): string | undefined {
  // Several field lines come joined with ", ", which no name and no value of a cookie has in it.
  for (const pair of (headers.get("cookie") ?? "").split(/[;,] */)) {
    const at = pair.indexOf("=");
    if (at !== -1 && pair.slice(0, at).trim() === name) return pair.slice(at + 1).trim().replace(/^"(.*)"$/, "$1");
  }
  return undefined;
}
