/**
 * Who has read what of whom: each acknowledged publication once, in the order of its writer, in room that does not grow
 * with how many there are.
 *
 * A writer says 0, 1, 2 … A number whose request was lost may be read once, or not at all.
 *
 * @module
 */

/** What one writer has said. */
export interface Said {
  readonly name: string;
  /** How many numbers, from 0. */
  readonly count: number;
  /** Those that were not acknowledged. */
  readonly lost: ReadonlySet<number>;
}

/** So many examples of what went wrong are told. */
const SHOWN = 5;

/** What one reader has read. */
export class Tally {
  /** Publications that were read. */
  count = 0;
  readonly #faults: string[] = [];
  #faultCount = 0;
  /** By writer: the number that is next, and those that were left out. */
  readonly #writers = new Map<string, { next: number; readonly skipped: Set<number> }>();
  #order = FNV_OFFSET;

  /** A digest of everything that was read, in its order. */
  get order(): number {
    return this.#order;
  }

  /** The number after the highest that was read of a writer. */
  nextOf(writer: string): number {
    return this.#writers.get(writer)?.next ?? 0;
  }

  /** One was read. @param text `writer:number` */
  take(text: string): void {
    this.count++;
    for (let at = 0; at < text.length; at++) {
      this.#order = Math.imul(this.#order ^ text.charCodeAt(at), FNV_PRIME) >>> 0;
    }
    const colon = text.lastIndexOf(":");
    const [name, number] = [text.slice(0, colon), Number(text.slice(colon + 1))];
    let writer = this.#writers.get(name);
    if (writer === undefined) this.#writers.set(name, writer = { next: 0, skipped: new Set() });
    if (number >= writer.next) {
      for (let left = writer.next; left < number; left++) writer.skipped.add(left);
      writer.next = number + 1;
    } else this.#fault(writer.skipped.delete(number) ? `${text} was read too late` : `${text} was read twice`);
  }

  /** What is wrong with what was read, in words: how much, and some of it. Nobody says any more. */
  faults(writers: readonly Said[]): readonly string[] {
    for (const { name, count, lost } of writers) {
      const { next = 0, skipped = new Set<number>() } = this.#writers.get(name) ?? {};
      for (const number of skipped) if (!lost.has(number)) this.#fault(`${name}:${number} was not read`);
      for (let number = next; number < count; number++) {
        if (!lost.has(number)) this.#fault(`${name}:${number} was not read`);
      }
      if (next > count) this.#fault(`${name}:${next - 1} was read, and never said`);
    }
    for (const name of this.#writers.keys()) {
      if (!writers.some((writer) => writer.name === name)) this.#fault(`${name} was read, who is no writer`);
    }
    const more = this.#faultCount - this.#faults.length;
    return more === 0 ? this.#faults : [...this.#faults, `and ${more} more`];
  }

  #fault(what: string): void {
    this.#faultCount++;
    if (this.#faults.length < SHOWN) this.#faults.push(what);
  }
}

/** FNV-1a of 32 bits. */
const [FNV_OFFSET, FNV_PRIME] = [0x811c9dc5, 0x01000193];
