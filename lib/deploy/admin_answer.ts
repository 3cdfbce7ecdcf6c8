/**
 * Answers of the admin listener: JSON that nobody stores, and problems in words.
 *
 * @module
 */
import type { Refusal } from "./admin_guard.ts";

/** An answer with a value. */
export function json(status: number, value: unknown, headers: Record<string, string> = {}): Response {
  // RFC 9111 §5.2.2.5: nobody may store this.
  return Response.json(value, { status, headers: { "cache-control": "no-store", ...headers } });
}

/** An answer that says what is wrong. */
export function problem(status: number, error: string, headers?: Record<string, string>): Response {
  return json(status, { error }, headers);
}

/** RFC 9110 §15.5.2: a 401 MUST say with what scheme to come back. */
export const CHALLENGE = 'Bearer realm="sockeye"';

/** The answer to who may not ask. */
export function refused({ status, problem: words }: Refusal): Response {
  return problem(status, words, status === 401 ? { "www-authenticate": CHALLENGE } : undefined);
}
