/**
 * The URL of a WebSocket, in the forms that people type.
 *
 * @module
 */

/** Where to connect, and what to ask for. */
export interface Address {
  /** In full: `ws://127.0.0.1:4000/echo`. Without user and password. */
  readonly url: string;
  /** True for `wss`. */
  readonly isSecure: boolean;
  /** An IPv6 address without its brackets. */
  readonly hostname: string;
  readonly port: number;
  /** For the Host field: with the port, unless it is that of the scheme. */
  readonly authority: string;
  /** Path and query. */
  readonly target: string;
  /** The value of Authorization, where the URL has a user: RFC 7617. */
  readonly authorization: string | undefined;
}

/**
 * Takes an address apart: `ws://`, `wss://`, `http://` for `ws://` and `https://` for `wss://`, `host:port/path` for
 * `ws://`, and `:port/path` for this machine.
 *
 * @throws {TypeError} that says what is wrong, and what to write.
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { parseAddress } from "./address.ts";
 *
 * assertEquals(parseAddress(":4000/echo").url, "ws://127.0.0.1:4000/echo");
 * assertEquals(parseAddress("https://example.com/chat?room=1").url, "wss://example.com/chat?room=1");
 * ```
 */
export function parseAddress(text: string): Address {
  const full = /^[a-z][a-z\d+.-]*:\/\//i.test(text)
    ? text
    : text.startsWith(":")
    ? `ws://127.0.0.1${text}`
    : `ws://${text}`;
  if (!URL.canParse(full)) throw new TypeError(`${text}: not a URL; write it as in ws://127.0.0.1:4000/echo`);
  const url = new URL(full);
  const scheme = SCHEMES[url.protocol];
  if (scheme === undefined) {
    throw new TypeError(`${text}: ${url.protocol} is not a scheme of WebSockets; use ws: or wss:`);
  }
  // RFC 6455 §3: "Fragment identifiers are meaningless in the context of WebSocket URIs and MUST NOT be used".
  if (url.hash !== "" || full.endsWith("#")) {
    throw new TypeError(`${text}: a WebSocket URL has no fragment; leave out # and what follows, or write %23`);
  }
  const authorization = authorizationOf(url);
  const { host, hostname, pathname, search } = new URL(full.replace(/^[a-z]+/i, scheme.http));
  return {
    url: `${scheme.ws}://${host}${pathname}${search}`,
    isSecure: scheme.ws === "wss",
    hostname: hostname.replace(/^\[|\]$/g, ""),
    port: url.port === "" || host === hostname ? scheme.port : Number(url.port),
    authority: host,
    target: pathname + search,
    authorization,
  };
}

interface Scheme {
  readonly ws: "ws" | "wss";
  /** The same for the parser of URLs, which knows its port. */
  readonly http: "http" | "https";
  readonly port: number;
}

const PLAIN: Scheme = { ws: "ws", http: "http", port: 80 };
const SECURE: Scheme = { ws: "wss", http: "https", port: 443 };
const SCHEMES: Readonly<Record<string, Scheme>> = { "ws:": PLAIN, "http:": PLAIN, "wss:": SECURE, "https:": SECURE };

function authorizationOf({ username, password }: URL): string | undefined {
  if (username === "" && password === "") return undefined;
  const pair = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
  return `Basic ${new TextEncoder().encode(pair).toBase64()}`;
}
