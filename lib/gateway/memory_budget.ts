/**
 * What all connections hold together, against `maxMemoryBytes`.
 *
 * @module
 */

/** From this share on, newcomers are refused. */
const NEARLY = 7 / 8;

/**
 * So long one that was made to let go has for its last bytes to reach the peer. It may hold on to some meanwhile: a read
 * that is under way has its buffer until something comes, or the end.
 */
export const RELIEF_GRACE_MS = 1_000;

/** Something that holds bytes for a peer and can let go of them. */
export interface MemoryHolder {
  /** Bytes held, as last reported to the budget. */
  readonly heldBytes: number;
  /**
   * Lets go, by ending the connection. One that is ending anyway lets go of the rest at once, but not before
   * {@linkcode RELIEF_GRACE_MS} have passed: what it holds until then is as good as free.
   */
  relieve(): void;
}

/** The budget of one gateway. */
export class MemoryBudget {
  readonly #maxBytes: number;
  readonly #holders: Iterable<MemoryHolder>;
  #heldBytes = 0;
  #isRelieving = false;

  /** @param holders the connections, live. */
  constructor(maxBytes: number, holders: Iterable<MemoryHolder>) {
    this.#maxBytes = maxBytes;
    this.#holders = holders;
  }

  /** Bytes held by all. */
  get heldBytes(): number {
    return this.#heldBytes;
  }

  /** True when no new connection should be taken: nearly all is held. Those that are there go on until it is all. */
  get isExhausted(): boolean {
    return this.#heldBytes > this.#maxBytes * NEARLY;
  }

  /** A holder's share has changed by so much. Over the limit the largest are made to let go, after this turn's work. */
  add(deltaBytes: number): void {
    this.#heldBytes += deltaBytes;
    if (this.#heldBytes <= this.#maxBytes || this.#isRelieving) return;
    this.#isRelieving = true;
    queueMicrotask(() => this.#relieve());
  }

  #relieve(): void {
    this.#isRelieving = false;
    // Most connections are quiet and hold nothing: they need no sorting.
    const holding: MemoryHolder[] = [];
    for (const holder of this.#holders) if (holder.heldBytes > 0) holding.push(holder);
    let excess = this.#heldBytes - this.#maxBytes;
    for (const holder of holding.sort((a, b) => b.heldBytes - a.heldBytes)) {
      if (excess <= 0) return;
      excess -= holder.heldBytes;
      holder.relieve();
    }
  }
}
