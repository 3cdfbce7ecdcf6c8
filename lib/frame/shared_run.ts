/**
 * Frames that many connections have to send one after the other: encoded once, joined once, never changed.
 *
 * Connections that wait for their turn to write, and were sent the same, hold the same run. The next frame for all of
 * them is copied behind it by the first who asks; the others find it there. So what a publication costs a connection is
 * a pointer, also where several leave in one write.
 *
 * @module
 */

/** Runs grow up to this length, in bytes: what is longer leaves in several writes. */
export const MAX_RUN_BYTES = 32 * 1024;

/**
 * So often a run that is followed by something may come to be followed by something else: each time costs a copy of it.
 * Where connections are sent so different things, each copies what it is sent.
 */
const MAX_FORKS = 4;

/** Room for a run that begins to grow. */
const MIN_STORE_BYTES = 1024;

/** Where runs that begin alike lie: each is a part of it, from its beginning. */
interface Store {
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** Up to here the bytes are somebody's, and must not change any more. */
  end: number;
}

/**
 * Whole frames, one or more. Nothing of it may be changed.
 *
 * @example
 * ```ts
 * import { assertEquals, assertStrictEquals } from "@std/assert";
 * import { SharedRun } from "./shared_run.ts";
 *
 * const [first, second] = [new SharedRun(Uint8Array.of(0x89, 0)), new SharedRun(Uint8Array.of(0x8a, 0))];
 * const both = first.followedBy(second);
 * assertEquals(both?.bytes.toHex(), "89008a00");
 * assertStrictEquals(first.followedBy(second), both);
 * ```
 */
export class SharedRun {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly #store: Store;
  #follower: SharedRun | undefined;
  #joined: SharedRun | undefined;
  #forks = 0;

  /** @param bytes whole frames. They are kept, and must not be changed any more. */
  constructor(bytes: Uint8Array<ArrayBuffer>, store: Store = { bytes, end: bytes.length }) {
    this.bytes = bytes;
    this.#store = store;
  }

  /**
   * This run, and another behind it: the same object for all who ask for the same in a row.
   *
   * @returns `undefined` when that would be longer than {@linkcode MAX_RUN_BYTES}, or too many ask for other things.
   */
  followedBy(other: SharedRun): SharedRun | undefined {
    if (this.#follower === other) return this.#joined;
    const length = this.bytes.length + other.bytes.length;
    if (length > MAX_RUN_BYTES || this.#forks === MAX_FORKS) return undefined;
    if (this.#follower !== undefined) this.#forks++;
    const store = this.#storeFor(length);
    store.bytes.set(other.bytes, this.bytes.length);
    store.end = length;
    this.#follower = other;
    return this.#joined = new SharedRun(store.bytes.subarray(0, length), store);
  }

  /** A store that begins with this run and can take what follows: its own, unless something else follows there. */
  #storeFor(length: number): Store {
    const store = this.#store;
    if (store.end === this.bytes.length && store.bytes.length >= length) return store;
    const capacity = Math.min(Math.max(length * 2, MIN_STORE_BYTES), MAX_RUN_BYTES);
    const bytes = new Uint8Array(capacity);
    bytes.set(this.bytes);
    return { bytes, end: this.bytes.length };
  }
}
