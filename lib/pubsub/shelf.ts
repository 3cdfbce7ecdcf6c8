/**
 * Publications that one rule keeps, of all its topics, in the order in which they came: the first is the first to go.
 *
 * A list in both directions, as any of them may go before the first. A `Map` would do the same, but to find its first
 * entry takes the longer the more were deleted before it.
 *
 * @module
 */

/** What stands on a shelf. */
export interface Shelved {
  /** Milliseconds. */
  readonly storedAt: number;
  /** Its neighbours there. */
  older: this | undefined;
  newer: this | undefined;
}

/** The shelf of one rule. */
export class Shelf<Entry extends Shelved> {
  /** What it is kept under. */
  readonly key: string;
  readonly ttlMs: number;
  #oldest: Entry | undefined;
  #newest: Entry | undefined;

  constructor(key: string, ttlMs: number) {
    this.key = key;
    this.ttlMs = ttlMs;
  }

  /** The one that came first; undefined when nothing is there. */
  get oldest(): Entry | undefined {
    return this.#oldest;
  }

  /** Puts one behind all others. */
  add(entry: Entry): void {
    const before = this.#newest;
    entry.older = before;
    if (before === undefined) this.#oldest = entry;
    else before.newer = entry;
    this.#newest = entry;
  }

  /** Takes one out. */
  remove(entry: Entry): void {
    const { older, newer } = entry;
    if (older === undefined) this.#oldest = newer;
    else older.newer = newer;
    if (newer === undefined) this.#newest = older;
    else newer.older = older;
    entry.older = undefined;
    entry.newer = undefined;
  }
}
