/**
 * Who the client behind trusted proxies is, and what it asked the first of them for: `Forwarded` (RFC 7239) and the
 * `X-Forwarded-*` fields.
 *
 * @module
 */
import { type FieldLines, isAuthority, parseTokenList, type RequestHead } from "../http/mod.ts";
import { AddressSet, formatAddress, normalizeAddress, parseAddress } from "./ip_address.ts";

/** The client as the server's operator sees it. */
export interface ForwardedClient {
  /** Its IP address, normalised; of the last proxy that is known when proxies keep the client's to themselves. */
  readonly address: string;
  /** `host[:port]` that it asked for, as a trusted proxy says; undefined when none says so: Host counts then. */
  readonly authority: string | undefined;
  /** That of the connection, unless a trusted proxy says otherwise. */
  readonly scheme: "http" | "https";
}

/** Who is at the other end of a Unix socket: nobody with an address. Only a proxy of this machine can be. */
export const UNIX_ADDRESS = "unix";

/**
 * Finds the client. What a request says of it counts only as far as trusted proxies wrote it: from the right, each
 * entry was added by the proxy whose address was found before. The walk ends at the first address that is not trusted
 * (the client), and at an entry that is malformed, `unknown` or obfuscated (RFC 7239 §6.3), whose address nobody knows.
 * Of scheme and authority, what the outermost trusted proxy says counts.
 *
 * With any of the `X-Forwarded-*` fields, `Forwarded` is not looked at. A trusted proxy must write `X-Forwarded-For`, or
 * write `Forwarded` and remove the others: one that passes them on from a client lets it choose its address.
 *
 * @param socketAddress who is at the other end of the connection, without port; {@linkcode UNIX_ADDRESS} is trusted.
 * @param own the scheme of the connection.
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { FieldLines } from "../http/mod.ts";
 * import { forwardedClient } from "./forwarded.ts";
 * import { AddressSet } from "./ip_address.ts";
 *
 * const fields = new FieldLines([["x-forwarded-for", "6.6.6.6, 192.0.2.7, 10.0.0.2"], ["x-forwarded-proto", "https"]]);
 * assertEquals(forwardedClient(fields, "10.0.0.1", new AddressSet(["10.0.0.0/8"])), {
 *   address: "192.0.2.7",
 *   authority: undefined,
 *   scheme: "https",
 * });
 * ```
 */
export function forwardedClient(
  fields: FieldLines,
  socketAddress: string,
  trusted: AddressSet,
  own: Scheme = "http",
): ForwardedClient {
  let address = normalizeAddress(socketAddress);
  let authority: string | undefined;
  let scheme = own;
  if (address !== UNIX_ADDRESS && !trusted.has(address)) return { address, authority, scheme };
  for (const hop of hopsOf(fields)) {
    authority = hop.authority ?? authority;
    scheme = hop.scheme ?? scheme;
    if (hop.address === null) break;
    address = hop.address;
    if (!trusted.has(address)) break;
  }
  return { address, authority, scheme };
}

/** Finds the clients of a server with these options. */
export function clientFinder(
  { trustedProxies, cert }: { readonly trustedProxies: readonly string[]; readonly cert: string },
): (head: RequestHead, socketAddress: string) => ForwardedClient {
  const trusted = new AddressSet(trustedProxies);
  const own = cert === "" ? "http" : "https";
  return (head, socketAddress) => forwardedClient(head.fields, socketAddress, trusted, own);
}

/** A proxy that writes `X-Forwarded-*`, as most do, passes a client's own `Forwarded` on: it must not count then. */
function hopsOf(fields: FieldLines): Iterable<Hop> {
  const isX = fields.has("x-forwarded-for") || fields.has("x-forwarded-proto") || fields.has("x-forwarded-host");
  return isX ? xForwardedHops(fields) : forwardedHops(fields.all("forwarded"));
}

/** How a client came. */
export type Scheme = ForwardedClient["scheme"];

/** What one proxy says of the request it got. */
interface Hop {
  /** Who sent it, or null when that is no address. */
  readonly address: string | null;
  readonly authority: string | undefined;
  readonly scheme: Scheme | undefined;
}

/** Some proxies name the WebSocket schemes. */
const SCHEMES: Readonly<Record<string, Scheme>> = { http: "http", https: "https", ws: "http", wss: "https" };

/**
 * From the right. Proxies either append to `X-Forwarded-Proto` and `-Host`, as they do to `-For`, or overwrite them; the
 * last values belong together, and a list that ends early leaves the rest unsaid.
 */
function* xForwardedHops(fields: FieldLines): Generator<Hop> {
  const fromRight = (name: string): string[] => parseTokenList(fields.all(name)).reverse();
  const nodes = fromRight("x-forwarded-for");
  const schemes = fromRight("x-forwarded-proto");
  const authorities = fromRight("x-forwarded-host");
  // A proxy that says nothing of the address may still tell scheme and host.
  for (let at = 0; at < Math.max(1, nodes.length); at++) {
    const node = nodes[at] ?? "";
    yield {
      // Without a grammar to say otherwise, IPv6 is mostly written without brackets.
      address: addressOf(node) ?? nodeAddress(node),
      authority: authorityOf(authorities[at]),
      scheme: schemeOf(schemes[at]),
    };
  }
}

/** From the right, up to the first element that is malformed: only proxies further away wrote what precedes it. */
function* forwardedHops(lines: readonly string[]): Generator<Hop> {
  for (const line of lines.toReversed()) {
    for (let end = line.length; end >= 0;) {
      const start = elementStart(line, end);
      if (start === -1) return;
      const element = line.slice(start, end).trim();
      end = start - 1;
      // RFC 9110 §5.6.1.2: "A recipient MUST parse and ignore a reasonable number of empty list elements".
      if (element === "") continue;
      const pairs = parsePairs(element);
      if (pairs === null) return;
      yield {
        address: nodeAddress(pairs.get("for") ?? ""),
        authority: authorityOf(pairs.get("host")),
        scheme: schemeOf(pairs.get("proto")),
      };
    }
  }
}

/**
 * Where the list element that ends at `end` starts, or -1 when a quoted string in it has no beginning. Read backwards,
 * so that an open quote in what a client sent cannot swallow what the proxies appended.
 */
function elementStart(line: string, end: number): number {
  for (let at = end - 1; at >= 0; at--) {
    if (line[at] === ",") return at + 1;
    if (line[at] !== '"') continue;
    at--;
    while (at >= 0 && (line[at] !== '"' || isEscaped(line, at))) at--;
    if (at < 0) return -1;
  }
  return 0;
}

/** True after an odd number of backslashes. RFC 9110 §5.6.4: quoted-pair. */
function isEscaped(line: string, at: number): boolean {
  let start = at;
  while (line[start - 1] === "\\") start--;
  return (at - start) % 2 === 1;
}

/**
 * One pair, which may be missing, and the semicolon behind it. RFC 7239 §4: forwarded-pair = token "=" value; value =
 * token / quoted-string.
 *
 * Deviation: whitespace around the semicolon, as RFC 9110 §5.6.6 has it for parameters; configurations written by hand
 * have it.
 */
const PAIR = /(?:([!#$%&'*+.^_`|~\w-]+)=(?:([!#$%&'*+.^_`|~\w-]+)|"((?:[^"\\]|\\.)*)")[\t ]*)?(?:;[\t ]*|$)/gy;

/** The parameters of one element by name, or null when it is malformed. */
function parsePairs(element: string): ReadonlyMap<string, string> | null {
  const pairs = new Map<string, string>();
  let end = 0;
  for (const match of element.matchAll(PAIR)) {
    end = match.index + match[0].length;
    const [, name, token, quoted = ""] = match;
    if (name === undefined) continue;
    // RFC 7239 §4: "Each parameter MUST NOT occur more than once per field-value"; names are case-insensitive.
    if (pairs.has(name.toLowerCase())) return null;
    pairs.set(name.toLowerCase(), token ?? quoted.replace(/\\(.)/g, "$1"));
  }
  return end === element.length ? pairs : null;
}

/** RFC 7239 §6: an IPv4 address, or an IPv6 address in brackets, perhaps with a port, which may be obfuscated. */
const NODE = /^(?:\[([^\]]*)\]|([\d.]+))(?::(?:\d{1,5}|_[\w.-]+))?$/;

/** The address in a node, or null when it has none that is valid. */
function nodeAddress(node: string): string | null {
  const [, bracketed, dotted] = NODE.exec(node) ?? [];
  if (bracketed === undefined) return addressOf(dotted ?? "");
  return bracketed.includes(":") ? addressOf(bracketed) : null;
}

function addressOf(text: string): string | null {
  const address = parseAddress(text);
  return address === null ? null : formatAddress(address);
}

function authorityOf(text: string | undefined): string | undefined {
  return text !== undefined && isAuthority(text) ? text : undefined;
}

function schemeOf(text: string | undefined): Scheme | undefined {
  const name = text?.toLowerCase() ?? "";
  return Object.hasOwn(SCHEMES, name) ? SCHEMES[name] : undefined;
}
