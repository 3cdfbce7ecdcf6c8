/**
 * The request target in its four forms. RFC 9112 §3.2.
 *
 * @module
 */
import { isAuthority } from "./authority.ts";
import { HttpError } from "./http_error.ts";
import { quote } from "./quote.ts";

/** A request target taken apart. */
export interface RequestTarget {
  /** Still percent-encoded; starts with `/`, or is `*`. */
  readonly path: string;
  /** Empty, or starts with `?`. */
  readonly query: string;
  /** Of an absolute-form target; null in the other forms. */
  readonly authority: string | null;
}

/** Schemes an absolute-form target may have: ours, and what proxies and clients write for them. */
const SCHEMES = ["http://", "https://", "ws://", "wss://"] as const;

const SLASH = 0x2f;

/**
 * Takes a request target apart. Its characters have been checked: printable ASCII, no `#`.
 *
 * @throws {HttpError} 400 for a target in none of the forms its method allows; 501 for CONNECT.
 */
export function parseRequestTarget(method: string, target: string): RequestTarget {
  // RFC 9110 §9.1: a method that is not implemented SHOULD get 501. Not 405: its Allow would have to speak of a
  // resource, and CONNECT names none of ours but a host to tunnel to.
  if (method === "CONNECT") throw new HttpError(501, "CONNECT is not supported: this server is not a proxy.");
  if (target.charCodeAt(0) === SLASH) return split(target, null);
  if (target === "*") {
    // RFC 9112 §3.2.4: the asterisk-form "is only used for a server-wide OPTIONS request".
    if (method !== "OPTIONS") throw new HttpError(400, "The request target * is for OPTIONS only: ask for a path.");
    return { path: "*", query: "", authority: null };
  }
  return parseAbsoluteForm(target);
}

/** RFC 9112 §3.2.2: "A server MUST accept the absolute-form in requests". */
function parseAbsoluteForm(target: string): RequestTarget {
  const start = target.slice(0, "https://".length).toLowerCase();
  const scheme = SCHEMES.find((candidate) => start.startsWith(candidate));
  if (scheme === undefined) {
    throw new HttpError(400, `The request target ${quote(target)} must start with "/", "http://" or "https://".`);
  }
  let end = scheme.length;
  while (end < target.length && target[end] !== "/" && target[end] !== "?") end++;
  const authority = target.slice(scheme.length, end);
  if (!isAuthority(authority)) {
    throw new HttpError(400, `The request target ${quote(target)} has no valid host: use host or host:port.`);
  }
  const rest = target.slice(end);
  // RFC 9110 §4.2.3: an empty path is equivalent to an absolute path of "/".
  return split(rest.startsWith("/") ? rest : `/${rest}`, authority);
}

function split(target: string, authority: string | null): RequestTarget {
  const mark = target.indexOf("?");
  const path = mark === -1 ? target : target.slice(0, mark);
  // RFC 3986 §3.3 has no backslash in a path, and URL parsers read it as "/": two readers, two resources.
  if (path.includes("\\")) throw new HttpError(400, `The path ${quote(path)} has a backslash: encode it as %5C.`);
  return { path, query: mark === -1 ? "" : target.slice(mark), authority };
}
