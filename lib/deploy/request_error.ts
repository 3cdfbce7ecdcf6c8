/**
 * A request to the admin listener that is refused: nothing has changed.
 *
 * @module
 */

/** The message says what is wrong and what to do; it is what is answered. */
export class RequestError extends Error {
  override readonly name = "RequestError";
  /** Of the answer. */
  readonly status: number;

  constructor(status: number, problem: string, cause?: unknown) {
    super(problem, { cause });
    this.status = status;
  }
}
