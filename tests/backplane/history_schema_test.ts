/** A file that is not ours, or not of our time, is left alone. @module */
import { assertEquals, assertThrows } from "@std/assert";
import { DatabaseSync } from "node:sqlite";
import { HistoryError } from "../../lib/backplane/history_error.ts";
import { HISTORY_FORMAT, numberOf, prepareTables } from "../../lib/backplane/history_schema.ts";

function withFile(test: (path: string, open: () => DatabaseSync) => void): void {
  const folder = Deno.makeTempDirSync({ prefix: "sockeye-schema-" });
  const opened: DatabaseSync[] = [];
  try {
    test(`${folder}/history.db`, () => {
      const db = new DatabaseSync(`${folder}/history.db`);
      opened.push(db);
      return db;
    });
  } finally {
    for (const db of opened) db.close();
    Deno.removeSync(folder, { recursive: true });
  }
}

Deno.test("prepareTables makes the tables once, and keeps what is in them", () => {
  withFile((path, open) => {
    prepareTables(open(), path, "first");
    const db = open();
    prepareTables(db, path, "second");
    assertEquals(db.prepare("SELECT epoch FROM state").all().map(({ epoch }) => epoch), ["first"]);
  });
});

Deno.test("prepareTables has a log that is written ahead, and a file that can shrink", () => {
  withFile((path, open) => {
    const db = open();
    prepareTables(db, path, "e");
    assertEquals(db.prepare("PRAGMA journal_mode").get()?.journal_mode, "wal");
    // 2: incremental.
    assertEquals(numberOf(db, "PRAGMA auto_vacuum"), 2);
  });
});

Deno.test("prepareTables refuses a file of a newer format, names both, and says what to do", () => {
  withFile((path, open) => {
    const db = open();
    prepareTables(db, path, "e");
    db.exec(`PRAGMA user_version = ${HISTORY_FORMAT + 1}`);
    assertThrows(
      () => prepareTables(open(), path, "e"),
      HistoryError,
      `${path} has the format ${HISTORY_FORMAT + 1}, and this server reads ${HISTORY_FORMAT}: start the newer server`,
    );
  });
});

Deno.test("prepareTables refuses the database of another program, and changes nothing in it", () => {
  withFile((path, open) => {
    const db = open();
    db.exec("CREATE TABLE mine (a)");
    assertThrows(() => prepareTables(open(), path, "e"), HistoryError, `${path} is a database of another program`);
    assertEquals(db.prepare("PRAGMA journal_mode").get()?.journal_mode, "delete");
    assertEquals(numberOf(db, "SELECT count(*) FROM sqlite_schema"), 1);
  });
});
