/**
 * Bounds what was sent and has not gone out: a broker that reads slowly must not fill this process's memory.
 *
 * @module
 */

/** Bytes that may be on their way; what would come on top is dropped. */
export const MAX_UNSENT_BYTES = 8 * 1024 * 1024;

/** Counts what is on its way. */
export class SendBudget {
  #unsentBytes = 0;
  #askedBytes: number | undefined;
  readonly #confirm: () => Promise<unknown>;

  /** @param confirm resolves when all that was sent before it has gone out; rejects when that will not be. */
  constructor(confirm: () => Promise<unknown>) {
    this.#confirm = confirm;
  }

  /** @returns false when so much may not be sent now. */
  take(byteCount: number): boolean {
    if (this.#unsentBytes > 0 && this.#unsentBytes + byteCount > MAX_UNSENT_BYTES) return false;
    this.#unsentBytes += byteCount;
    return true;
  }

  /** Something that was taken has been sent. One question is under way at a time, for all that came before it. */
  sent(): void {
    if (this.#askedBytes !== undefined) return;
    const asked = this.#askedBytes = this.#unsentBytes;
    this.#confirm().then(() => {
      this.#askedBytes = undefined;
      this.#unsentBytes -= asked;
      if (this.#unsentBytes > 0) this.sent();
    }, () => {
      // The session ends: nothing is sent over it any more.
    });
  }
}
