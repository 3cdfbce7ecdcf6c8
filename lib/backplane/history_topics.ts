/**
 * The topics that one transaction touches: read once, written once.
 *
 * @module
 */
import type { DatabaseSync, StatementSync } from "node:sqlite";
import { numberOf } from "./history_schema.ts";

/** A topic. */
export interface TopicRow {
  readonly id: number;
  /** Highest offset that was dropped: who is behind it has missed something. */
  floor: number;
  /** Number of publications. */
  kept: number;
}

interface Known {
  readonly row: TopicRow;
  /** As it is in the file; undefined: not yet. */
  stored: { readonly floor: number; readonly kept: number } | undefined;
}

/** All topics. What was asked of it is forgotten when it is told to save, to forget or to revert. */
export class HistoryTopics {
  /** Topics of which nothing is kept. */
  emptyCount: number;
  readonly #db: DatabaseSync;
  readonly #byName: StatementSync;
  readonly #byId: StatementSync;
  readonly #insert: StatementSync;
  readonly #update: StatementSync;
  readonly #names = new Map<string, Known | undefined>();
  readonly #ids = new Map<number, Known>();

  constructor(db: DatabaseSync) {
    this.#db = db;
    this.#byName = db.prepare("SELECT id, floor, kept FROM topics WHERE name = ?");
    this.#byId = db.prepare("SELECT id, floor, kept FROM topics WHERE id = ?");
    this.#insert = db.prepare("INSERT INTO topics (name, floor, kept) VALUES (?, ?, 0) RETURNING id");
    this.#update = db.prepare("UPDATE topics SET floor = ?, kept = ? WHERE id = ?");
    this.emptyCount = this.#countEmpty();
  }

  /** A topic, if it has a row. */
  find(topic: string): TopicRow | undefined {
    const name = storedName(topic);
    if (this.#names.has(name)) return this.#names.get(name)?.row;
    const known = this.#known(this.#byName.get(name) as TopicRow | undefined);
    this.#names.set(name, known);
    return known?.row;
  }

  /** A topic, which gets a row where it has none. */
  take(topic: string, floor: number): TopicRow {
    const found = this.find(topic);
    if (found !== undefined) return found;
    const name = storedName(topic);
    const { id } = this.#insert.get(name, floor) as { id: number };
    const known: Known = { row: { id, floor, kept: 0 }, stored: undefined };
    this.#names.set(name, known);
    this.#ids.set(id, known);
    return known.row;
  }

  /** The topic of a publication. */
  of(id: number): TopicRow {
    return (this.#ids.get(id) ?? this.#known(this.#byId.get(id) as unknown as TopicRow)).row;
  }

  /** Into the file. */
  save(): void {
    for (const { row: { id, floor, kept }, stored } of this.#ids.values()) {
      if (stored?.floor === floor && stored.kept === kept) continue;
      this.#update.run(floor, kept, id);
      this.emptyCount += Number(kept === 0) - Number(stored?.kept === 0);
    }
    this.forget();
  }

  /** What was asked of it, when nothing has changed. */
  forget(): void {
    this.#names.clear();
    this.#ids.clear();
  }

  /** A transaction has come to nothing. */
  revert(): void {
    this.forget();
    this.emptyCount = this.#countEmpty();
  }

  /**
   * Takes the rows of empty topics away, those whose last publication is the oldest first.
   *
   * @returns the highest of their floors.
   */
  fold(count: number): number {
    const rows = this.#db.prepare("SELECT id, floor, kept FROM topics WHERE kept = 0 ORDER BY floor LIMIT ?")
      .all(count) as unknown as readonly TopicRow[];
    const remove = this.#db.prepare("DELETE FROM topics WHERE id = ?");
    for (const { id } of rows) remove.run(id);
    this.emptyCount -= rows.length;
    return rows.at(-1)?.floor ?? 0;
  }

  #known(row: TopicRow): Known;
  #known(row: TopicRow | undefined): Known | undefined;
  #known(row: TopicRow | undefined): Known | undefined {
    if (row === undefined) return undefined;
    let known = this.#ids.get(row.id);
    if (known === undefined) this.#ids.set(row.id, known = { row: { ...row }, stored: row });
    return known;
  }

  #countEmpty(): number {
    return numberOf(this.#db, "SELECT count(*) FROM topics WHERE kept = 0");
  }
}

/** Begins a name that SQLite would not give back as it got it. No topic begins so: {@linkcode checkTopic} sees to it. */
const ESCAPE = "\u0001";

/** Half a surrogate pair would become U+FFFD, and two topics one; a NUL would end the name. */
function storedName(topic: string): string {
  if (topic.isWellFormed() && !topic.includes("\0") && !topic.startsWith(ESCAPE)) return topic;
  return ESCAPE + JSON.stringify(topic);
}
