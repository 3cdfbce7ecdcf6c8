/**
 * What errors of Redis mean.
 *
 * @module
 */
import { messageOf } from "../route/table.ts";
import type { StoreOutcome } from "./held_appends.ts";

/** The credentials are refused, or missing. */
export function isAuthError(error: unknown): boolean {
  return /^(?:WRONGPASS|NOAUTH|NOPERM)\b|\binvalid password\b|\bAUTH <password> called without\b/.test(
    messageOf(error),
  );
}

/** The script is not loaded: the server was restarted, or told to forget them. */
export function isNoScript(error: unknown): boolean {
  return /^NOSCRIPT\b/.test(messageOf(error));
}

/** What passes: it is loading, hangs, or is no longer the one to write to. */
const PASSING = /^(?:LOADING|BUSY|READONLY|MASTERDOWN|CLUSTERDOWN|TRYAGAIN|UNBLOCKED)\b/;

/** What became of an append that failed so. */
export function outcomeOf(error: unknown): StoreOutcome {
  const message = messageOf(error);
  // An answer of the server, and none that passes: out of memory, a disk that is full, a wrong type.
  return /^[A-Z]{2,} /.test(message) && !PASSING.test(message) ? new Error(`not stored: ${message}`) : undefined;
}

/** The connection is of no use any more: it leads to a server that another has taken over from. */
export function isDemoted(error: unknown): boolean {
  return /^(?:READONLY|MASTERDOWN)\b/.test(messageOf(error));
}
