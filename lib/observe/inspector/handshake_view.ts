/**
 * The opening handshake of a connection, step by step as RFC 6455 §4.2.2 has it, with nothing in it that is secret.
 *
 * @module
 */
import { acceptKey, encodeSwitchingProtocols } from "../../handshake/mod.ts";
import type { RequestRecord } from "../../route/table.ts";
import { redactField, redactUrl } from "./redact.ts";
import type { WireField, WireHandshake } from "./wire.ts";

/** RFC 6455 §1.3. */
const GUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";

/** What is known of a handshake. */
export interface HandshakeParts {
  readonly request: RequestRecord;
  readonly subprotocol: string;
  /** Of the 101; empty for none. */
  readonly extensions: string;
  /** The 101 as it was sent, where it was seen. */
  readonly head?: Uint8Array | undefined;
}

/** The steps. */
export function handshakeView({ request, subprotocol, extensions, head }: HandshakeParts): WireHandshake {
  const key = request.headers.find(([name]) => name === "sec-websocket-key")?.[1];
  const requestLines = {
    requestLine: `${request.method} ${redactUrl(request.url)} HTTP/1.1`,
    request: request.headers.map(shown),
  };
  if (key === undefined) return { ...NO_UPGRADE, ...requestLines };
  const accept = acceptKey(key);
  const sent = head ?? encodeSwitchingProtocols({
    accept,
    subprotocol: subprotocol || undefined,
    extensions: extensions || undefined,
  });
  const [responseLine = "", ...fields] = new TextDecoder().decode(sent).trimEnd().split("\r\n");
  return {
    ...requestLines,
    isUpgrade: true,
    key,
    guid: GUID,
    joined: key + GUID,
    sha1: Uint8Array.fromBase64(accept).toHex(),
    accept,
    responseLine,
    response: fields.map((line) => {
      const colon = line.indexOf(":");
      return shown([line.slice(0, colon), line.slice(colon + 1).trim()]);
    }),
    isResponseExact: head !== undefined,
  };
}

/** Who polls agrees by requests of HTTP. */
const NO_UPGRADE = {
  isUpgrade: false,
  key: "",
  guid: GUID,
  joined: "",
  sha1: "",
  accept: "",
  responseLine: "",
  response: [],
  isResponseExact: false,
} as const;

function shown([name, value]: WireField): WireField {
  return [name, redactField(name, value)];
}
