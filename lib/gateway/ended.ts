/**
 * Why a peer's signal is aborted when its connection has ended.
 *
 * @module
 */

/**
 * One for each close code, made when it first comes: a `DOMException` costs 8 µs, nearly all of it for a stack that tells
 * nothing here. The codes that can come are some two thousand (RFC 6455 §7.4.2), so this stays small.
 */
const REASONS = new Map<number, DOMException>();

/**
 * The reason of an `AbortSignal` for a connection that ended with this close code.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { endedWith } from "./ended.ts";
 *
 * assertEquals([endedWith(1001).name, endedWith(1001).message], ["AbortError", "The connection ended with 1001"]);
 * ```
 */
export function endedWith(code: number): DOMException {
  let reason = REASONS.get(code);
  if (reason === undefined) {
    reason = new DOMException(`The connection ended with ${code}`, "AbortError");
    REASONS.set(code, reason);
  }
  return reason;
}
