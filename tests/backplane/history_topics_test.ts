/** Topics are found by name and by number, and written once. @module */
import { assertEquals, assertNotEquals } from "@std/assert";
import { DatabaseSync } from "node:sqlite";
import { prepareTables } from "../../lib/backplane/history_schema.ts";
import { HistoryTopics } from "../../lib/backplane/history_topics.ts";

function database(): DatabaseSync {
  const db = new DatabaseSync(":memory:");
  prepareTables(db, "history.db", "e");
  return db;
}

Deno.test("HistoryTopics keeps what was changed when it is told to save", () => {
  using db = database();
  const topics = new HistoryTopics(db);
  const row = topics.take("a", 7);
  assertEquals(row, { id: row.id, floor: 7, kept: 0 });
  row.kept = 2;
  assertEquals(topics.of(row.id), row);
  topics.save();
  assertEquals(topics.find("a"), { ...row, kept: 2 });
  assertEquals(new HistoryTopics(db).find("a"), { ...row, kept: 2 });
  assertEquals(topics.find("b"), undefined);
});

Deno.test("HistoryTopics gives one row for one topic, whoever asks first", () => {
  using db = database();
  const topics = new HistoryTopics(db);
  const { id } = topics.take("a", 0);
  topics.save();
  topics.of(id).floor = 5;
  assertEquals(topics.find("a")?.floor, 5);
  assertEquals(topics.take("a", 0).floor, 5);
});

Deno.test("HistoryTopics forgets what was changed when the transaction has come to nothing", () => {
  using db = database();
  const topics = new HistoryTopics(db);
  topics.take("a", 0).kept = 1;
  topics.save();
  db.exec("BEGIN");
  topics.take("a", 0).kept = 0;
  topics.take("b", 0);
  topics.save();
  db.exec("ROLLBACK");
  topics.revert();
  assertEquals([topics.find("a")?.kept, topics.find("b"), topics.emptyCount], [1, undefined, 0]);
});

Deno.test("HistoryTopics knows topics apart that SQLite would take for one", () => {
  using db = database();
  const topics = new HistoryTopics(db);
  const names = ["a", "a\0", "a\0b", "\ud800", "\udbff", "\ufffd", "\u0001", '\u0001"\\ud800"', "ü", "u\u0308"];
  const ids = names.map((name) => topics.take(name, 0).id);
  topics.save();
  assertEquals(new Set(ids).size, names.length);
  assertEquals(names.map((name) => topics.find(name)?.id), ids);
});

Deno.test("HistoryTopics folds the rows of empty topics, those that were empty first, and says below what they lie", () => {
  using db = database();
  const topics = new HistoryTopics(db);
  for (const [name, floor, kept] of [["a", 3, 0], ["b", 9, 0], ["c", 5, 0], ["d", 1, 1]] as const) {
    topics.take(name, floor).kept = kept;
  }
  topics.save();
  assertEquals(topics.emptyCount, 3);
  assertEquals(topics.fold(2), 5);
  assertEquals(topics.emptyCount, 1);
  assertEquals(["a", "b", "c", "d"].map((name) => topics.find(name)?.floor), [undefined, 9, undefined, 1]);
  assertNotEquals(topics.take("a", 5).id, topics.find("b")?.id);
});

Deno.test("HistoryTopics counts a topic that is empty no more, and one that is empty again", () => {
  using db = database();
  const topics = new HistoryTopics(db);
  topics.take("a", 0);
  topics.save();
  assertEquals(topics.emptyCount, 1);
  topics.take("a", 0).kept = 1;
  topics.save();
  assertEquals(topics.emptyCount, 0);
  assertEquals(new HistoryTopics(db).emptyCount, 0);
});
