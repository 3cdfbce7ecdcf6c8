/**
 * Which of the subprotocols a client offers is spoken. RFC 6455 §1.9, §4.2.2.
 *
 * @module
 */
import { HttpError, isToken, parseTokenList, quote } from "../http/mod.ts";

/**
 * Parses the values of all Sec-WebSocket-Protocol fields, in the client's order.
 *
 * @throws {HttpError} 400 when there is a field without a name, a name that is no token, or one name twice.
 */
export function parseSubprotocols(values: readonly string[]): readonly string[] {
  if (values.length === 0) return values;
  const offered = parseTokenList(values);
  // RFC 6455 §11.3.4: Sec-WebSocket-Protocol-Client = 1#token.
  const bad = offered.length === 0 ? "" : offered.find((name) => !isToken(name));
  if (bad !== undefined) throw new HttpError(400, `Sec-WebSocket-Protocol names ${quote(bad)}, which is not a token.`);
  // RFC 6455 §4.1: the elements "MUST all be unique strings."
  if (new Set(offered).size !== offered.length) {
    throw new HttpError(400, "Sec-WebSocket-Protocol names a subprotocol twice: name each once.");
  }
  return offered;
}

/**
 * Chooses the subprotocol: the first the server supports that the client offered. Names are case-sensitive.
 *
 * @returns undefined when they have none in common: the handshake then goes on without one.
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { chooseSubprotocol } from "./mod.ts";
 *
 * assertEquals(chooseSubprotocol(["chat.v1", "chat.v2"], ["chat.v2", "chat.v1"]), "chat.v2");
 * ```
 */
export function chooseSubprotocol(offered: readonly string[], supported: readonly string[]): string | undefined {
  return supported.find((name) => offered.includes(name));
}
