/**
 * From what an `authenticate` hook answered to what it means.
 *
 * @module
 */
import type { Admission } from "../route/mod.ts";

/**
 * Reads an answer: whatever is neither true nor an admission is a no.
 *
 * @throws {TypeError} for an admission that does not say how long it holds.
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { admissionOf } from "./admission.ts";
 *
 * assertEquals(admissionOf({ expiresInMs: 60_000 }), { expiresInMs: 60_000 });
 * assertEquals(admissionOf(undefined), false);
 * ```
 */
export function admissionOf(answer: unknown): boolean | Admission {
  if (typeof answer !== "object" || answer === null) return answer === true;
  const { expiresInMs } = answer as { readonly expiresInMs?: unknown };
  if (expiresInMs === undefined) return true;
  if (typeof expiresInMs === "number" && expiresInMs > 0) return { expiresInMs };
  const given = typeof expiresInMs === "number" ? String(expiresInMs) : `a ${typeof expiresInMs}`;
  throw new TypeError(
    `an admission has as expiresInMs a number of milliseconds above 0, not ${given}; ` +
      "leave it out for one that does not expire, and answer with false to refuse",
  );
}
