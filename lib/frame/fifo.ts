/**
 * A queue that gives back in the order in which it was given, at a constant cost for each: `Array.shift` moves all others.
 *
 * @module
 */

/** The list is cut when so many places of those who have left stand before its head, and no fewer than still wait. */
const COMPACT_FROM = 64;

/** First in, first out. Who has left is not held on to. */
export class Fifo<T> {
  #list: (T | undefined)[] = [];
  #head = 0;

  /** How many wait. */
  get length(): number {
    return this.#list.length - this.#head;
  }

  /** The one that waits longest, left where it is; undefined when nobody waits. */
  get first(): T | undefined {
    return this.#list[this.#head];
  }

  /** All of them, in their order. */
  toArray(): T[] {
    return this.#list.slice(this.#head) as T[];
  }

  /** Adds one behind all others. */
  push(one: T): void {
    this.#list.push(one);
  }

  /** Puts some before all others, in their order. */
  unshift(ones: readonly T[]): void {
    this.#list = [...ones, ...this.#list.slice(this.#head)];
    this.#head = 0;
  }

  /** Takes out the one that waits longest; undefined when nobody does. */
  shift(): T | undefined {
    if (this.#head === this.#list.length) return undefined;
    const one = this.#list[this.#head];
    this.#list[this.#head] = undefined;
    if (++this.#head === this.#list.length) {
      this.#list.length = 0;
      this.#head = 0;
    } else if (this.#head >= COMPACT_FROM && this.#head * 2 >= this.#list.length) {
      this.#list = this.#list.slice(this.#head);
      this.#head = 0;
    }
    return one;
  }
}
