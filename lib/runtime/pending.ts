/**
 * Tells a handler that went asynchronous from one that did not.
 *
 * @module
 */

/**
 * What peer methods return whose effect has been taken already. A handler that returns it has nothing to be waited for,
 * so `open: (peer) => peer.subscribe("all")` stays synchronous.
 */
export const DONE: Promise<void> = Promise.resolve();

/**
 * True when there is something to wait for: a promise, or what calls itself one, except {@linkcode DONE}.
 *
 * @example
 * ```ts
 * import { DONE, isPending } from "./pending.ts";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(isPending(Promise.resolve()), true);
 * assertEquals(isPending(DONE), false);
 * assertEquals(isPending(undefined), false);
 * ```
 */
export function isPending<T>(result: T | PromiseLike<T>): result is PromiseLike<T> {
  return result !== undefined && result !== DONE &&
    typeof (result as { readonly then?: unknown } | null)?.then === "function";
}
