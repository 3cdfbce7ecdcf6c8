/**
 * Tells a handler that went asynchronous from one that did not.
 *
 * @module
 */
import type { Subscribed } from "../route/mod.ts";

/**
 * What peer methods return whose effect has been taken already. A handler that returns it has nothing to be waited for,
 * so `message: (peer, message) => peer.publish("all", message)` stays synchronous.
 */
export const DONE: Promise<void> = Promise.resolve();

/** The same of `subscribe`, where nothing was to be gone on from: `open: (peer) => peer.subscribe("all")`. */
export const SUBSCRIBED: Promise<Subscribed> = Promise.resolve({ recovered: false });

/**
 * True when there is something to wait for: a promise, or what calls itself one, except {@linkcode DONE} and
 * {@linkcode SUBSCRIBED}.
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
    typeof (result as { readonly then?: unknown } | null)?.then === "function" && result !== SUBSCRIBED;
}

/** The promise of what failed as it was asked for: as it is where the gateway is elsewhere. */
export function refused(error: unknown): Promise<never> {
  return unheard(Promise.reject(error));
}

/**
 * The promise of something that route code need not wait for: who does meets its rejection, and where nobody does it ends
 * nothing. While a broker is away each publication fails, and it is the broker that the log tells of.
 */
export function unheard<T>(promise: Promise<T>): Promise<T> {
  promise.catch(() => {});
  return promise;
}
