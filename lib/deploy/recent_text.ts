/**
 * A text that costs something to make, for many who ask: made once for all that ask within a second.
 *
 * @module
 */

/** Who asks twice within this time gets the same text. */
export const RECENT_MS = 1_000;

/** The text. */
export class RecentText {
  readonly #make: () => string | Promise<string>;
  readonly #now: () => number;
  #text: Promise<string> | undefined;
  #madeAt = -Infinity;

  /** @param now in milliseconds. */
  constructor(make: () => string | Promise<string>, now: () => number) {
    this.#make = make;
    this.#now = now;
  }

  /** Rejects when it could not be made; who asks next has it tried again. */
  get(): Promise<string> {
    const now = this.#now();
    if (this.#text !== undefined && now - this.#madeAt < RECENT_MS) return this.#text;
    this.#madeAt = now;
    const text = this.#text = this.#made();
    text.catch(() => {
      if (this.#text === text) this.#text = undefined;
    });
    return text;
  }

  async #made(): Promise<string> {
    return await this.#make();
  }
}
