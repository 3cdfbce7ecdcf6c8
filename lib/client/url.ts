/**
 * URLs as the client takes them: relative ones too, and `http` for `ws`.
 *
 * @module
 */

/**
 * The URL to connect to.
 *
 * @param base of the page that this runs in, if there is one.
 * @throws {TypeError} when it is none.
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { socketUrl } from "./url.ts";
 *
 * assertEquals(socketUrl("/chat", "https://example.com/page#top"), "wss://example.com/chat");
 * ```
 */
export function socketUrl(url: string | URL, base = globalThis.location?.href): string {
  const absolute = new URL(url, base);
  // http → ws, https → wss.
  if (!/^wss?:/.test(absolute.protocol = absolute.protocol.replace("http", "ws"))) {
    throw new TypeError(`no WebSocket URL: ${url}`);
  }
  absolute.hash = "";
  return absolute.href;
}

/** A token as a subprotocol can hold it: base64url of its UTF-8, without padding. RFC 4648 §5. */
export function base64Url(text: string): string {
  return btoa(String.fromCharCode(...new TextEncoder().encode(text)))
    .replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}
