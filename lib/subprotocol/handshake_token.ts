/**
 * The token that comes with an opening handshake.
 *
 * @module
 */
import { TOKEN_PREFIX } from "./v1.ts";

/**
 * Finds it: a subprotocol that is none but carries it, or a bearer token (RFC 6750 §2.1).
 *
 * @returns undefined when there is none, or what there is cannot be read.
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { tokenOf } from "./handshake_token.ts";
 *
 * assertEquals(tokenOf(["chat", "sockeye.token.c2VjcmV0"], null), "secret");
 * assertEquals(tokenOf([], "Bearer secret"), "secret");
 * ```
 */
export function tokenOf(subprotocols: readonly string[], authorization: string | null): string | undefined {
  const carrier = subprotocols.find(isToken);
  if (carrier === undefined) return /^bearer +(\S+) *$/i.exec(authorization ?? "")?.[1];
  try {
    const bytes = Uint8Array.fromBase64(carrier.slice(TOKEN_PREFIX.length), { alphabet: "base64url" });
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    return undefined; // Not base64url, or not a text: no token.
  }
}

/** Whether what is offered as a subprotocol carries a token. */
export function isToken(subprotocol: string): boolean {
  return subprotocol.startsWith(TOKEN_PREFIX);
}
