/**
 * Waiting for what nobody tells of.
 *
 * @module
 */

/** So long any one thing may take before a test gives up on it. */
const DEADLINE_MS = 20_000;

/**
 * Lets events happen until it is so.
 *
 * @param what is waited for, for who reads the failure.
 * @throws {Error} when it has not come to that after `deadlineMs`.
 */
export async function until(
  isSo: () => boolean,
  what: string | (() => string),
  deadlineMs: number = DEADLINE_MS,
): Promise<void> {
  const deadline = performance.now() + deadlineMs;
  while (!isSo()) {
    if (performance.now() > deadline) {
      throw new Error(`not after ${deadlineMs} ms: ${typeof what === "string" ? what : what()}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
