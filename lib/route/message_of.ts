/**
 * What was thrown, in words.
 *
 * @module
 */

/** The message of an error; of anything else that code may throw, its text. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
