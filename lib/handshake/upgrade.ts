/**
 * The opening handshake on the server's side: what is checked, and the 101. RFC 6455 §4.2.
 *
 * @module
 */
import { bodyFraming, checkField, hasToken, HttpError, isToken, quote, type RequestHead } from "../http/mod.ts";
import { type ExtensionOffer, parseExtensions } from "./extension.ts";
import { parseSubprotocols } from "./subprotocol.ts";

/** What a valid opening handshake asks for. */
export interface UpgradeOffer {
  /** The checked Sec-WebSocket-Key. */
  readonly key: string;
  /** In the client's order. */
  readonly subprotocols: readonly string[];
  /** In the client's order. */
  readonly extensions: readonly ExtensionOffer[];
}

/** What the 101 says. */
export interface SwitchingProtocols {
  /** Of {@linkcode acceptKey}. */
  readonly accept: string;
  /** One of those offered. */
  readonly subprotocol?: string | undefined;
  /** The negotiated value of Sec-WebSocket-Extensions. */
  readonly extensions?: string | undefined;
  /** Fields of the route. */
  readonly headers?: Iterable<readonly [string, string]> | undefined;
}

/** True when the request asks for WebSocket, well or badly: {@linkcode checkUpgrade} says which. */
export function isWebSocketUpgrade(head: RequestHead): boolean {
  // Deviation: RFC 9110 §7.8 has Upgrade ignored in HTTP/1.0. Asking for WebSocket there is a mistake that
  // RFC 6455 §4.2.1 answers with 400, which tells the client more than an ordinary response would.
  return hasToken(head.fields.all("upgrade"), "websocket");
}

/**
 * Checks an opening handshake in the order of RFC 6455 §4.2.1. The Origin (item 7) is a policy of its own:
 * {@linkcode checkOrigin}.
 *
 * @throws {HttpError} 400 for a malformed handshake, 405 for a method other than GET, 426 for no WebSocket upgrade or
 * another version.
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { findHeadEnd, parseRequestHead } from "../http/mod.ts";
 * import { checkUpgrade } from "./mod.ts";
 *
 * const bytes = new TextEncoder().encode([
 *   "GET /chat HTTP/1.1",
 *   "Host: server.example.com",
 *   "Upgrade: websocket",
 *   "Connection: Upgrade",
 *   "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
 *   "Sec-WebSocket-Protocol: chat, superchat",
 *   "Sec-WebSocket-Version: 13",
 *   "\r\n",
 * ].join("\r\n"));
 * const end = findHeadEnd(bytes, 0, bytes.length);
 * const head = parseRequestHead(bytes, 0, end, { maxHeadBytes: 16_384, maxHeaderFields: 100 });
 * assertEquals(checkUpgrade(head).subprotocols, ["chat", "superchat"]);
 * ```
 */
export function checkUpgrade(head: RequestHead): UpgradeOffer {
  checkRequest(head);
  const key = checkedKey(head.fields.all("sec-websocket-key"));
  checkVersion(head.fields.all("sec-websocket-version"));
  checkNoBody(head);
  const subprotocols = parseSubprotocols(head.fields.all("sec-websocket-protocol"));
  const extensions = parseExtensions(head.fields.all("sec-websocket-extensions"));
  return { key, subprotocols, extensions };
}

/**
 * Encodes the 101 response. RFC 6455 §4.2.2.
 *
 * @throws {TypeError} for a field of the route that the handshake sets itself, or one that may not be sent.
 */
export function encodeSwitchingProtocols(response: SwitchingProtocols): Uint8Array<ArrayBuffer> {
  let text = response.accept + "\r\n";
  if (response.subprotocol !== undefined) {
    if (!isToken(response.subprotocol)) {
      throw new TypeError(`The subprotocol ${quote(response.subprotocol)} is not a token: use one that was offered.`);
    }
    text += `Sec-WebSocket-Protocol: ${response.subprotocol}\r\n`;
  }
  if (response.extensions !== undefined) {
    checkField("Sec-WebSocket-Extensions", response.extensions);
    text += `Sec-WebSocket-Extensions: ${response.extensions}\r\n`;
  }
  if (response.headers !== undefined) text += routeFields(response.headers);
  text += "\r\n";
  const start = HEAD_START.length;
  const bytes = new Uint8Array(start + text.length);
  bytes.set(HEAD_START);
  for (let at = 0; at < text.length; at++) bytes[start + at] = text.charCodeAt(at);
  return bytes;
}

const HEAD_START = new TextEncoder().encode(
  "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ",
);

/** What a refusal with 426 must carry. RFC 9110 §15.5.22: "The server MUST send an Upgrade header field". */
const UPGRADE_REQUIRED = { "Upgrade": "websocket", "Sec-WebSocket-Version": "13" } as const;

/** Fields of the 101 that are not a route's to set. All of Sec-WebSocket-* is, too. */
const RESERVED_FIELDS: ReadonlySet<string> = new Set([
  "connection",
  "content-length",
  "transfer-encoding",
  "upgrade",
]);

/** RFC 6455 §4.2.1, items 1 to 4. */
function checkRequest(head: RequestHead): void {
  // RFC 6455 §4.2.1: "An HTTP/1.1 or higher GET request".
  if (head.method !== "GET") {
    throw new HttpError(405, `A WebSocket opens with GET, not ${quote(head.method)}.`, { Allow: "GET" });
  }
  // Not 505, which is for a major version that is not supported (RFC 9110 §15.6.6): HTTP/1.0 is.
  if (head.version === "1.0") throw new HttpError(400, "A WebSocket opens with HTTP/1.1, not HTTP/1.0.");
  if (head.authority === "") throw new HttpError(400, "The request has no Host field: send one.");
  if (!isWebSocketUpgrade(head)) {
    throw new HttpError(426, "This path speaks WebSocket: connect with a WebSocket client.", UPGRADE_REQUIRED);
  }
  // RFC 6455 §4.2.1: 'A |Connection| header field that includes the token "Upgrade", treated as an ASCII
  // case-insensitive value.'
  if (!hasToken(head.fields.all("connection"), "upgrade")) {
    throw new HttpError(400, 'The Connection field lacks the token "Upgrade": send it, and have proxies pass it on.');
  }
}

/** RFC 6455 §4.2.1, item 5: "a base64-encoded value that, when decoded, is 16 bytes in length". */
function checkedKey(values: readonly string[]): string {
  const key = values[0];
  // RFC 6455 §11.3.1: the field "MUST NOT appear more than once in an HTTP request."
  if (key === undefined || values.length > 1) {
    throw new HttpError(400, `The request has ${values.length} Sec-WebSocket-Key fields: send one.`);
  }
  if (!isKey(key)) {
    throw new HttpError(400, `Sec-WebSocket-Key ${quote(key)} is not valid: send 16 random bytes in base64.`);
  }
  return key;
}

/**
 * True for base64 of 16 octets: 22 characters and two of padding. The four bits left over in the last character need not
 * be zero: RFC 4648 §3.5 lets a decoder choose, and the key of RFC 6455 §4.1's own note has one set.
 */
function isKey(key: string): boolean {
  if (key.length !== 24 || !key.endsWith("==")) return false;
  for (let at = 0; at < 22; at++) {
    if (!isBase64(key.charCodeAt(at))) return false;
  }
  return true;
}

/** RFC 4648 §4. */
function isBase64(code: number): boolean {
  const lower = code | 0x20;
  return (lower >= 0x61 && lower <= 0x7a) || (code >= 0x30 && code <= 0x39) || code === 0x2b || code === 0x2f;
}

/**
 * RFC 6455 §4.2.1, item 6, and §4.4. A missing version gets 426 like a wrong one: the answer says what to send, which
 * §4.2.2 asks for whenever the version "does not match a version understood by the server".
 */
function checkVersion(values: readonly string[]): void {
  // RFC 6455 §11.3.5: the field "MUST NOT appear more than once in an HTTP request."
  if (values.length > 1) throw new HttpError(400, "The request has several Sec-WebSocket-Version fields: send one.");
  const version = values[0];
  if (version === "13") return;
  const fault = version === undefined ? "is missing" : `${quote(version)} is not spoken here`;
  throw new HttpError(426, `Sec-WebSocket-Version ${fault}: use 13.`, UPGRADE_REQUIRED);
}

/** Whoever counts octets of a body differently than we do would take them for frames, or frames for them. */
function checkNoBody(head: RequestHead): void {
  if (head.fields.has("transfer-encoding")) {
    throw new HttpError(400, "A WebSocket handshake has no body: leave out Transfer-Encoding.");
  }
  const framing = bodyFraming(head);
  if (framing.kind === "length" && framing.length > 0) {
    throw new HttpError(400, "A WebSocket handshake has no body: leave out Content-Length.");
  }
}

function routeFields(headers: Iterable<readonly [string, string]>): string {
  let text = "";
  for (const [name, value] of headers) {
    const lower = name.toLowerCase();
    if (RESERVED_FIELDS.has(lower) || lower.startsWith("sec-websocket-")) {
      throw new TypeError(`The header ${name} cannot be set on the 101 response: the handshake sets it. Leave it out.`);
    }
    checkField(name, value);
    text += `${name}: ${value}\r\n`;
  }
  return text;
}
