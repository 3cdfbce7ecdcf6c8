/**
 * Buffers that lie idle go back to the system: a beat that stops when there is nothing left to give back.
 *
 * @module
 */
import type { BufferPool } from "./buffer_pool.ts";
import type { Clock } from "./clock.ts";

const INTERVAL_MS = 5_000;

/** What the beat needs. */
export interface PoolTrimParts {
  readonly clock: Pick<Clock, "setTimer">;
  readonly pool: Pick<BufferPool, "trim" | "freeBytes">;
  /** True while somebody may take buffers and bring them back. */
  isInUse(): boolean;
}

/** Trims one pool. */
export class PoolTrim {
  readonly #parts: PoolTrimParts;
  #cancel: (() => void) | undefined;

  constructor(parts: PoolTrimParts) {
    this.#parts = parts;
  }

  /** Somebody uses the pool: from now on, if not already. */
  begin(): void {
    this.#cancel ??= this.#parts.clock.setTimer(() => {
      this.#cancel = undefined;
      const { pool } = this.#parts;
      pool.trim();
      if (pool.freeBytes > 0 || this.#parts.isInUse()) this.begin();
    }, INTERVAL_MS);
  }

  /** No more. */
  end(): void {
    this.#cancel?.();
    this.#cancel = undefined;
  }
}
