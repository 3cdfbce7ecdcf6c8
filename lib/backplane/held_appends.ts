/**
 * Publications on their way into a history: held while the broker is away, within bounds, and sent in order.
 *
 * Each topic has a lane. Of a lane one batch is under way at a time, and what comes meanwhile is the next: so a doubtful
 * batch can be stored again before anything that follows it, and under load one round trip carries many.
 *
 * @module
 */
import type { HistoryRule } from "../pubsub/mod.ts";
import type { BackplaneClock } from "./broker.ts";

/** What is to be stored. */
export interface Append {
  /** The same when it is stored again; no other has it. */
  readonly id: string;
  readonly bytes: Uint8Array<ArrayBuffer>;
}

/**
 * What became of one of a batch: its offset; an error when it is not stored and never will be; undefined when it is not
 * stored yet, or nobody knows.
 */
export type StoreOutcome = number | Error | undefined;

/** Stores a batch. Rejects when nothing is known of any of it. */
export type Store = (topic: string, rule: HistoryRule, batch: readonly Append[]) => Promise<readonly StoreOutcome[]>;

/** How much may wait, and how long. */
export const HELD_LIMITS = {
  /** Publications that wait to be stored, or for the word that they are. */
  maxCount: 10_000,
  /** Bytes of them. */
  maxBytes: 16 * 1024 * 1024,
  /** Longest wait of one. */
  timeoutMs: 30_000,
} as const;

/** See {@linkcode HELD_LIMITS}. */
export interface HeldLimits {
  readonly maxCount: number;
  readonly maxBytes: number;
  readonly timeoutMs: number;
}

/** What holding needs. */
export interface HeldParts {
  readonly clock: BackplaneClock;
  readonly limits: HeldLimits;
  /** Of this node, in this life: begins the ids. */
  readonly nodeId: string;
}

/** Most publications of one batch. */
export const MAX_BATCH = 256;
/** A batch of so many bytes takes no more. */
const MAX_BATCH_BYTES = 512 * 1024;
/** Pause before a batch is tried again of which nothing could be stored, though the broker is there. */
export const RETRY_MS = 250;

interface Entry extends Append {
  readonly rule: HistoryRule;
  readonly expiresAt: number;
  readonly isSettled: boolean;
  settle(outcome: number | Error): void;
  /** Resolves when it is settled, either way. */
  readonly settled: Promise<unknown>;
}

interface Lane {
  entries: Entry[];
  /** A batch is under way, or waits to be tried again. */
  isBusy: boolean;
}

/** All that waits on this node. It holds until it is given a store. */
export class HeldAppends {
  readonly #parts: HeldParts;
  readonly #lanes = new Map<string, Lane>();
  /** All that is not settled, the oldest first. */
  readonly #entries = new Set<Entry>();
  readonly #retries = new Set<() => void>();
  #byteCount = 0;
  #made = 0;
  #store: Store | undefined;
  #holding = Promise.withResolvers<void>();
  #cancelExpiry: (() => void) | undefined;
  #closedBecause: string | undefined;

  constructor(parts: HeldParts) {
    this.#parts = parts;
  }

  /** How many are not settled yet. */
  get count(): number {
    return this.#entries.size;
  }

  /** Bytes of them. */
  get byteCount(): number {
    return this.#byteCount;
  }

  /**
   * Takes a publication in.
   *
   * @returns its offset.
   * @throws {Error} when too many wait, it waited too long, or the broker does not take it.
   */
  add(topic: string, rule: HistoryRule, bytes: Uint8Array<ArrayBuffer>): Promise<number> {
    const { limits } = this.#parts;
    if (this.#closedBecause !== undefined) return Promise.reject(new Error(`not stored: ${this.#closedBecause}`));
    if (this.#entries.size >= limits.maxCount || this.#byteCount + bytes.length > limits.maxBytes) {
      const waiting = `${this.#entries.size} publications of ${this.#byteCount} bytes wait for the broker`;
      return Promise.reject(new Error(`not stored: ${waiting}; ${limits.maxCount} or ${limits.maxBytes} bytes may`));
    }
    const { promise, entry } = this.#entry(rule, bytes);
    let lane = this.#lanes.get(topic);
    if (lane === undefined) this.#lanes.set(topic, lane = { entries: [], isBusy: false });
    lane.entries.push(entry);
    this.#watchExpiry();
    this.#run(topic, lane);
    return promise;
  }

  /** The broker is there. Resolves when all that waits now is settled, or must wait again. */
  async release(store: Store): Promise<void> {
    this.#store = store;
    this.#holding = Promise.withResolvers();
    const waiting = Promise.all([...this.#entries].map(({ settled }) => settled));
    for (const [topic, lane] of this.#lanes) this.#run(topic, lane);
    await Promise.race([waiting, this.#holding.promise]);
  }

  /** The broker is away. */
  hold(): void {
    this.#store = undefined;
    this.#holding.resolve();
  }

  /** Resolves when nothing waits. */
  async idle(): Promise<void> {
    await Promise.all([...this.#entries].map(({ settled }) => settled));
  }

  /** Takes nothing any more, and gives up what waits. */
  close(reason: string): void {
    this.#closedBecause = reason;
    this.hold();
    for (const cancel of this.#retries) cancel();
    this.#retries.clear();
    this.#cancelExpiry?.();
    for (const entry of [...this.#entries]) entry.settle(new Error(`nobody knows whether it is stored: ${reason}`));
    this.#lanes.clear();
  }

  #entry(rule: HistoryRule, bytes: Uint8Array<ArrayBuffer>): { promise: Promise<number>; entry: Entry } {
    const { clock, limits, nodeId } = this.#parts;
    const { promise, resolve, reject } = Promise.withResolvers<number>();
    let isSettled = false;
    const entry: Entry = {
      id: `${nodeId}.${(this.#made++).toString(36)}`,
      bytes,
      rule,
      expiresAt: clock.now() + limits.timeoutMs,
      get isSettled() {
        return isSettled;
      },
      settled: promise.catch(() => {}),
      settle: (outcome) => {
        if (isSettled) return;
        isSettled = true;
        this.#entries.delete(entry);
        this.#byteCount -= bytes.length;
        if (typeof outcome === "number") resolve(outcome);
        else reject(outcome);
      },
    };
    this.#entries.add(entry);
    this.#byteCount += bytes.length;
    return { promise, entry };
  }

  async #run(topic: string, lane: Lane): Promise<void> {
    if (lane.isBusy) return;
    lane.isBusy = true;
    while (this.#store !== undefined) {
      const batch = nextBatch(lane);
      if (batch.length === 0) break;
      const store = this.#store;
      const outcomes = await tried(store, topic, batch);
      if (this.#settle(lane, batch, outcomes) === 0 && this.#store === store) return this.#retryLater(topic, lane);
    }
    lane.isBusy = false;
    if (lane.entries.length === 0 && this.#lanes.get(topic) === lane) this.#lanes.delete(topic);
  }

  /** @returns how many of the batch need not be tried again. */
  #settle(lane: Lane, batch: readonly Entry[], outcomes: readonly StoreOutcome[]): number {
    const lastStored = outcomes.findLastIndex((outcome) => typeof outcome === "number");
    const again: Entry[] = [];
    for (const [index, entry] of batch.entries()) {
      const outcome = outcomes[index];
      if (outcome !== undefined) entry.settle(outcome);
      else if (index > lastStored) again.push(entry);
      // Stored now, it would come after what was published after it.
      else entry.settle(new Error("not stored: the broker left it out, and has stored what came after it"));
    }
    lane.entries = [...again, ...lane.entries.slice(batch.length)];
    return batch.length - again.length;
  }

  #retryLater(topic: string, lane: Lane): void {
    const cancel = this.#parts.clock.setTimer(() => {
      this.#retries.delete(cancel);
      lane.isBusy = false;
      this.#run(topic, lane);
    }, RETRY_MS);
    this.#retries.add(cancel);
  }

  /** One timer for all: the oldest expires first. It stays when nothing waits any more, and is cancelled at the end. */
  #watchExpiry(): void {
    if (this.#cancelExpiry !== undefined) return;
    const [oldest] = this.#entries;
    if (oldest === undefined) return;
    const { clock, limits } = this.#parts;
    this.#cancelExpiry = clock.setTimer(() => {
      this.#cancelExpiry = undefined;
      for (const entry of [...this.#entries]) {
        if (entry.expiresAt > clock.now()) break;
        entry.settle(new Error(`nobody knows whether it is stored: no word from the broker in ${limits.timeoutMs} ms`));
      }
      this.#watchExpiry();
    }, Math.max(0, oldest.expiresAt - clock.now()));
  }
}

/** What is not settled of the first ones with one rule. What was given up leaves the lane here. */
function nextBatch(lane: Lane): readonly Entry[] {
  lane.entries = lane.entries.filter(({ isSettled }) => !isSettled);
  const rule = lane.entries[0]?.rule;
  let byteCount = 0;
  let count = 0;
  for (const entry of lane.entries) {
    if (count >= MAX_BATCH || byteCount >= MAX_BATCH_BYTES) break;
    if (entry.rule.limit !== rule?.limit || entry.rule.ttlMs !== rule.ttlMs) break;
    byteCount += entry.bytes.length;
    count++;
  }
  return lane.entries.slice(0, count);
}

async function tried(store: Store, topic: string, batch: readonly Entry[]): Promise<readonly StoreOutcome[]> {
  try {
    return await store(topic, batch[0]!.rule, batch);
  } catch {
    // Nobody knows of any of them: they are stored again, under the same ids.
    return [];
  }
}
