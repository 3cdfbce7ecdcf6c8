/**
 * How many connections each address has, where that is limited.
 *
 * @module
 */
import { limitKey } from "./ip_address.ts";

/** The counts of one gateway. */
export class AddressCounts {
  readonly #limit: number;
  readonly #counts = new Map<string, number>();

  /** @param limit for one IPv4 address or IPv6 /64; 0 for none: then nothing is counted. */
  constructor(limit: number) {
    this.#limit = limit;
  }

  /** Whether the address may have no more. */
  isFull(address: string): boolean {
    return this.#limit > 0 && (this.#counts.get(limitKey(address)) ?? 0) >= this.#limit;
  }

  /** One more. */
  add(address: string): void {
    this.#change(address, 1);
  }

  /** One less. */
  remove(address: string): void {
    this.#change(address, -1);
  }

  #change(address: string, delta: 1 | -1): void {
    if (this.#limit === 0) return;
    const key = limitKey(address);
    const count = (this.#counts.get(key) ?? 0) + delta;
    if (count === 0) this.#counts.delete(key);
    else this.#counts.set(key, count);
  }
}
