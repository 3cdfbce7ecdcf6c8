/**
 * Why a server cannot listen.
 *
 * @module
 */

/** Nobody can be listened for: the message says why, and what to do. */
export class ListenError extends Error {
  override readonly name = "ListenError";
}
