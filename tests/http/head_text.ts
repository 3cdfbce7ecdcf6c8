/**
 * Request heads from text, for tests.
 *
 * @module
 */
import { findHeadEnd, HttpError, parseRequestHead, type RequestHead, type RequestLimits } from "../../lib/http/mod.ts";

/** The defaults of the gateway. */
export const LIMITS: RequestLimits = { maxHeadBytes: 16 * 1024, maxHeaderFields: 100 };

/** One octet for each character. */
export function latin1(text: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(text, (char) => char.charCodeAt(0));
}

/** One character for each octet. */
export function fromLatin1(bytes: Uint8Array): string {
  return Array.from(bytes, (octet) => String.fromCharCode(octet)).join("");
}

/** Parses a complete head, the empty line included. */
export function parseText(text: string, limits: RequestLimits = LIMITS): RequestHead {
  const bytes = latin1(text);
  const end = findHeadEnd(bytes, 0, bytes.length);
  if (end === -1) throw new Error(`The test's head has no empty line at its end: ${JSON.stringify(text)}`);
  return parseRequestHead(bytes, 0, end, limits);
}

/** Parses a head from its lines. */
export function parseLines(...lines: readonly string[]): RequestHead {
  return parseText(lines.join("\r\n") + "\r\n\r\n");
}

/** The HttpError a call throws; fails the test when it throws none, or something else. */
export function faultOf(call: () => unknown): HttpError {
  try {
    call();
  } catch (error) {
    if (error instanceof HttpError) return error;
    throw error;
  }
  throw new Error("Expected an HttpError, but the call returned.");
}
