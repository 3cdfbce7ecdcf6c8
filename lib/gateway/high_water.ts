/**
 * The high-water mark of one connection: whether more than it waits to be written, and who waits for less.
 *
 * @module
 */

/** Which side of the mark a connection is on. */
export class HighWater {
  #isAbove = false;
  #waiting: (() => void)[] | undefined;

  /** More waits to be written than the mark. */
  pass(): void {
    this.#isAbove = true;
  }

  /**
   * It has sunk to the mark.
   *
   * @returns true when it was above: then those who waited know, and the route is to be told.
   */
  sink(): boolean {
    if (!this.#isAbove) return false;
    this.#isAbove = false;
    this.release();
    return true;
  }

  /** Resolves at the next {@linkcode sink} or {@linkcode release}. */
  wait(): Promise<void> {
    return new Promise((resolve) => (this.#waiting ??= []).push(resolve));
  }

  /** Nobody has to wait any more: the connection is over. */
  release(): void {
    const waiting = this.#waiting ?? [];
    this.#waiting = undefined;
    for (const resolve of waiting) resolve();
  }
}
