/**
 * The one row that says where the histories are: which offset was the last, and which positions mean something.
 *
 * @module
 */
import type { DatabaseSync, StatementSync } from "node:sqlite";
import type { Position } from "../subprotocol/mod.ts";

/** So many offsets are reserved at once: once in so many publications it is waited for the disk. */
const RESERVED_AT_ONCE = 2 ** 20;

/** Of so many ends that were no good ones it is remembered which offsets they may have cost. */
const MAX_GAPS = 64;

/** Two times at which the machine started are one when they are not further apart: the clock is set now and then. */
const BOOT_TOLERANCE_MS = 5_000;

/** How the server before this one had ended. */
export type FormerEnd =
  /** In good order, or there was none. */
  | "closed"
  /** It was killed: the system has written what it had been given. */
  | "killed"
  /** The machine has started anew since: the last moments may be missing. */
  | "cut-off";

/** Offsets that were perhaps given out, and are not here. */
interface Gap {
  readonly after: number;
  readonly until: number;
}

interface StateRow {
  readonly epoch: string;
  readonly last_offset: number;
  readonly reserved: number;
  readonly floor: number;
  readonly bytes: number;
  readonly booted_at: number | null;
}

/** The state, in memory as in the file. */
export class HistoryState {
  readonly epoch: string;
  /** Of the last publication. */
  lastOffset: number;
  /** The floor of every topic that has no row. */
  floor: number;
  /** Of all publications. */
  bytes: number;
  readonly #db: DatabaseSync;
  readonly #save: StatementSync;
  #reserved: number;
  #gaps: readonly Gap[];

  /** @param db has the tables. */
  constructor(db: DatabaseSync) {
    this.#db = db;
    this.#save = db.prepare("UPDATE state SET last_offset = ?, floor = ?, bytes = ?");
    const row = this.#read();
    this.epoch = row.epoch;
    this.lastOffset = row.last_offset;
    this.floor = row.floor;
    this.bytes = row.bytes;
    this.#reserved = row.reserved;
    this.#gaps = this.#readGaps();
  }

  /** Whether the server before this one had not closed the file. */
  get isUnclean(): boolean {
    return this.#reserved !== this.lastOffset;
  }

  /**
   * A server has the file now. What it answers from here on is told from all that was ever answered before, also from
   * what the file does not know of.
   *
   * @param bootedAt when the machine started, in milliseconds since 1970; undefined where that is not known.
   * @param atLeast the offsets begin behind this one.
   */
  begin(bootedAt: number | undefined, atLeast: number): FormerEnd {
    const former = this.#formerEnd(bootedAt);
    this.#inOneStep(() => {
      if (former !== "closed") {
        // Who was told an offset that is lost may not go on from there; after a power cut nobody may go on, for
        // nobody knows what else there was.
        this.#addGap({ after: former === "killed" ? this.lastOffset : -1, until: this.#reserved });
        // No position that is answered from here on lies in the gap.
        this.lastOffset = this.#reserved + 1;
      }
      this.lastOffset = Math.max(this.lastOffset, atLeast);
      this.save();
      this.#reserve(this.lastOffset + RESERVED_AT_ONCE);
      this.#db.prepare("UPDATE state SET booted_at = ?").run(bootedAt === undefined ? null : Math.round(bootedAt));
    });
    return former;
  }

  /** Makes sure that so many offsets can be given out. Not within a transaction. */
  ensure(count: number): void {
    if (this.lastOffset + count <= this.#reserved) return;
    this.#inOneStep(() => this.#reserve(this.lastOffset + count + RESERVED_AT_ONCE));
  }

  /** Nothing is given out any more. */
  end(): void {
    this.#inOneStep(() => {
      this.save();
      this.#reserve(this.lastOffset);
    });
  }

  /** Whether the position is one of this file, and nothing after it was lost with the end of a server. */
  knows({ epoch, offset }: Position): boolean {
    return epoch === this.epoch && offset <= this.lastOffset &&
      !this.#gaps.some(({ after, until }) => offset > after && offset <= until);
  }

  /** Into the file. */
  save(): void {
    this.#save.run(this.lastOffset, this.floor, this.bytes);
  }

  /** A transaction has come to nothing. The offsets that it had are not given out again. */
  revert(): void {
    const { floor, bytes } = this.#read();
    this.floor = floor;
    this.bytes = bytes;
  }

  #formerEnd(bootedAt: number | undefined): FormerEnd {
    if (!this.isUnclean) return "closed";
    const before = this.#read().booted_at;
    if (bootedAt === undefined || before === null) return "killed";
    return Math.abs(bootedAt - before) <= BOOT_TOLERANCE_MS ? "killed" : "cut-off";
  }

  /** On the disk when it returns: else a power cut could make the file forget what it must not. */
  #inOneStep(change: () => void): void {
    const reserved = this.#reserved;
    this.#db.exec("PRAGMA synchronous = FULL; BEGIN IMMEDIATE");
    try {
      change();
      this.#db.exec("COMMIT");
    } catch (error) {
      this.#reserved = reserved;
      if (this.#db.isTransaction) this.#db.exec("ROLLBACK");
      throw error;
    } finally {
      if (!this.#db.isTransaction) this.#db.exec("PRAGMA synchronous = NORMAL");
    }
  }

  #reserve(until: number): void {
    this.#db.prepare("UPDATE state SET reserved = ?").run(until);
    this.#reserved = until;
  }

  #addGap(gap: Gap): void {
    // A gap that reaches back to the beginning takes in all others.
    const gaps = [...this.#gaps.filter(({ after }) => after < gap.after), gap];
    if (gaps.length > MAX_GAPS) gaps.splice(0, 2, { after: gaps[0]!.after, until: gaps[1]!.until });
    this.#db.exec("DELETE FROM gaps");
    const insert = this.#db.prepare("INSERT INTO gaps VALUES (?, ?)");
    for (const { after, until } of gaps) insert.run(after, until);
    this.#gaps = gaps;
  }

  #read(): StateRow {
    const row = this.#db.prepare("SELECT * FROM state").get();
    if (row === undefined) throw new Error("database disk image is malformed: it has no state");
    return row as unknown as StateRow;
  }

  #readGaps(): readonly Gap[] {
    return this.#db.prepare("SELECT after, until FROM gaps ORDER BY after").all() as unknown as readonly Gap[];
  }
}
