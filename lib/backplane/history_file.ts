/**
 * The file that histories are in: one server has it at a time, and a damaged one is set aside.
 *
 * @module
 */
import { DatabaseSync } from "node:sqlite";
import { messageOf } from "../route/table.ts";
import { HistoryError, isCorruption } from "./history_error.ts";
import { prepareTables } from "./history_schema.ts";
import { HistoryState } from "./history_state.ts";
import { type HistoryLimits, HistoryTables } from "./history_tables.ts";

/** Where histories are kept, and how much of them. */
export interface HistoryOrder extends HistoryLimits {
  /** The folder, which is made where there is none. */
  readonly folder: string;
  /** When the machine started, in milliseconds since 1970; undefined where that is not known. */
  readonly bootedAt: number | undefined;
}

/** Name of the file in its folder. */
export const HISTORY_FILE = "history.db";

/** Locked by the server that has the folder open; the system unlocks it when that ends, however it ends. */
const LOCK_FILE = "history.lock";

interface Opened {
  readonly db: DatabaseSync;
  readonly state: HistoryState;
  /** What somebody who runs the server should know. */
  readonly notes: readonly string[];
}

/** An open file. */
export class HistoryFile {
  readonly tables: HistoryTables;
  /** What somebody who runs the server should know of how it was opened. */
  readonly notes: readonly string[];
  readonly #order: HistoryOrder;
  readonly #lock: Deno.FsFile;
  readonly #db: DatabaseSync;
  readonly #state: HistoryState;

  private constructor(order: HistoryOrder, lock: Deno.FsFile, { db, state, notes }: Opened) {
    this.#order = order;
    this.#lock = lock;
    this.#db = db;
    this.#state = state;
    this.notes = notes;
    this.tables = new HistoryTables(db, state, order);
  }

  /**
   * Opens the file, which is made where there is none.
   *
   * @param now milliseconds since 1970.
   * @throws {HistoryError} also when another process has it open.
   */
  static open(order: HistoryOrder, now: number): HistoryFile {
    const { folder } = order;
    let lock: Deno.FsFile | undefined;
    try {
      Deno.mkdirSync(folder, { recursive: true, mode: 0o700 });
      lock = Deno.openSync(`${folder}/${LOCK_FILE}`, { create: true, write: true });
      if (!lock.tryLockSync(true)) {
        throw new HistoryError(
          `another server keeps its histories in ${folder} (--data-dir): give each its own folder`,
        );
      }
      return new HistoryFile(order, lock, openOrSetAside(order, now));
    } catch (error) {
      lock?.close();
      throw problemOf(folder, error);
    }
  }

  /** Names what it answers. */
  get epoch(): string {
    return this.#state.epoch;
  }

  /**
   * Sets the file aside, for it is damaged, and begins anew; offsets go on growing. This one is over.
   *
   * @throws {HistoryError}
   */
  renew(reason: unknown, now: number): HistoryFile {
    try {
      closeQuietly(this.#db);
      const note = setAside(this.#order.folder, reason, now);
      const opened = openDatabase(this.#order, this.#state.lastOffset);
      return new HistoryFile(this.#order, this.#lock, { ...opened, notes: [note] });
    } catch (error) {
      this.#lock.close();
      throw problemOf(this.#order.folder, error);
    }
  }

  /** Writes everything into the one file, and lets another process open it. */
  close(): void {
    try {
      this.#state.end();
      this.#db.exec("PRAGMA wal_checkpoint(TRUNCATE)");
    } finally {
      closeQuietly(this.#db);
      this.#lock.close();
    }
  }
}

function openOrSetAside(order: HistoryOrder, now: number): Opened {
  try {
    return openDatabase(order, 0);
  } catch (error) {
    if (!isCorruption(error)) throw error;
    const note = setAside(order.folder, error, now);
    return { ...openDatabase(order, 0), notes: [note] };
  }
}

/** @param atLeast the offsets begin behind this one. */
function openDatabase({ folder, bootedAt }: HistoryOrder, atLeast: number): Opened {
  const path = `${folder}/${HISTORY_FILE}`;
  checkBeginning(path);
  const db = new DatabaseSync(path);
  try {
    prepareTables(db, path, crypto.randomUUID());
    const state = new HistoryState(db);
    // Whoever closed it in good order left it whole.
    if (state.isUnclean) check(db);
    const notes = state.begin(bootedAt, atLeast) === "cut-off"
      ? [
        `${path} was not closed before the machine started anew: the last moments may be missing, so no client is told ` +
        "that it has missed nothing",
      ]
      : [];
    return { db, state, notes };
  } catch (error) {
    closeQuietly(db);
    throw error;
  }
}

/** How every SQLite file begins. */
const MAGIC = "SQLite format 3\0";

/** SQLite deletes the log beside a file that does not begin as its files do, and somebody may want it back. */
function checkBeginning(path: string): void {
  const start = new Uint8Array(MAGIC.length);
  try {
    using file = Deno.openSync(path, { read: true });
    // An empty file is as good as none.
    if (file.readSync(start) === null) return;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return;
    throw error;
  }
  if (new TextDecoder().decode(start) !== MAGIC) throw new Error("file is not a database");
}

function check(db: DatabaseSync): void {
  const [found] = Object.values(db.prepare("PRAGMA quick_check(1)").get() ?? {});
  if (found !== "ok") throw new Error(`database disk image is malformed: ${String(found).replaceAll("\n", ", ")}`);
}

/** @returns what to tell of it. */
function setAside(folder: string, reason: unknown, now: number): string {
  const path = `${folder}/${HISTORY_FILE}`;
  const aside = `${path}.corrupt-${new Date(now).toISOString().replaceAll(/[:.]/g, "-")}`;
  Deno.renameSync(path, aside);
  // With its log somebody may get more out of it.
  for (const ending of ["-wal", "-shm"]) {
    try {
      Deno.renameSync(path + ending, aside + ending);
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
    }
  }
  return `${path} is damaged (${messageOf(reason)}): it is kept as ${aside}, and all histories begin anew`;
}

function closeQuietly(db: DatabaseSync): void {
  try {
    db.close();
  } catch {
    // What is in the file is in the file.
  }
}

function problemOf(folder: string, error: unknown): HistoryError {
  if (error instanceof HistoryError) return error;
  return new HistoryError(
    isRefused(error)
      ? `keeping histories in ${folder} (--data-dir) needs --allow-read=${folder} --allow-write=${folder}`
      : `histories cannot be kept in ${folder} (--data-dir): ${
        messageOf(error)
      }; the user that runs the server needs ` +
        `to be able to write to the folder and to ${HISTORY_FILE} in it`,
    { cause: error },
  );
}

/** `node:sqlite` has an error of its own for it, of the same name. */
function isRefused(error: unknown): boolean {
  return error instanceof Error && error.name === "NotCapable";
}
