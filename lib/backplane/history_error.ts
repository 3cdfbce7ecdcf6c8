/**
 * What is thrown when histories cannot be kept.
 *
 * @module
 */

/** Histories cannot be kept, or one publication cannot: the message says why, and what to do. */
export class HistoryError extends Error {
  override readonly name = "HistoryError";
}

/** Whether SQLite says that the file is damaged. It has no codes for that here, only words. */
export function isCorruption(error: unknown): boolean {
  return error instanceof Error && /file is not a database|malformed/.test(error.message);
}
