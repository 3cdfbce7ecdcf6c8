/**
 * The head of a request: from bytes to method, target and fields, strictly. RFC 9112 §2–§5.
 *
 * @module
 */
import { Buffer } from "node:buffer";
import { isAuthority } from "./authority.ts";
import { type FieldLine, FieldLines } from "./field_lines.ts";
import { TOKEN_OCTETS, VALUE_OCTETS } from "./field_value.ts";
import { HttpError } from "./http_error.ts";
import { quote } from "./quote.ts";
import { parseRequestTarget } from "./request_target.ts";

/** What a request head may cost. */
export interface RequestLimits {
  /** From the first octet of the request line to the end of the empty line. */
  readonly maxHeadBytes: number;
  /** Field lines, repeated names counted each time. */
  readonly maxHeaderFields: number;
}

/** The head of a request, checked. */
export interface RequestHead {
  /** As sent; methods are case-sensitive. */
  readonly method: string;
  /** The request target as sent. */
  readonly target: string;
  /** Later minor versions count as 1.1. RFC 9110 §2.5. */
  readonly version: "1.0" | "1.1";
  /** Still percent-encoded, starts with `/`; of an absolute-form target too. `*` for `OPTIONS *`. */
  readonly path: string;
  /** Empty, or starts with `?`. */
  readonly query: string;
  /** `host[:port]` that was asked for; empty only in HTTP/1.0 without a Host field. */
  readonly authority: string;
  /** The header section, in order of arrival. */
  readonly fields: FieldLines;
  /** The whole head, an octet a character: what is kept longer than a moment is kept best in one piece. */
  readonly text: string;
  /** Where in the text the header section begins: {@linkcode readFieldLines} reads it again. */
  readonly fieldsAt: number;
}

/** Longest request target, in octets. RFC 9112 §3 asks for 8000 at least. */
export const MAX_TARGET_BYTES = 8192;

const HTAB = 0x09;
const LF = 0x0a;
const CR = 0x0d;
const SP = 0x20;
const HASH = 0x23;
const COLON = 0x3a;

/**
 * Skips one empty line before a request line.
 *
 * @returns where the request line starts. Ask again when only a CR has come so far.
 */
export function leadingCrlf(bytes: Uint8Array, start: number, end: number): number {
  // RFC 9112 §2.2: "a server ... SHOULD ignore at least one empty line (CRLF) received prior to the request-line."
  return start + 1 < end && bytes[start] === CR && bytes[start + 1] === LF ? start + 2 : start;
}

/**
 * Looks for the empty line that ends a head.
 *
 * @param from where the search starts. To resume without rescanning: `Math.max(start, previousEnd - 3)`.
 * @returns the offset just past CR LF CR LF, or -1 when it has not come yet.
 */
export function findHeadEnd(bytes: Uint8Array, from: number, end: number): number {
  for (let at = from + 3; at < end; at++) {
    if (bytes[at] === LF && bytes[at - 1] === CR && bytes[at - 2] === LF && bytes[at - 3] === CR) return at + 1;
  }
  return -1;
}

/**
 * The error for a head that is larger than allowed, whether it is complete or not: 414 when the request target alone is
 * too long, else 431. RFC 9112 §3, RFC 6585 §5.
 */
export function headTooLarge(bytes: Uint8Array, start: number, end: number): HttpError {
  const space = bytes.subarray(start, end).indexOf(SP);
  let at = start + space + 1;
  while (space !== -1 && at < end && bytes[at]! > SP) at++;
  return space !== -1 && at - (start + space + 1) > MAX_TARGET_BYTES
    ? targetTooLong()
    : new HttpError(431, "The request head is too large: send fewer or shorter header fields (cookies, for instance).");
}

/**
 * Parses `bytes[start, headEnd)`, where `headEnd` is what {@linkcode findHeadEnd} returned.
 *
 * @throws {HttpError} 400 for anything malformed, 414, 431, 501 (CONNECT) and 505.
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { findHeadEnd, parseRequestHead } from "./mod.ts";
 *
 * const bytes = new TextEncoder().encode("GET /rooms/a%20b?x=1 HTTP/1.1\r\nHost: example.com\r\n\r\n");
 * const end = findHeadEnd(bytes, 0, bytes.length);
 * const head = parseRequestHead(bytes, 0, end, { maxHeadBytes: 16_384, maxHeaderFields: 100 });
 * assertEquals([head.method, head.path, head.query, head.authority], ["GET", "/rooms/a%20b", "?x=1", "example.com"]);
 * ```
 */
export function parseRequestHead(
  bytes: Uint8Array,
  start: number,
  headEnd: number,
  limits: RequestLimits,
): RequestHead {
  if (headEnd - start > limits.maxHeadBytes) throw headTooLarge(bytes, start, headEnd);
  // All scans below stop at the latest at this CR LF CR LF.
  if (headEnd - start < 4 || headEnd > bytes.length || findHeadEnd(bytes, headEnd - 4, headEnd) === -1) {
    throw new HttpError(400, "The request head does not end with an empty line.");
  }
  const text = Buffer.from(bytes.buffer, bytes.byteOffset + start, headEnd - start).toString("latin1");
  const line = parseRequestLine(bytes, start, text);
  const lines = parseFieldLines(bytes, start, text, line.end, limits.maxHeaderFields);
  const { path, query, authority } = parseRequestTarget(line.method, line.target);
  const host = checkedHost(lines, line.version);
  return {
    method: line.method,
    target: line.target,
    version: line.version,
    path,
    query,
    // RFC 9112 §3.2.2: an origin server "MUST ignore the received Host header field (if any) and instead replace it
    // with the host information of the request-target."
    authority: authority ?? host,
    fields: new FieldLines(lines),
    text,
    fieldsAt: line.end,
  };
}

interface RequestLine {
  readonly method: string;
  readonly target: string;
  readonly version: "1.0" | "1.1";
  /** Past its CR LF, counted from the start of the head. */
  readonly end: number;
}

/** RFC 9112 §3: request-line = method SP request-target SP HTTP-version. Offsets count from the start of the head. */
function parseRequestLine(bytes: Uint8Array, base: number, text: string): RequestLine {
  let at = 0;
  while (TOKEN_OCTETS[bytes[base + at]!] === 1) at++;
  if (at === 0 || bytes[base + at] !== SP) throw requestLineFault("starts with no valid method");
  const method = text.slice(0, at);
  const targetStart = at + 1;
  at = targetStart;
  while (isTargetOctet(bytes[base + at]!)) at++;
  if (at - targetStart > MAX_TARGET_BYTES) throw targetTooLong();
  if (bytes[base + at] !== SP) throw targetFault(bytes[base + at]!);
  if (at === targetStart) throw requestLineFault("has no request target, or more than one space before it");
  const target = text.slice(targetStart, at);
  const version = parseVersion(text.slice(at + 1, at + 9));
  at += 9;
  if (bytes[base + at] !== CR || bytes[base + at + 1] !== LF) throw requestLineFault("goes on after the version");
  return { method, target, version, end: at + 2 };
}

/** Printable ASCII without `#`. RFC 9112 §3.2: the target has no fragment and no whitespace. */
function isTargetOctet(octet: number): boolean {
  return octet > SP && octet < 0x7f && octet !== HASH;
}

/** RFC 9112 §2.3: HTTP-version = "HTTP/" DIGIT "." DIGIT, case-sensitive. */
function parseVersion(written: string): "1.0" | "1.1" {
  if (written === "HTTP/1.1") return "1.1";
  if (written === "HTTP/1.0") return "1.0";
  if (!/^HTTP\/\d\.\d$/.test(written)) throw requestLineFault("has no valid HTTP version after its target");
  // RFC 9110 §2.5: a recipient of a higher minor version processes the message as its own highest one.
  if (written[5] === "1") return "1.1";
  if (written[5] === "0") throw requestLineFault("asks for a version before HTTP/1.0");
  throw new HttpError(505, `${written} is not supported here: use HTTP/1.1.`);
}

/** RFC 9112 §5: field-line = field-name ":" OWS field-value OWS. Offsets count from the start of the head. */
function parseFieldLines(bytes: Uint8Array, base: number, text: string, at: number, maxFields: number): FieldLine[] {
  const lines: FieldLine[] = [];
  const last = text.length - 2;
  while (at < last) {
    if (lines.length === maxFields) {
      throw new HttpError(431, `The request has more than ${maxFields} header fields: send fewer.`);
    }
    const nameStart = at;
    while (TOKEN_OCTETS[bytes[base + at]!] === 1) at++;
    if (at === nameStart || bytes[base + at] !== COLON) throw fieldNameFault(text, nameStart);
    const name = text.slice(nameStart, at).toLowerCase();
    at++;
    while (isWhitespace(bytes[base + at]!)) at++;
    const valueStart = at;
    while (VALUE_OCTETS[bytes[base + at]!] === 1) at++;
    if (bytes[base + at] !== CR || bytes[base + at + 1] !== LF) throw fieldValueFault(name, bytes[base + at]!);
    let valueEnd = at;
    while (valueEnd > valueStart && isWhitespace(bytes[base + valueEnd - 1]!)) valueEnd--;
    lines.push([name, text.slice(valueStart, valueEnd)]);
    at += 2;
  }
  return lines;
}

function isWhitespace(octet: number): boolean {
  return octet === SP || octet === HTAB;
}

/** The value of the one Host field; empty where HTTP/1.0 has none. */
function checkedHost(lines: readonly FieldLine[], version: "1.0" | "1.1"): string {
  let host: string | undefined;
  for (const [name, value] of lines) {
    if (name !== "host") continue;
    // RFC 9112 §3.2: 400 "to any request message that contains more than one Host header field line".
    if (host !== undefined) throw new HttpError(400, "The request has more than one Host field: send one.");
    host = value;
  }
  if (host === undefined) {
    // RFC 9112 §3.2: 400 "to any HTTP/1.1 request message that lacks a Host header field".
    if (version === "1.1") throw new HttpError(400, "The request has no Host field: send one.");
    return "";
  }
  // RFC 9112 §3.2: 400 to any request with "a Host header field with an invalid field value".
  if (!isAuthority(host)) {
    throw new HttpError(400, `The Host field ${quote(host)} is not valid: send host or host:port.`);
  }
  return host;
}

function requestLineFault(what: string): HttpError {
  return new HttpError(400, `The request line ${what}: send METHOD, one space, target, one space, HTTP/1.1.`);
}

function targetTooLong(): HttpError {
  return new HttpError(414, `The request target is longer than ${MAX_TARGET_BYTES} bytes: shorten it.`);
}

function targetFault(octet: number): HttpError {
  if (octet === HASH) return new HttpError(400, "The request target has a fragment: leave out # and what follows.");
  if (octet >= 0x7f) {
    return new HttpError(400, "The request target has characters outside printable ASCII: percent-encode them.");
  }
  // What HTTP/0.9 sent ends here too, at its CR.
  return requestLineFault("ends or breaks off within its target");
}

function fieldNameFault(text: string, at: number): HttpError {
  const line = text.slice(at, text.indexOf("\r\n", at));
  if (/^[ \t]/.test(line)) {
    // RFC 9112 §5.2: "A server that receives an obs-fold in a request message ... MUST either reject the message by
    // sending a 400". §2.2 says the same of whitespace before the first field.
    return new HttpError(400, "A header line starts with whitespace (obsolete folding): write each field on one line.");
  }
  // RFC 9112 §5.1: "A server MUST reject, with a response status code of 400 (Bad Request), any received request
  // message that contains whitespace between a header field name and colon."
  if (/^[^\s:]+[ \t]+:/.test(line)) {
    return new HttpError(400, `There is whitespace before the colon of a header field: ${quote(line)}. Remove it.`);
  }
  return new HttpError(400, `A header line has no valid field name before a colon: ${quote(line)}.`);
}

function fieldValueFault(name: string, octet: number): HttpError {
  // RFC 9112 §2.2: a recipient of a bare CR MUST consider that element invalid. RFC 9110 §5.5: CR, LF and NUL in a
  // value are invalid and dangerous; reject.
  const what = octet === CR ? "a CR without LF" : octet === LF ? "an LF without CR" : "a control character";
  return new HttpError(400, `The value of the header field ${quote(name)} has ${what}: remove it.`);
}
