/**
 * A queue that gives back in the order in which it was given, at a constant cost for each: `Array.shift` moves all others.
 *
 * @module
 */

/** The list is cut when so many that have left stand before its head. */
const COMPACT_FROM = 8192;

/** First in, first out. */
export class Fifo<T> {
  #list: T[] = [];
  #head = 0;

  /** How many wait. */
  get length(): number {
    return this.#list.length - this.#head;
  }

  /** Adds one behind all others. */
  push(one: T): void {
    this.#list.push(one);
  }

  /** Takes out the one that waits longest; undefined when nobody does. */
  shift(): T | undefined {
    const one = this.#list[this.#head];
    if (this.#head === this.#list.length) return undefined;
    if (++this.#head === this.#list.length) {
      this.#list.length = 0;
      this.#head = 0;
    } else if (this.#head >= COMPACT_FROM) {
      this.#list = this.#list.slice(this.#head);
      this.#head = 0;
    }
    return one;
  }
}
