/**
 * How long the body of a request is, and how that is known. RFC 9112 §6.
 *
 * @module
 */
import { parseTokenList } from "./field_value.ts";
import { HttpError } from "./http_error.ts";
import { quote } from "./quote.ts";
import type { RequestHead } from "./request.ts";

/** The length of a body, in octets, or how it will be told. */
export type BodyFraming =
  | { readonly kind: "none" }
  | { readonly kind: "length"; readonly length: number }
  | { readonly kind: "chunked" };

const NONE: BodyFraming = { kind: "none" };
const CHUNKED: BodyFraming = { kind: "chunked" };

/**
 * Finds the framing of a request's body. Anything that two readers could understand in two ways is refused, because
 * the rest of the connection would then be understood in two ways as well (request smuggling, RFC 9112 §11.2).
 *
 * @throws {HttpError} 400 for a framing that is malformed or contradicts itself, 413 for a length beyond 2^53, 501 for
 * a transfer coding that is not supported. The connection cannot be used after it.
 */
export function bodyFraming(head: RequestHead): BodyFraming {
  const codings = head.fields.all("transfer-encoding");
  const lengths = head.fields.all("content-length");
  if (codings.length === 0) return lengths.length === 0 ? NONE : { kind: "length", length: parseLength(lengths) };
  // RFC 9112 §6.1: "A server MAY reject a request that contains both Content-Length and Transfer-Encoding".
  if (lengths.length > 0) {
    throw new HttpError(400, "The request has both Content-Length and Transfer-Encoding: send one of them.");
  }
  // RFC 9112 §6.1: in HTTP/1.0 the recipient "MUST treat the message as if the framing is faulty".
  if (head.version === "1.0") throw new HttpError(400, "HTTP/1.0 has no Transfer-Encoding: use HTTP/1.1.");
  checkCodings(codings);
  return CHUNKED;
}

/** Lets exactly `chunked` pass. */
function checkCodings(values: readonly string[]): void {
  if (values.length === 1 && values[0]!.toLowerCase() === "chunked") return;
  const codings = parseTokenList(values).map((coding) => coding.toLowerCase());
  const written = quote(values.join(", "));
  // RFC 9112 §6.3: if "the chunked transfer coding is not the final encoding ... the server MUST respond with the
  // 400 (Bad Request) status code and then close the connection." §7.1: chunked only once.
  if (codings.at(-1) !== "chunked" || codings.indexOf("chunked") !== codings.length - 1 || codings.length === 1) {
    throw new HttpError(400, `Transfer-Encoding ${written} is not valid: send chunked, once and last.`);
  }
  // RFC 9112 §6.1: "a transfer coding it does not understand SHOULD" get 501.
  throw new HttpError(501, `Transfer-Encoding ${written} is not supported: send chunked alone.`);
}

/** RFC 9110 §8.6: Content-Length = 1*DIGIT; a list of equal values counts as one, anything else is invalid. */
function parseLength(values: readonly string[]): number {
  const [first = "", ...others] = values.join(",").split(",").map((member) => member.replace(/^[ \t]+|[ \t]+$/g, ""));
  if (!/^\d+$/.test(first) || others.some((other) => other !== first)) {
    throw new HttpError(400, `Content-Length ${quote(values.join(", "))} is not valid: send one decimal number.`);
  }
  const length = Number(first);
  if (length > Number.MAX_SAFE_INTEGER) throw new HttpError(413, `A body of ${quote(first)} bytes is too large.`);
  return length;
}
