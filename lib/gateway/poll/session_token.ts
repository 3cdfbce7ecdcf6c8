/**
 * The token of a session: the node that has it, and 128 random bits.
 *
 * A worker is a node like any other, so that its number need not be told.
 *
 * @module
 */

const RANDOM_BYTES = 16;

/**
 * A new one.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { newToken, nodeOf } from "./session_token.ts";
 *
 * assertEquals(nodeOf(newToken("5f3c9a2e")), "5f3c9a2e");
 * ```
 */
export function newToken(node: string): string {
  const random = crypto.getRandomValues(new Uint8Array(RANDOM_BYTES));
  return `${node}.${random.toBase64({ alphabet: "base64url", omitPadding: true })}`;
}

/** The node that has the session; undefined where it is no token. */
export function nodeOf(token: string): string | undefined {
  return /^([\w-]{1,64})\.[\w-]{22}$/.exec(token)?.[1];
}
