/**
 * Field names and values: tokens, comma lists, and what may be sent. RFC 9110 §5.
 *
 * @module
 */
import { quote } from "./quote.ts";

/**
 * 1 at each octet that may stand in a token. RFC 9110 §5.6.2: "!" / "#" / "$" / "%" / "&" / "'" / "*" / "+" / "-" /
 * "." / "^" / "_" / "`" / "|" / "~" / DIGIT / ALPHA.
 */
export const TOKEN_OCTETS: Uint8Array<ArrayBuffer> = octetTable((code) =>
  (code >= 0x30 && code <= 0x39) || (code >= 0x41 && code <= 0x5a) || (code >= 0x61 && code <= 0x7a) ||
  "!#$%&'*+-.^_`|~".includes(String.fromCharCode(code))
);

/** 1 at each octet that may stand in a field value: HTAB, SP, VCHAR and obs-text. RFC 9110 §5.5. */
export const VALUE_OCTETS: Uint8Array<ArrayBuffer> = octetTable((code) =>
  code === 0x09 || (code >= 0x20 && code !== 0x7f)
);

/** True for a token: at least one character, all of them allowed. RFC 9110 §5.6.2. */
export function isToken(text: string): boolean {
  for (let at = 0; at < text.length; at++) {
    if (TOKEN_OCTETS[text.charCodeAt(at)] !== 1) return false;
  }
  return text.length > 0;
}

/**
 * The members of a comma list over all field lines of one name, in order, as they were written. Whether each member is
 * a token is for the caller to ask.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { parseTokenList } from "./mod.ts";
 *
 * assertEquals(parseTokenList(["keep-alive , Upgrade", "x"]), ["keep-alive", "Upgrade", "x"]);
 * ```
 */
export function parseTokenList(values: readonly string[]): string[] {
  const members: string[] = [];
  for (const value of values) {
    for (let at = 0; at <= value.length;) {
      const comma = value.indexOf(",", at);
      const end = comma === -1 ? value.length : comma;
      const member = trimWhitespace(value, at, end);
      // RFC 9110 §5.6.1.2: "A recipient MUST parse and ignore a reasonable number of empty list elements".
      if (member !== "") members.push(member);
      at = end + 1;
    }
  }
  return members;
}

/** True when the comma list has this member, in any case. */
export function hasToken(values: readonly string[], token: string): boolean {
  const wanted = token.toLowerCase();
  for (const value of values) {
    const lower = value.toLowerCase();
    if (lower === wanted) return true;
    if (lower.includes(wanted) && parseTokenList([lower]).includes(wanted)) return true;
  }
  return false;
}

/** True for a name that may be sent. RFC 9110 §5.1. */
export function validFieldName(name: string): boolean {
  return isToken(name);
}

/**
 * True for a value that may be sent: no CR, LF, NUL or other control character but HTAB, nothing above U+00FF.
 * RFC 9110 §5.5.
 */
export function validFieldValue(value: string): boolean {
  for (let at = 0; at < value.length; at++) {
    if (VALUE_OCTETS[value.charCodeAt(at)] !== 1) return false;
  }
  return true;
}

/**
 * Checks a field before it is sent, so that a value from elsewhere cannot become a second field or a second response.
 *
 * @throws {TypeError} when name or value may not be sent.
 */
export function checkField(name: string, value: string): void {
  if (!validFieldName(name)) {
    throw new TypeError(`The header name ${quote(name)} is not a token: use letters, digits and - only.`);
  }
  if (!validFieldValue(value)) {
    throw new TypeError(
      `The value of the header ${name} has a character that may not be sent (CR, LF, NUL, another control character, ` +
        `or one above U+00FF): ${quote(value)}. Remove or encode it.`,
    );
  }
}

function octetTable(allowed: (code: number) => boolean): Uint8Array<ArrayBuffer> {
  return Uint8Array.from({ length: 256 }, (_, code) => allowed(code) ? 1 : 0);
}

/** Without SP and HTAB at both ends. RFC 9110 §5.6.3. */
export function trimWhitespace(text: string, start: number, end: number): string {
  while (start < end && isWhitespace(text.charCodeAt(start))) start++;
  while (end > start && isWhitespace(text.charCodeAt(end - 1))) end--;
  return text.slice(start, end);
}

function isWhitespace(code: number): boolean {
  return code === 0x20 || code === 0x09;
}
