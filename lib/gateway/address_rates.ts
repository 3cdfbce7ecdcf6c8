/**
 * How often each address does something, where that is limited.
 *
 * @module
 */
import { limitKey } from "./ip_address.ts";
import { TokenBucket } from "./token_bucket.ts";

/** The rates of one gateway, with memory for those addresses alone whose buckets may not be full. */
export class AddressRates {
  readonly #perSecond: number;
  readonly #burst: number;
  /** A bucket that was not asked for so long is full: it can be forgotten, and be another when it is needed again. */
  readonly #fullAfterMs: number;
  #recent = new Map<string, TokenBucket>();
  /** Those that were asked in the time before. */
  #former = new Map<string, TokenBucket>();
  #turnsAt = 0;

  /**
   * @param perSecond for one IPv4 address or IPv6 /64; 0 for no limit: then nothing is kept.
   * @param burst the most at once. Default: what comes in a second.
   */
  constructor(perSecond: number, burst: number = perSecond) {
    this.#perSecond = perSecond;
    this.#burst = burst;
    this.#fullAfterMs = Math.ceil(1_000 * burst / perSecond);
  }

  /** For how many addresses there is something. */
  get size(): number {
    return this.#recent.size + this.#former.size;
  }

  /** The address does it once more; false when it has done it too often. */
  take(address: string, now: number): boolean {
    if (this.#perSecond === 0) return true;
    if (now >= this.#turnsAt) this.#turn(now);
    const key = limitKey(address);
    let bucket = this.#recent.get(key);
    if (bucket === undefined) {
      bucket = this.#former.get(key) ?? new TokenBucket(this.#perSecond, now, this.#burst);
      this.#former.delete(key);
      this.#recent.set(key, bucket);
    }
    return bucket.take(now);
  }

  #turn(now: number): void {
    // Who is asked for the first time in a long while knows nobody that is not full.
    this.#former = now < this.#turnsAt + this.#fullAfterMs ? this.#recent : new Map();
    this.#recent = new Map();
    this.#turnsAt = now + this.#fullAfterMs;
  }
}
