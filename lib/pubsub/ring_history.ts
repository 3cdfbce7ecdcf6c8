/**
 * Histories in memory: bounded by each topic's rule, and by the bytes of all together.
 *
 * @module
 */
import { Fifo } from "../frame/mod.ts";
import type { Position, SubscribeOptions } from "../subprotocol/mod.ts";
import type { Envelope, HistoryRule, Replay, StoredEnvelope } from "./backplane.ts";
import { bytesOf, type HistoryStore } from "./history_store.ts";
import { Shelf, type Shelved } from "./shelf.ts";

/** Of so many topics it is remembered what was dropped, when nothing of them is left. */
export const MAX_FLOORS = 100_000;

/** What the histories of a node are bounded by. */
export interface RingHistoryOptions {
  /** Beyond so many bytes of all topics the oldest publications are dropped. */
  readonly maxBytes: number;
  /** Of so many topics of which nothing is left it is remembered what was dropped. Default: {@linkcode MAX_FLOORS}. */
  readonly maxFloors?: number;
  /** Milliseconds of a monotonic clock. */
  now(): number;
  /** Names the offsets of this store: those of another mean nothing here. */
  readonly epoch: string;
}

interface Entry extends StoredEnvelope, Shelved {
  readonly topic: TopicHistory;
  readonly shelf: Shelf<Entry>;
  readonly bytes: number;
}

interface TopicHistory {
  readonly name: string;
  /** In order; the first is the oldest. */
  readonly entries: Fifo<Entry>;
  /** Highest offset that was dropped: who is behind it has missed something. */
  floor: number;
}

/**
 * Offsets are counted over all topics, so that what was dropped of a topic whose memory is gone is known to lie below
 * one number.
 */
export class RingHistory implements HistoryStore {
  readonly #options: RingHistoryOptions;
  readonly #maxFloors: number;
  readonly #topics = new Map<string, TopicHistory>();
  /** Floors of topics of which nothing is kept. */
  readonly #emptied = new Map<string, number>();
  /** What each rule keeps. There are few rules. */
  readonly #shelves = new Map<string, Shelf<Entry>>();
  #lastOffset = 0;
  #bytes = 0;
  /** The floor of every topic that is not known. */
  #forgottenFloor = 0;

  constructor(options: RingHistoryOptions) {
    this.#options = options;
    this.#maxFloors = options.maxFloors ?? MAX_FLOORS;
  }

  /** Bytes of what is kept. */
  get heldBytes(): number {
    return this.#bytes;
  }

  append(topic: string, rule: HistoryRule, { payload, from }: Envelope): number {
    const now = this.#options.now();
    this.#expire(now);
    const history = this.#historyOf(topic);
    const shelf = this.#shelfOf(rule);
    const offset = ++this.#lastOffset;
    const bytes = bytesOf({ payload, from });
    const entry = {
      payload,
      from,
      offset,
      topic: history,
      shelf,
      storedAt: now,
      bytes,
      older: undefined,
      newer: undefined,
    };
    history.entries.push(entry);
    shelf.add(entry);
    this.#bytes += bytes;
    while (history.entries.length > rule.limit) this.#dropFirst(history);
    while (this.#bytes > this.#options.maxBytes && this.#dropOldest());
    return offset;
  }

  read(topic: string, rule: HistoryRule, { since, last = 0 }: SubscribeOptions): Replay {
    const now = this.#options.now();
    this.#expire(now);
    const history = this.#topics.get(topic);
    if (history !== undefined) this.#trim(history, rule, now);
    const floor = history?.floor ?? this.#emptied.get(topic) ?? this.#forgottenFloor;
    const isRecovered = since !== undefined && this.#knows(since) && since.offset >= floor;
    const entries = history === undefined || (!isRecovered && last === 0) ? [] : history.entries.toArray();
    const wanted = isRecovered ? entries.filter(({ offset }) => offset > since.offset) : lastOf(entries, last);
    return {
      isRecovered,
      envelopes: wanted.map(storedEnvelopeOf),
      position: { epoch: this.#options.epoch, offset: this.#lastOffset },
    };
  }

  close(): void {
    this.#topics.clear();
    this.#emptied.clear();
    this.#shelves.clear();
    this.#bytes = 0;
    this.#forgottenFloor = this.#lastOffset;
  }

  #knows({ epoch, offset }: Position): boolean {
    return epoch === this.#options.epoch && offset <= this.#lastOffset;
  }

  #historyOf(name: string): TopicHistory {
    let history = this.#topics.get(name);
    if (history !== undefined) return history;
    history = { name, entries: new Fifo(), floor: this.#emptied.get(name) ?? this.#forgottenFloor };
    this.#emptied.delete(name);
    this.#topics.set(name, history);
    return history;
  }

  #shelfOf(rule: HistoryRule): Shelf<Entry> {
    const key = `${rule.limit} ${rule.ttlMs}`;
    let shelf = this.#shelves.get(key);
    if (shelf === undefined) this.#shelves.set(key, shelf = new Shelf(key, rule.ttlMs));
    return shelf;
  }

  #expire(now: number): void {
    for (const shelf of this.#shelves.values()) {
      const until = now - shelf.ttlMs;
      for (let entry = shelf.oldest; entry !== undefined && entry.storedAt <= until; entry = shelf.oldest) {
        this.#dropUpTo(entry);
      }
    }
  }

  /** What another rule has kept may be more than this one keeps. */
  #trim(history: TopicHistory, { limit, ttlMs }: HistoryRule, now: number): void {
    const { entries } = history;
    while (entries.length > limit || (entries.first !== undefined && entries.first.storedAt <= now - ttlMs)) {
      this.#dropFirst(history);
    }
  }

  /** @returns false when there is nothing to drop. */
  #dropOldest(): boolean {
    let oldest: Entry | undefined;
    for (const { oldest: entry } of this.#shelves.values()) {
      if (entry !== undefined && !(oldest !== undefined && oldest.offset < entry.offset)) oldest = entry;
    }
    if (oldest !== undefined) this.#dropUpTo(oldest);
    return oldest !== undefined;
  }

  /** What is older goes first, though another rule had kept it for longer: a history has no holes. */
  #dropUpTo({ topic, offset }: Entry): void {
    while (topic.floor < offset) this.#dropFirst(topic);
  }

  #dropFirst(topic: TopicHistory): void {
    const entry = topic.entries.shift()!;
    const { shelf } = entry;
    shelf.remove(entry);
    if (shelf.oldest === undefined) this.#shelves.delete(shelf.key);
    topic.floor = entry.offset;
    this.#bytes -= entry.bytes;
    if (topic.entries.length > 0) return;
    this.#topics.delete(topic.name);
    this.#emptied.set(topic.name, topic.floor);
    if (this.#emptied.size > this.#maxFloors) this.#forgetFloors();
  }

  /** Half of them at once: to look for one is not cheap. They are in the order in which the topics were emptied. */
  #forgetFloors(): void {
    let left = Math.ceil(this.#emptied.size / 2);
    for (const [name, floor] of this.#emptied) {
      if (left-- === 0) return;
      this.#emptied.delete(name);
      this.#forgottenFloor = Math.max(this.#forgottenFloor, floor);
    }
  }
}

/** An entry leads to all others that are kept: what leaves here, maybe for another process, must not. */
function storedEnvelopeOf({ payload, from, offset }: Entry): StoredEnvelope {
  return { payload, from, offset };
}

function lastOf<Value>(values: readonly Value[], count: number): readonly Value[] {
  return count === 0 ? [] : values.slice(-count);
}
