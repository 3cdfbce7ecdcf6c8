/**
 * The tables of a history file: how they are made, and whether a file has them.
 *
 * @module
 */
import type { DatabaseSync } from "node:sqlite";
import { HistoryError } from "./history_error.ts";

/** Grows when the tables change. */
export const HISTORY_FORMAT = 1;

/** "Sock", in the file's header: what begins otherwise is not ours. */
const APPLICATION_ID = 0x536f636b;

const TABLES = `
  CREATE TABLE state (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    epoch TEXT NOT NULL,
    -- Offset of the last publication.
    last_offset INTEGER NOT NULL,
    -- Offsets up to here may have been given out, whatever else is in the file.
    reserved INTEGER NOT NULL,
    -- Highest offset that was dropped of the topics that have no row.
    floor INTEGER NOT NULL,
    bytes INTEGER NOT NULL,
    -- When the machine had started, in milliseconds since 1970.
    booted_at INTEGER
  ) STRICT;
  -- Offsets above \`after\` and up to \`until\` that were perhaps given out, and are not here.
  CREATE TABLE gaps (after INTEGER PRIMARY KEY, until INTEGER NOT NULL) STRICT;
  CREATE TABLE topics (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    -- Highest offset that was dropped.
    floor INTEGER NOT NULL,
    -- Number of publications.
    kept INTEGER NOT NULL
  ) STRICT;
  CREATE INDEX empty_topics ON topics (floor) WHERE kept = 0;
  CREATE TABLE publications (
    offset INTEGER PRIMARY KEY,
    topic INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    bytes INTEGER NOT NULL,
    sender TEXT NOT NULL,
    -- 1: text, as bytes.
    is_encoded INTEGER NOT NULL,
    payload ANY NOT NULL
  ) STRICT;
  CREATE INDEX publications_by_topic ON publications (topic);
  CREATE INDEX publications_by_end ON publications (expires_at);
`;

/** Most bytes that the write-ahead log takes up when it is not in use. */
const MAX_IDLE_LOG_BYTES = 16 * 1024 * 1024;

/** So long another program may hold the file, such as one that makes a copy of it. */
const BUSY_TIMEOUT_MS = 5_000;

/**
 * Makes the tables in an empty file; looks whether another one has them.
 *
 * @param file its path, for errors.
 * @param epoch of a new file.
 * @throws {HistoryError} for a file of a newer version, or of another program.
 */
export function prepareTables(db: DatabaseSync, file: string, epoch: string): void {
  db.exec(`PRAGMA busy_timeout = ${BUSY_TIMEOUT_MS}`);
  const isNew = numberOf(db, "SELECT count(*) FROM sqlite_schema") === 0;
  if (!isNew) checkFormat(db, file);
  // It can be set only before there is anything in the file.
  else db.exec("PRAGMA auto_vacuum = INCREMENTAL");
  db.exec(`PRAGMA journal_mode = WAL; PRAGMA journal_size_limit = ${MAX_IDLE_LOG_BYTES}; PRAGMA synchronous = FULL`);
  if (isNew) createTables(db, epoch);
}

/** The one number that a query answers. */
export function numberOf(db: DatabaseSync, query: string): number {
  return Number(Object.values(db.prepare(query).get() ?? {})[0]);
}

function checkFormat(db: DatabaseSync, file: string): void {
  if (numberOf(db, "PRAGMA application_id") !== APPLICATION_ID) {
    throw new HistoryError(
      `${file} is a database of another program: move it away, or name another folder (--data-dir)`,
    );
  }
  const format = numberOf(db, "PRAGMA user_version");
  if (format === HISTORY_FORMAT) return;
  throw new HistoryError(
    `${file} has the format ${format}, and this server reads ${HISTORY_FORMAT}: ` +
      "start the newer server, or move the file away, and the histories begin anew",
  );
}

function createTables(db: DatabaseSync, epoch: string): void {
  db.exec("BEGIN IMMEDIATE");
  db.exec(TABLES);
  db.prepare("INSERT INTO state VALUES (1, ?, 0, 0, 0, 0, NULL)").run(epoch);
  db.exec(`PRAGMA application_id = ${APPLICATION_ID}; PRAGMA user_version = ${HISTORY_FORMAT}; COMMIT`);
}
