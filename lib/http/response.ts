/**
 * Responses as bytes: heads, short texts, chunks. RFC 9112 §4, §7.1.
 *
 * @module
 */
import { checkField, validFieldValue } from "./field_value.ts";
import { quote } from "./quote.ts";
import { STATUS_TEXT } from "./status_text.ts";

export { STATUS_TEXT } from "./status_text.ts";

/** A short response in plain text. */
export interface TextResponse {
  /** 100–599. */
  readonly status: number;
  /** The body, one sentence; a line feed is added. */
  readonly message: string;
  /** Fields beside Content-Type, Content-Length, Date and Connection, which are set here. */
  readonly headers?: Readonly<Record<string, string>>;
  /** True for the answer to HEAD: Content-Length as for GET, no body. RFC 9110 §9.3.2. */
  readonly head?: boolean;
  /** True when the connection ends after it. */
  readonly close: boolean;
  /** The Date field's value. RFC 9110 §5.6.7: an IMF-fixdate, as `Date.prototype.toUTCString` writes it. */
  readonly date: string;
}

/** What {@linkcode encodeTextResponse} sets itself. */
const OWN_FIELDS: ReadonlySet<string> = new Set([
  "connection",
  "content-length",
  "content-type",
  "date",
  "transfer-encoding",
]);

const textEncoder = new TextEncoder();

/**
 * Encodes a status line, field lines and the empty line.
 *
 * @param statusText the reason phrase. Default: that of {@linkcode STATUS_TEXT}, or the empty string.
 * @throws {RangeError} when the status is not a whole number from 100 to 599.
 * @throws {TypeError} when a name, a value or the phrase may not be sent, for instance because of a CR or an LF in it.
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { encodeResponseHead } from "./mod.ts";
 *
 * const bytes = encodeResponseHead(204, [["Allow", "GET"]]);
 * assertEquals(new TextDecoder().decode(bytes), "HTTP/1.1 204 No Content\r\nAllow: GET\r\n\r\n");
 * ```
 */
export function encodeResponseHead(
  status: number,
  fields: Iterable<readonly [string, string]>,
  statusText: string = STATUS_TEXT[status] ?? "",
): Uint8Array<ArrayBuffer> {
  if (!Number.isInteger(status) || status < 100 || status > 599) {
    throw new RangeError(`The status ${status} cannot be sent: use a whole number from 100 to 599.`);
  }
  if (!validFieldValue(statusText)) {
    throw new TypeError(`The status text ${quote(statusText)} has a character that may not be sent.`);
  }
  // RFC 9112 §4: the space before the reason phrase stays, even when the phrase is empty.
  let text = `HTTP/1.1 ${status} ${statusText}\r\n`;
  for (const [name, value] of fields) {
    checkField(name, value);
    text += `${name}: ${value}\r\n`;
  }
  return encodeLatin1(text + "\r\n");
}

/**
 * Encodes a complete short response in `text/plain; charset=utf-8`.
 *
 * @throws {TypeError} for a field that is set here, or one that may not be sent.
 * @throws {RangeError} when the status is not a whole number from 100 to 599.
 */
export function encodeTextResponse(response: TextResponse): Uint8Array<ArrayBuffer> {
  const { status, message, headers = {}, close, date } = response;
  const fields = Object.entries(headers);
  for (const [name] of fields) {
    if (OWN_FIELDS.has(name.toLowerCase())) {
      throw new TypeError(`The header ${name} is set by encodeTextResponse itself: leave it out.`);
    }
  }
  // RFC 9110 §7.8: "A sender of Upgrade MUST also send an "Upgrade" connection option in the Connection header field".
  const upgrades = fields.some(([name]) => name.toLowerCase() === "upgrade");
  const persistence = close ? "close" : "keep-alive";
  fields.push(["Date", date], ["Connection", upgrades ? `Upgrade, ${persistence}` : persistence]);
  // RFC 9110 §8.6: no Content-Length in 1xx and 204. RFC 9112 §6.3: they and 304 end with the head.
  if (status < 200 || status === 204 || status === 304) return encodeResponseHead(status, fields);
  const body = textEncoder.encode(message + "\n");
  fields.push(["Content-Type", "text/plain; charset=utf-8"], ["X-Content-Type-Options", "nosniff"]);
  fields.push(["Content-Length", String(body.length)]);
  const head = encodeResponseHead(status, fields);
  return response.head === true ? head : concat(head, body);
}

/** The chunk that ends a chunked body, without trailers. */
export const LAST_CHUNK: Uint8Array<ArrayBuffer> = encodeLatin1("0\r\n\r\n");

/**
 * Encodes one chunk of a chunked body. No bytes make no chunk: an empty one would end the body.
 */
export function encodeChunk(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  if (bytes.length === 0) return new Uint8Array(0);
  return concat(encodeLatin1(`${bytes.length.toString(16)}\r\n`), bytes, CRLF);
}

const CRLF = encodeLatin1("\r\n");

/** The characters have been checked to be at most U+00FF. */
function encodeLatin1(text: string): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(text.length);
  for (let at = 0; at < text.length; at++) bytes[at] = text.charCodeAt(at);
  return bytes;
}

function concat(...parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}
