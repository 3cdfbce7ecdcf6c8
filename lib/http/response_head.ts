/**
 * The head of a response, as a client reads it. RFC 9112 §4, §5.
 *
 * @module
 */
import { FieldLines, readFieldLines } from "./field_lines.ts";
import { quote } from "./quote.ts";

/** Status line and fields. */
export interface ResponseHead {
  /** 100–599. */
  readonly status: number;
  /** The reason phrase; may be empty. */
  readonly statusText: string;
  readonly fields: FieldLines;
  /** As it came, with the empty line. */
  readonly text: string;
}

/**
 * Parses `bytes[start, headEnd)`, where `headEnd` is what `findHeadEnd` returned.
 *
 * @throws {TypeError} when it is no head of an HTTP/1.1 response.
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { parseResponseHead } from "./mod.ts";
 *
 * const bytes = new TextEncoder().encode("HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n");
 * const head = parseResponseHead(bytes, 0, bytes.length);
 * assertEquals([head.status, head.statusText, head.fields.get("content-length")], [404, "Not Found", "0"]);
 * ```
 */
export function parseResponseHead(bytes: Uint8Array, start: number, headEnd: number): ResponseHead {
  const text = latin1.decode(bytes.subarray(start, headEnd));
  const lineEnd = text.indexOf("\r\n");
  const line = text.slice(0, lineEnd);
  // RFC 9112 §4: status-line = HTTP-version SP status-code SP [ reason-phrase ]. Some leave out the last space.
  const [, status, statusText = ""] = /^HTTP\/1\.1 ([1-5]\d\d)(?: (.*))?$/.exec(line) ?? [];
  if (status === undefined) throw new TypeError(`no status line of HTTP/1.1: ${quote(line)}`);
  const fieldsAt = lineEnd + 2;
  const bad = text.slice(fieldsAt, -4).split("\r\n").find((field) => field !== "" && !/^[^\s:]+:/.test(field));
  if (bad !== undefined) throw new TypeError(`a header line without a name before a colon: ${quote(bad)}`);
  return { status: Number(status), statusText, fields: new FieldLines(readFieldLines(text, fieldsAt)), text };
}

const latin1 = new TextDecoder("latin1");
