/**
 * Which web pages may connect: the Origin field against the host that was asked for and the configured list.
 * RFC 6455 §4.2.1 item 7, §10.2; RFC 6454 §7.
 *
 * @module
 */
import { type Authority, isIpv4, parseAuthority, quote } from "../http/mod.ts";

interface Origin {
  /** Lower case, without `://`. */
  readonly scheme: string;
  readonly host: string;
  /** The scheme's default when none is written; null when the scheme has none. */
  readonly port: number | null;
}

/** RFC 9110 §4.2.1, §4.2.2. */
const DEFAULT_PORTS: Readonly<Record<string, number>> = { http: 80, https: 443 };

const WILDCARD = "*.";

/**
 * Decides whether a page of this origin may connect.
 *
 * Without a list: the page's host and port must be those the request asked for; all loopback names are one host. A
 * list adds to that. No Origin field means no browser (RFC 6455 §10.2), which is allowed.
 *
 * @param origin the Origin field, or null without one.
 * @param authority `host[:port]` of the request; without a port, the default of the origin's scheme is meant.
 * @param allowed entries as {@linkcode parseAllowedOrigin} takes them, or null for the default.
 * @param scheme how the request came, as far as is known: a proxy that ends TLS may not say so, hence `https` pages may
 * always connect. Over `https`, an `http` page of the same host may not: whoever is on its way may have written it.
 * @returns null to allow; else the sentence to refuse with (403).
 * @example
 * ```ts
 * import { assertEquals, assertStringIncludes } from "@std/assert";
 * import { checkOrigin } from "./mod.ts";
 *
 * assertEquals(checkOrigin("http://localhost:4000", "127.0.0.1:4000", null), null);
 * assertEquals(checkOrigin("https://app.example.com", "ws.example.com", ["https://*.example.com"]), null);
 * assertStringIncludes(checkOrigin("https://evil.example", "ws.example.com", null) ?? "", "allowedOrigins");
 * ```
 */
export function checkOrigin(
  origin: string | null,
  authority: string,
  allowed: readonly string[] | null,
  scheme: "http" | "https" = "http",
): null | string {
  if (origin === null || origin === `https://${authority}`) return null;
  if (origin === `http://${authority}` && scheme === "http") return null;
  if (allowed !== null && (allowed.includes("*") || allowed.includes(origin))) return null;
  const page = parseOrigin(origin);
  if (page === null) {
    return `The origin ${quote(origin)} may not connect to ${quote(authority)}: it names no host. ` +
      `To allow every origin, set allowedOrigins (SOCKEYE_ALLOWED_ORIGINS) to "*".`;
  }
  if (isSameHost(page, authority) && (scheme === "http" || page.scheme === "https")) return null;
  if (allowed !== null && allowed.some((entry) => matches(page, entry))) return null;
  return `The origin ${quote(origin)} may not connect to ${quote(authority)}. ` +
    `To allow it, add it to allowedOrigins (SOCKEYE_ALLOWED_ORIGINS).`;
}

/** True when the host is a loopback name: localhost, *.localhost, 127.0.0.0/8 or [::1], with any port. */
export function isLoopbackAuthority(authority: string): boolean {
  const parsed = parseAuthority(authority);
  return parsed !== null && isLoopbackHost(parsed.host);
}

/**
 * Checks one configured entry: `https://host[:port]`, `https://*.host[:port]` for all its subdomains, `null` for pages
 * without an origin, or `*` for all. Any scheme may stand for `https`.
 *
 * @returns the entry in lower case.
 * @throws {TypeError} for anything else, saying what is allowed.
 */
export function parseAllowedOrigin(text: string): string {
  const entry = text.trim().toLowerCase();
  if (entry === "*" || entry === "null" || parseEntry(entry) !== null) return entry;
  throw new TypeError(
    `The allowed origin ${quote(text)} is not valid: use https://host, https://host:port, https://*.host for its ` +
      `subdomains, or * for all; no path, and no slash at the end.`,
  );
}

/** RFC 6454 §6.2: scheme "://" host [ ":" port ]. */
function parseOrigin(text: string): Origin | null {
  const colon = text.indexOf("://");
  const scheme = text.slice(0, Math.max(colon, 0)).toLowerCase();
  // RFC 3986 §3.1: scheme = ALPHA *( ALPHA / DIGIT / "+" / "-" / "." ).
  if (!/^[a-z][a-z\d+.-]*$/.test(scheme)) return null;
  const authority = parseAuthority(text.slice(colon + 3));
  return authority === null ? null : { scheme, host: authority.host, port: portOf(authority, scheme) };
}

/** An entry of the list; of a wildcard, the host keeps its `*.`. */
function parseEntry(entry: string): Origin | null {
  const star = `://${WILDCARD}`;
  const isWildcard = entry.includes(star);
  const origin = parseOrigin(isWildcard ? entry.replace(star, "://") : entry);
  if (origin === null || origin.host.includes("*")) return null;
  if (!isWildcard) return origin;
  return origin.host.startsWith("[") || isIpv4(origin.host) ? null : { ...origin, host: WILDCARD + origin.host };
}

function matches(page: Origin, entry: string): boolean {
  const rule = parseEntry(entry.toLowerCase());
  if (rule === null || rule.scheme !== page.scheme || rule.port !== page.port) return false;
  return rule.host.startsWith(WILDCARD) ? page.host.endsWith(rule.host.slice(1)) : page.host === rule.host;
}

function isSameHost(page: Origin, authority: string): boolean {
  const asked = parseAuthority(authority);
  if (asked === null || !(page.scheme in DEFAULT_PORTS) || portOf(asked, page.scheme) !== page.port) return false;
  return asked.host === page.host || (isLoopbackHost(asked.host) && isLoopbackHost(page.host));
}

function portOf(authority: Authority, scheme: string): number | null {
  return authority.port ?? DEFAULT_PORTS[scheme] ?? null;
}

/** RFC 6761 §6.3: localhost names. RFC 1122 §3.2.1.3: 127.0.0.0/8. RFC 4291 §2.5.3: ::1. */
function isLoopbackHost(host: string): boolean {
  return host === "localhost" || host.endsWith(".localhost") || host === "[::1]" ||
    (host.startsWith("127.") && isIpv4(host));
}
