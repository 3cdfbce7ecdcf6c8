/**
 * Why something that was asked of the client did not come about.
 *
 * @module
 */
import type { RefusalCode } from "../subprotocol/mod.ts";
import { SUBPROTOCOL } from "../subprotocol/v1.ts";

/**
 * What the server answers when it refuses, or
 * - `lost`: the connection broke before the answer came; it may have been handled, or not.
 * - `closed`: the client has stopped, or the route has ended the subscription.
 * - `unsupported`: the server does not speak `sockeye.v1` at this path.
 */
export type ClientErrorCode = RefusalCode | "lost" | "closed" | "unsupported";

/** Says why by its `code`, and for a person by its `message`. */
export class SockeyeError extends Error {
  /** Its kind. */
  override readonly name = "SockeyeError";
  /** Why, for a program. */
  declare readonly code: ClientErrorCode;

  /** Says why, to a program and to a person. */
  constructor(code: ClientErrorCode, message: string) {
    super(message);
    this.code = code;
  }
}

/** What is asked for needs `sockeye.v1`. */
export function unsupported(): SockeyeError {
  return new SockeyeError("unsupported", `no ${SUBPROTOCOL}`);
}

/** The client has stopped, or the subscription has ended. */
export function closed(): SockeyeError {
  return new SockeyeError("closed", "it has ended");
}
