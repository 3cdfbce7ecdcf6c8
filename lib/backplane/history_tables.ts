/**
 * Histories in a database: what is asked is answered in order, all questions of one batch in one transaction.
 *
 * @module
 */
import { Buffer } from "node:buffer";
import type { DatabaseSync, StatementSync } from "node:sqlite";
import type { Replay, StoredEnvelope } from "../pubsub/mod.ts";
import type { SubscribeOptions } from "../subprotocol/mod.ts";
import { messageOf } from "../route/table.ts";
import type { Answer, AppendQuestion, Question, ReadQuestion } from "./history_questions.ts";
import { numberOf } from "./history_schema.ts";
import type { HistoryState } from "./history_state.ts";
import { HistoryTopics, type TopicRow } from "./history_topics.ts";

/** What histories are bounded by. */
export interface HistoryLimits {
  /** Beyond so many bytes of all topics the oldest publications are dropped. */
  readonly maxBytes: number;
  /** Of so many topics it is remembered what was dropped, when nothing of them is left. */
  readonly maxEmptyTopics: number;
  /** A replay that would be larger is none. */
  readonly maxReplayBytes: number;
}

/** What a publication takes up beside its payload: its row, and its places in the indexes. */
const ROW_BYTES = 128;

/** Most publications that one transaction drops beyond as much as it adds: others wait for it. */
const MAX_DROPPED_AT_ONCE = 500;

/** So many pages that are not in use are kept for what comes next. */
const SPARE_PAGES = 1_024;

/** Pages that one sweep gives back to the system. */
const PAGES_AT_ONCE = 128;

/** How often it is looked at least and at most whether there is something to be cleared away. */
const SWEEP_EVERY_MS = { least: 60_000, most: 1_000 };

interface PublicationRow {
  readonly offset: number;
  readonly topic: number;
  readonly bytes: number;
}

interface PayloadRow {
  readonly offset: number;
  readonly sender: string;
  readonly is_encoded: number;
  readonly payload: string | Uint8Array<ArrayBuffer>;
}

/** The tables of one file. Who has them is the only one. */
export class HistoryTables {
  readonly #db: DatabaseSync;
  readonly #state: HistoryState;
  readonly #topics: HistoryTopics;
  readonly #limits: HistoryLimits;
  readonly #insert: StatementSync;
  readonly #delete: StatementSync;
  readonly #oldestOfTopic: StatementSync;
  readonly #oldest: StatementSync;
  readonly #expired: StatementSync;
  readonly #nextEnd: StatementSync;
  readonly #after: StatementSync;
  readonly #latest: StatementSync;
  readonly #payloads: StatementSync;

  constructor(db: DatabaseSync, state: HistoryState, limits: HistoryLimits) {
    this.#db = db;
    this.#state = state;
    this.#limits = limits;
    this.#topics = new HistoryTopics(db);
    const row = "SELECT offset, topic, bytes FROM publications";
    this.#insert = db.prepare("INSERT INTO publications VALUES (?, ?, ?, ?, ?, ?, ?)");
    this.#delete = db.prepare("DELETE FROM publications WHERE offset = ?");
    this.#oldestOfTopic = db.prepare(`${row} WHERE topic = ? ORDER BY offset LIMIT ?`);
    this.#oldest = db.prepare(`${row} ORDER BY offset LIMIT ?`);
    this.#expired = db.prepare(`${row} WHERE expires_at <= ? ORDER BY expires_at LIMIT ?`);
    this.#nextEnd = db.prepare("SELECT min(expires_at) AS next FROM publications");
    this.#after = db.prepare(
      "SELECT sum(bytes) AS bytes, min(expires_at) AS next FROM publications WHERE topic = ? AND offset > ?",
    );
    this.#latest = db.prepare(
      "SELECT offset, bytes FROM publications WHERE topic = ? AND expires_at > ? ORDER BY offset DESC LIMIT ?",
    );
    this.#payloads = db.prepare(
      "SELECT offset, sender, is_encoded, payload FROM publications " +
        "WHERE topic = ? AND offset > ? AND expires_at > ? ORDER BY offset",
    );
  }

  /**
   * Answers questions. When something could not be stored, nothing was, and the answers say why.
   *
   * @param now milliseconds since 1970.
   * @returns an answer to each of them, or to the first few, when those are large.
   * @throws {Error} that SQLite throws for a file that is damaged, and for reads that cannot be done.
   */
  answer(questions: readonly Question[], now: number): readonly Answer[] {
    const appends = questions.filter(({ kind }) => kind === "append").length;
    if (appends === 0 && !questions.some(({ kind }) => kind === "sweep")) return this.#answerEach(questions, now);
    try {
      this.#state.ensure(appends);
      this.#db.exec("BEGIN IMMEDIATE");
      this.#dropExpired(now, MAX_DROPPED_AT_ONCE + appends);
      const before = this.#state.bytes;
      const answers = this.#answerEach(questions, now);
      this.#dropBeyondLimits(before);
      this.#save();
      this.#db.exec("COMMIT");
      return answers;
    } catch (error) {
      this.#revert();
      throw error;
    }
  }

  /** Answers reads as {@linkcode answer} does, and everything else with this failure. */
  answerReads(questions: readonly Question[], now: number, failure: string): readonly Answer[] {
    return this.#answerEach(questions, now, failure);
  }

  #answerEach(questions: readonly Question[], now: number, failure?: string): readonly Answer[] {
    const answers: Answer[] = [];
    let bytes = 0;
    for (const question of questions) {
      if (question.kind === "read") {
        const replay = this.#readOr(failure, question, now);
        answers.push(replay);
        if (typeof replay !== "string") { for (const { payload } of replay.envelopes) bytes += payload.length; }
        // All that is answered lies in memory until the server has taken it.
        if (bytes > this.#limits.maxReplayBytes) break;
      } else answers.push(failure ?? (question.kind === "append" ? this.#append(question, now) : this.#sweep(now)));
    }
    if (!this.#db.isTransaction) this.#topics.forget();
    return answers;
  }

  #readOr(failure: string | undefined, { topic, request }: ReadQuestion, now: number): Replay | string {
    try {
      return this.#read(topic, request, now);
    } catch (error) {
      if (failure === undefined) throw error;
      return messageOf(error);
    }
  }

  #append({ topic, rule: { limit, ttlMs }, envelope: { payload, from } }: AppendQuestion, now: number): number {
    const row = this.#topics.take(topic, this.#state.floor);
    const offset = ++this.#state.lastOffset;
    const expiresAt = Math.min(Math.ceil(now + ttlMs), Number.MAX_SAFE_INTEGER);
    // SQLite gives text back up to its first NUL.
    const isEncoded = typeof payload === "string" && payload.includes("\0");
    const stored = isEncoded ? Buffer.from(payload) : payload;
    const bytes = ROW_BYTES + Buffer.byteLength(stored);
    this.#insert.run(offset, row.id, expiresAt, bytes, from, Number(isEncoded), stored);
    row.kept++;
    this.#state.bytes += bytes;
    if (row.kept > limit) this.#drop(this.#rows(this.#oldestOfTopic, row.id, row.kept - limit));
    return offset;
  }

  #read(topic: string, { since, last = 0 }: SubscribeOptions, now: number): Replay {
    const row = this.#topics.find(topic);
    const isRecovered = since !== undefined && this.#isAllThere(row, since, now);
    const after = row === undefined ? undefined : isRecovered ? since.offset : this.#beforeLast(row, last, now);
    return {
      isRecovered,
      envelopes: after === undefined || row === undefined ? [] : this.#envelopes(row, after, now),
      position: { epoch: this.#state.epoch, offset: this.#state.lastOffset },
    };
  }

  /** Whether nothing that came after the position was dropped, and what is there is not too much. */
  #isAllThere(row: TopicRow | undefined, since: NonNullable<SubscribeOptions["since"]>, now: number): boolean {
    if (!this.#state.knows(since) || since.offset < (row?.floor ?? this.#state.floor)) return false;
    if (row === undefined) return true;
    const after = this.#after.get(row.id, since.offset) as { bytes: number | null; next: number | null };
    // What has expired counts as dropped, whether it was cleared away already or not.
    return (after.bytes ?? 0) <= this.#limits.maxReplayBytes && !(after.next !== null && after.next <= now);
  }

  /** @returns the offset after which there are so many; fewer, when they are large. */
  #beforeLast({ id }: TopicRow, count: number, now: number): number | undefined {
    let after: number | undefined;
    let bytes = 0;
    for (const row of this.#rows(this.#latest, id, now, Math.min(count, Number.MAX_SAFE_INTEGER))) {
      bytes += row.bytes;
      if (after !== undefined && bytes > this.#limits.maxReplayBytes) break;
      after = row.offset - 1;
    }
    return after;
  }

  #envelopes({ id }: TopicRow, after: number, now: number): readonly StoredEnvelope[] {
    const rows = this.#payloads.all(id, after, now) as unknown as readonly PayloadRow[];
    return rows.map(({ offset, sender, is_encoded, payload }) => ({
      payload: is_encoded === 1 ? Buffer.from(payload as Uint8Array).toString() : payload,
      from: sender,
      offset,
    }));
  }

  /** @returns in how many milliseconds there may be more to be done. */
  #sweep(now: number): number {
    const hasMore = this.#giveBack();
    const { next } = this.#nextEnd.get() as { next: number | null };
    if ((next !== null && next <= now) || this.#state.bytes > this.#limits.maxBytes || hasMore) return 0;
    const { least, most } = SWEEP_EVERY_MS;
    return Math.max(most, Math.min(least, next === null ? least : next - now));
  }

  /** The rest stays where it is until the next time: nobody reads it, and a long transaction would hold up the others. */
  #dropExpired(now: number, count: number): void {
    this.#drop(this.#rows(this.#expired, now, count));
  }

  /** @param before bytes at which it does not grow, however many have to go for that. */
  #dropBeyondLimits(before: number): void {
    const { maxBytes } = this.#limits;
    const isDue = (dropped: number): boolean =>
      this.#state.bytes > maxBytes && (dropped < MAX_DROPPED_AT_ONCE || this.#state.bytes > before);
    for (let dropped = 0; isDue(dropped);) {
      const oldest: PublicationRow[] = [];
      let bytes = this.#state.bytes;
      for (const row of this.#rows(this.#oldest, 100)) {
        if (bytes <= maxBytes) break;
        bytes -= row.bytes;
        oldest.push(row);
      }
      if (oldest.length === 0) break;
      this.#drop(oldest);
      dropped += oldest.length;
    }
  }

  #drop(rows: readonly PublicationRow[]): void {
    for (const { offset, topic, bytes } of rows) {
      this.#delete.run(offset);
      const row = this.#topics.of(topic);
      row.floor = Math.max(row.floor, offset);
      row.kept--;
      this.#state.bytes -= bytes;
    }
  }

  #save(): void {
    this.#topics.save();
    const surplus = this.#topics.emptyCount - this.#limits.maxEmptyTopics;
    if (surplus > 0) this.#state.floor = Math.max(this.#state.floor, this.#topics.fold(surplus));
    this.#state.save();
  }

  #revert(): void {
    // SQLite has ended the transaction by itself after some errors.
    if (this.#db.isTransaction) this.#db.exec("ROLLBACK");
    this.#topics.revert();
    this.#state.revert();
  }

  /**
   * Gives some of the pages that are not in use any more back to the system.
   *
   * @returns whether there are more.
   */
  #giveBack(): boolean {
    const pages = Math.min(this.#spare(), PAGES_AT_ONCE);
    if (pages <= 0) return false;
    // It goes on with each step; `exec` takes one only.
    this.#db.prepare(`PRAGMA incremental_vacuum(${pages})`).all();
    return pages === PAGES_AT_ONCE;
  }

  /** Pages beyond what is kept for later: the file may hold a quarter of air. */
  #spare(): number {
    const free = numberOf(this.#db, "PRAGMA freelist_count");
    return free - Math.max(SPARE_PAGES, Math.floor(numberOf(this.#db, "PRAGMA page_count") / 4));
  }

  #rows(statement: StatementSync, ...values: readonly number[]): readonly PublicationRow[] {
    return statement.all(...values) as unknown as readonly PublicationRow[];
  }
}
