/**
 * What nobody gets to see in the inspector: query strings, cookies, credentials, tokens.
 *
 * Payloads are what it is for, and are shown; the token in an `auth` message of `sockeye.v1` is not.
 *
 * @module
 */
import type { FrameRecord } from "../../protocol/mod.ts";
import { SUBPROTOCOL } from "../../subprotocol/mod.ts";

/** Stands for what is not shown. */
export const REDACTED = "[redacted]";

/** Fields whose values are secrets, and all whose names say so. */
const SECRET_FIELD = /cookie|authorization|session|token|secret|passw|credential|api-?key|signature/;

/** Fields whose values are, or may hold, a URL. */
const URL_FIELDS: readonly string[] = ["referer", "location", "content-location", "link"];

/**
 * A path and query, without what the query says.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { redactTarget } from "./redact.ts";
 *
 * assertEquals(redactTarget("/rooms/a?token=secret"), "/rooms/a?[redacted]");
 * assertEquals(redactTarget("/echo"), "/echo");
 * ```
 */
export function redactTarget(target: string): string {
  const at = target.search(/[?#]/);
  return at === -1 ? target : `${target.slice(0, at)}?${REDACTED}`;
}

/** Path and query of an absolute URL, without what the query says. */
export function redactUrl(url: string): string {
  return redactTarget(url.replace(/^[a-z][a-z\d+.-]*:\/\/[^/?#]*/i, "") || "/");
}

/** The value of a field as it may be shown. */
export function redactField(name: string, value: string): string {
  const lower = name.toLowerCase();
  if (lower === "sec-websocket-protocol") {
    return value.split(",").map((item) => redactSubprotocol(item.trim())).join(", ");
  }
  // A key of one handshake is no secret: it proves nothing but that the server speaks WebSocket.
  if (lower.startsWith("sec-websocket-")) return value;
  if (SECRET_FIELD.test(lower)) return REDACTED;
  return URL_FIELDS.includes(lower) ? value.replace(/[?#].*/, `?${REDACTED}`) : value;
}

/** What is offered as a subprotocol, and is none but carries a token: `sockeye.token.…`, and what others do alike. */
export function redactSubprotocol(name: string): string {
  const at = /^.*(?:token|bearer|auth|authorization|jwt|secret)[.\-_:]/i.exec(name)?.[0].length;
  if (at !== undefined) return name.slice(0, at) + REDACTED;
  // A JSON Web Token as it is: three parts of base64url.
  return /^eyJ[\w-]*\.[\w-]+\.[\w-]*$/.test(name) ? REDACTED : name;
}

const decoder = new TextDecoder();

/**
 * Whether a frame of a client of ours may carry a token: its message is `["auth", token]`, or may yet become one.
 *
 * @param subprotocol of the connection; the messages of others are their own affair.
 */
export function hidesToken(subprotocol: string, direction: "in" | "out", record: FrameRecord): boolean {
  if (subprotocol !== SUBPROTOCOL || direction === "out" || record.opcode >= 0x8) return false;
  // A fragment whose message began before it could be seen.
  if (record.message === 0) return true;
  return mayBeAuth(decoder.decode(record.messageStart), isWholeMessage(record));
}

/** Whether all of its message is known with this frame. */
function isWholeMessage({ fin, content, seenBytes, payloadBytes, messageStart }: FrameRecord): boolean {
  const isInflated = content === undefined || content.inflation === undefined || content.inflation === "whole";
  return fin && isInflated && seenBytes === payloadBytes && messageStart.length < MAX_START_BYTES;
}

/** So much of a message is known at most: what is longer may go on in any way. */
const MAX_START_BYTES = 64;

/** JSON allows spaces and escapes in what says what a header is: only what is surely something else is let through. */
function mayBeAuth(start: string, isWhole: boolean): boolean {
  const header = start.replace(/^\ufeff?[\t\r ]+/, "");
  if (header === "") return !isWhole;
  if (!header.startsWith("[")) return false;
  const kind = /^\[\s*"([^"\\]*)"/.exec(header)?.[1];
  return kind === undefined || kind === "auth";
}
