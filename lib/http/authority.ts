/**
 * Host and port, as they stand in the Host field, in an absolute target and in an origin. RFC 3986 §3.2.
 *
 * @module
 */

/** A host and perhaps a port. */
export interface Authority {
  /** Lower case; an IPv6 address in its brackets and in its canonical form (RFC 5952). */
  readonly host: string;
  /** 0–65535, or null when none is written. */
  readonly port: number | null;
}

/**
 * Takes `host[:port]` apart. What it accepts can stand in a URL.
 *
 * @returns null when it is no authority, or one with user information (RFC 9110 §4.2.4: treat it as an error).
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { parseAuthority } from "./mod.ts";
 *
 * assertEquals(parseAuthority("Example.com:8080"), { host: "example.com", port: 8080 });
 * assertEquals(parseAuthority("[0:0::1]"), { host: "[::1]", port: null });
 * assertEquals(parseAuthority("user@example.com"), null);
 * ```
 */
export function parseAuthority(text: string): Authority | null {
  const end = hostEnd(text);
  if (end === -1 || !isPortPart(text, end)) return null;
  const written = text.slice(0, end).toLowerCase();
  const host = written.startsWith("[") ? new URL(`http://${written}`).hostname : written;
  return { host, port: end + 1 < text.length ? Number(text.slice(end + 1)) : null };
}

/** True when {@linkcode parseAuthority} would accept it; quicker. */
export function isAuthority(text: string): boolean {
  const end = hostEnd(text);
  return end !== -1 && isPortPart(text, end);
}

/** True for four decimal octets without leading zeros. */
export function isIpv4(host: string): boolean {
  return IPV4.test(host);
}

/** Fixed widths only, so the pattern cannot backtrack. RFC 3986 §3.2.2: IPv4address. */
const IPV4 = /^(?:(?:25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)\.){3}(?:25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)$/;

const COLON = 0x3a;

/** 1 at unreserved characters and sub-delims. RFC 3986 §3.2.2: reg-name. */
const REG_NAME: Uint8Array = Uint8Array.from(
  { length: 128 },
  (_, code) => /[A-Za-z0-9\-._~!$&'()*+,;=]/.test(String.fromCharCode(code)) ? 1 : 0,
);

/** Where the host ends (at the colon of the port or at the end of the text), or -1 when it is not a host. */
function hostEnd(text: string): number {
  if (text.startsWith("[")) return ipv6End(text);
  let end = 0;
  // Deviation: RFC 3986 §3.2.2 allows percent-encoded octets in a name. No client sends them, and two readers of one
  // name disagree about what they stand for, so they are refused.
  while (end < text.length && REG_NAME[text.charCodeAt(end)] === 1) end++;
  // RFC 9110 §4.2.1: a recipient MUST reject an "http" URI reference with an empty host identifier.
  if (end === 0 || (end < text.length && text.charCodeAt(end) !== COLON)) return -1;
  return isPlausibleName(text, end) ? end : -1;
}

/**
 * False for names that no URL can hold: those that end in a number without being an IPv4 address (`1.2.3.400`, `0x7f`:
 * other readers take them for addresses), and those with a broken `xn--` label.
 */
function isPlausibleName(text: string, end: number): boolean {
  const beforeDot = text.charCodeAt(end - 1) === 0x2e ? end - 1 : end;
  const lastLabel = text.lastIndexOf(".", beforeDot - 1) + 1;
  const first = text.charCodeAt(lastLabel);
  if (first >= 0x30 && first <= 0x39 && /^(?:\d+|0x[\da-f]*)$/i.test(text.slice(lastLabel, beforeDot))) {
    return isIpv4(text.slice(0, end));
  }
  const dash = text.indexOf("--");
  return dash === -1 || dash >= end || URL.canParse(`http://${text.slice(0, end)}`);
}

/** Where `[IPv6address]` ends, or -1. RFC 3986 §3.2.2. Zones and future versions are not for the wire. */
function ipv6End(text: string): number {
  const close = text.indexOf("]");
  if (close === -1 || close > MAX_IPV6_CHARS) return -1;
  if (close + 1 < text.length && text.charCodeAt(close + 1) !== COLON) return -1;
  return /^\[[\da-f:.]+\]$/i.test(text.slice(0, close + 1)) && URL.canParse(`http://${text.slice(0, close + 1)}`)
    ? close + 1
    : -1;
}

/** Six groups of four digits, their colons, an IPv4 address, and the bracket before them. */
const MAX_IPV6_CHARS = 46;

/** True when the rest is empty or `:port`. RFC 3986 §3.2.3: port = *DIGIT, so a bare colon is allowed. */
function isPortPart(text: string, colon: number): boolean {
  let port = 0;
  for (let at = colon + 1; at < text.length; at++) {
    const digit = text.charCodeAt(at) - 0x30;
    if (digit < 0 || digit > 9) return false;
    port = port * 10 + digit;
    if (port > 65_535) return false;
  }
  return true;
}
