/**
 * The opening handshake on the client's side: the request, and what its answer must be. RFC 6455 §4.1.
 *
 * @module
 */
import { acceptKey, parseExtensions } from "../handshake/mod.ts";
import { hasToken, parseTokenList, quote, type ResponseHead } from "../http/mod.ts";

/** A request for a WebSocket. Nothing of it is checked, so that tests can make wrong ones. */
export interface OpeningRequest {
  /** Path and query. */
  readonly target: string;
  /** In this order, Host included. */
  readonly fields: ReadonlyArray<readonly [name: string, value: string]>;
}

/** What the 101 settled. */
export interface Opening {
  readonly head: ResponseHead;
  /** Undefined when none was chosen. */
  readonly subprotocol: string | undefined;
  /** Undefined when permessage-deflate was not agreed on. */
  readonly deflate: DeflateAnswer | undefined;
}

/** What the server will do when it compresses. RFC 7692 §7.1. */
export interface DeflateAnswer {
  /** True: each message is compressed on its own. */
  readonly serverNoContextTakeover: boolean;
  /** The server's window, as a power of two: 8 to 15. */
  readonly serverMaxWindowBits: number;
}

/** The answer is a 101 that a client must not accept, or no answer at all. */
export class OpeningError extends Error {
  override readonly name: string = "OpeningError";
}

/** The answer is another one than a 101. */
export class RefusedError extends OpeningError {
  override readonly name = "RefusedError";
  readonly head: ResponseHead;
  /** As text; what is not UTF-8 is replaced. */
  readonly body: string;

  constructor(head: ResponseHead, body: string) {
    super(`the server refused: HTTP/1.1 ${head.status} ${head.statusText}: ${body.trim()}`);
    this.head = head;
    this.body = body;
  }
}

/** What is offered of permessage-deflate: we compress each message on its own, and have the server know it. */
export const DEFLATE_OFFER = "permessage-deflate; client_no_context_takeover";

/** The fields of RFC 6455 §4.1 in the order in which browsers send them. */
export function openingFields(authority: string, key: string): Array<[name: string, value: string]> {
  return [
    ["Host", authority],
    ["Connection", "Upgrade"],
    ["Upgrade", "websocket"],
    ["Sec-WebSocket-Version", "13"],
    ["Sec-WebSocket-Key", key],
  ];
}

/** The request as text; each character becomes one byte. */
export function openingText({ target, fields }: OpeningRequest): string {
  return `GET ${target} HTTP/1.1\r\n${fields.map(([name, value]) => `${name}: ${value}\r\n`).join("")}\r\n`;
}

/**
 * Checks the 101 that answers `request`.
 *
 * @throws {OpeningError} when the connection must be failed: RFC 6455 §4.1, the numbered list at its end.
 */
export function readOpening(request: OpeningRequest, head: ResponseHead): Opening {
  const { fields } = head;
  // RFC 6455 §4.1: "an ASCII case-insensitive match for the value "websocket"", and for the token "Upgrade".
  if (fields.get("upgrade")?.toLowerCase() !== "websocket") throw wrong("Upgrade", fields.get("upgrade"), "websocket");
  if (!hasToken(fields.all("connection"), "upgrade")) throw wrong("Connection", fields.get("connection"), "Upgrade");
  const accept = acceptKey(sentValues(request, "sec-websocket-key")[0] ?? "");
  const answered = fields.get("sec-websocket-accept");
  if (answered !== accept) throw wrong("Sec-WebSocket-Accept", answered, accept);
  return { head, subprotocol: subprotocolOf(request, head), deflate: deflateOf(request, head) };
}

function subprotocolOf(request: OpeningRequest, { fields }: ResponseHead): string | undefined {
  const chosen = fields.get("sec-websocket-protocol");
  if (chosen === null) return undefined;
  const offered = parseTokenList(sentValues(request, "sec-websocket-protocol"));
  if (offered.includes(chosen)) return chosen;
  throw new OpeningError(`the server chose the subprotocol ${quote(chosen)}, which was not offered`);
}

function deflateOf(request: OpeningRequest, { fields }: ResponseHead): DeflateAnswer | undefined {
  const values = fields.all("sec-websocket-extensions");
  if (values.length === 0) return undefined;
  const [extension, ...others] = extensionsIn(values);
  const isOffered = hasDeflate(sentValues(request, "sec-websocket-extensions"));
  if (extension?.name !== "permessage-deflate" || others.length > 0 || !isOffered) {
    throw new OpeningError(`the server chose extensions that were not offered: ${quote(values.join(", "))}`);
  }
  const params = new Map(extension.params.map(({ name, value }) => [name, value]));
  const isKnown = [...params].every(([name, value]) => DEFLATE_PARAMS[name]?.test(value ?? "") === true);
  if (!isKnown || params.size < extension.params.length) {
    throw new OpeningError(`the server's parameters of permessage-deflate are wrong: ${quote(values.join(", "))}`);
  }
  return {
    serverNoContextTakeover: params.has("server_no_context_takeover"),
    serverMaxWindowBits: Number(params.get("server_max_window_bits") ?? 15),
  };
}

/**
 * What may be answered, and which values. RFC 7692 §7.1.2.2: client_max_window_bits may not stand in an answer to an
 * offer that lacks it.
 */
const DEFLATE_PARAMS: Readonly<Record<string, RegExp>> = {
  server_no_context_takeover: /^$/,
  client_no_context_takeover: /^$/,
  server_max_window_bits: /^(?:[89]|1[0-5])$/,
};

function hasDeflate(values: readonly string[]): boolean {
  return parseTokenList(values).some((offer) => /^permessage-deflate\s*(?:;|$)/.test(offer));
}

function extensionsIn(values: readonly string[]) {
  try {
    return parseExtensions(values);
  } catch (error) {
    throw new OpeningError((error as Error).message, { cause: error });
  }
}

function sentValues({ fields }: OpeningRequest, name: string): readonly string[] {
  return fields.filter(([sent]) => sent.toLowerCase() === name).map(([, value]) => value);
}

function wrong(name: string, value: string | null, expected: string): OpeningError {
  const found = value === null ? "is missing" : `is ${quote(value)}`;
  return new OpeningError(
    `${name} of the answer ${found}, not ${quote(expected)}: whoever answered speaks no WebSocket`,
  );
}
