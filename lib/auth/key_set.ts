/**
 * `KeySet`: the keys that an issuer publishes, kept, and fetched again when they are old or one is missing.
 *
 * @module
 */
import { createLocalJWKSet, type CryptoKey, errors, type JSONWebKeySet } from "jose";
import type { KeyHeader } from "./keys.ts";
import { KeySetError, TokenError } from "./token_error.ts";

/** What a key set needs. */
export interface KeySetParts {
  /** For errors. */
  readonly url: string;
  /** Rejects with what is wrong, at the latest after so long. */
  readonly fetchKeys: (timeoutMs: number) => Promise<JSONWebKeySet>;
  /** Milliseconds of a monotonic clock. */
  readonly now: () => number;
  readonly maxAgeMs?: number | undefined;
  readonly minIntervalMs?: number | undefined;
  readonly timeoutMs?: number | undefined;
}

/** What holds where it is not said. */
export const KEY_SET_DEFAULTS = {
  /** A set this old is fetched again. */
  maxAgeMs: 600_000,
  /** A key that is missing is looked for at most this often. */
  minIntervalMs: 30_000,
  /** Longest wait for an answer. */
  timeoutMs: 5_000,
} as const;

/** After a failure it is tried again so soon, or after `minIntervalMs` if that is sooner. */
const RETRY_MS = 5_000;

type Resolve = ReturnType<typeof createLocalJWKSet>;

/**
 * One key set. Whatever tokens come, there is at most one request at a time and one in `minIntervalMs`; keys that were
 * fetched once go on until there are others.
 */
export class KeySet {
  readonly #parts: KeySetParts;
  readonly #maxAgeMs: number;
  readonly #minIntervalMs: number;
  readonly #timeoutMs: number;
  #resolve: Resolve | undefined;
  #fetchedAt = -Infinity;
  /** No request before. */
  #mayFetchAt = -Infinity;
  #failure: string | undefined;
  #fetching: Promise<void> | undefined;

  constructor(parts: KeySetParts) {
    this.#parts = parts;
    this.#maxAgeMs = parts.maxAgeMs ?? KEY_SET_DEFAULTS.maxAgeMs;
    this.#minIntervalMs = parts.minIntervalMs ?? KEY_SET_DEFAULTS.minIntervalMs;
    this.#timeoutMs = parts.timeoutMs ?? KEY_SET_DEFAULTS.timeoutMs;
  }

  /**
   * Finds the key of a token.
   *
   * @throws {TokenError} when the set has none, or several of which the token names none.
   * @throws {KeySetError} when there is no set yet, and it cannot be fetched.
   */
  async find(header: KeyHeader): Promise<CryptoKey> {
    const known = this.#resolve === undefined ? undefined : await this.#look(this.#resolve, header);
    if (known !== undefined) {
      // Nobody waits for a newer set while the one there is has the key.
      if (this.#parts.now() - this.#fetchedAt >= this.#maxAgeMs) void this.#refresh();
      return known;
    }
    await this.#refresh();
    if (this.#resolve === undefined) {
      throw new KeySetError(`the keys at ${this.#parts.url} cannot be fetched: ${this.#failure}`);
    }
    const found = await this.#look(this.#resolve, header);
    if (found === undefined) throw new TokenError("key");
    return found;
  }

  async #look(resolve: Resolve, header: KeyHeader): Promise<CryptoKey | undefined> {
    try {
      return await resolve(header as Parameters<Resolve>[0]);
    } catch (error) {
      if (error instanceof errors.JWKSNoMatchingKey) return undefined;
      // Several keys may be meant, or the one that is meant is none that can be used.
      throw new TokenError("key");
    }
  }

  /** Fetches the set if it may be fetched. Never rejects. */
  #refresh(): Promise<void> {
    if (this.#fetching !== undefined) return this.#fetching;
    if (this.#parts.now() < this.#mayFetchAt) return Promise.resolve();
    return this.#fetching = this.#fetch().finally(() => this.#fetching = undefined);
  }

  async #fetch(): Promise<void> {
    const { now, fetchKeys } = this.#parts;
    try {
      const keys = await fetchKeys(this.#timeoutMs);
      this.#resolve = createLocalJWKSet(keys);
      this.#fetchedAt = now();
      this.#mayFetchAt = now() + this.#minIntervalMs;
    } catch (error) {
      this.#failure = error instanceof Error ? error.message : String(error);
      this.#mayFetchAt = now() + Math.min(RETRY_MS, this.#minIntervalMs);
    }
  }
}
