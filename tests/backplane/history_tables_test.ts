/** What is kept, for how long, and what is said of what is not kept any more. @module */
import { assert, assertEquals, assertFalse, assertGreater, assertLess, assertThrows } from "@std/assert";
import { DatabaseSync } from "node:sqlite";
import { numberOf, prepareTables } from "../../lib/backplane/history_schema.ts";
import { HistoryState } from "../../lib/backplane/history_state.ts";
import { HistoryTables } from "../../lib/backplane/history_tables.ts";
import { HistoryFolder, ORDER, RULE } from "./support/history_folder.ts";

Deno.test("HistoryTables gives back what was stored, text as text and bytes as bytes, with its sender", () => {
  using here = new HistoryFolder();
  const history = here.open();
  const payloads = ["", "text", "ü\0\u{1f600}", "\0", new Uint8Array(0), new Uint8Array([0, 255])];
  const offsets = payloads.map((payload) => history.append("a", payload));
  assertEquals(
    history.read("a").envelopes,
    payloads.map((payload, at) => ({ payload, from: "p", offset: offsets[at]! })),
  );
});

Deno.test("HistoryTables counts one offset over all topics", () => {
  using here = new HistoryFolder();
  const history = here.open();
  assertEquals(["a", "b", "a"].map((topic) => history.append(topic)), [1, 2, 3]);
  assertEquals(history.read("c").position.offset, 3);
});

Deno.test("HistoryTables gives the last so many, in order, and none when none are asked for", () => {
  using here = new HistoryFolder();
  const history = here.open();
  for (const word of ["1", "2", "3"]) history.append("a", word);
  assertEquals([0, 1, 2, 9, Infinity].map((last) => history.payloads("a", last)), [
    [],
    ["3"],
    ["2", "3"],
    ["1", "2", "3"],
    ["1", "2", "3"],
  ]);
  assertEquals(history.read("b").envelopes, []);
});

Deno.test("HistoryTables keeps no more of a topic than its rule says, and knows who has missed something", () => {
  using here = new HistoryFolder();
  const history = here.open();
  const positions = ["1", "2", "3", "4"].map((word) => {
    history.append("a", word, { limit: 2, ttlMs: 1_000 });
    return history.position();
  });
  assertEquals(history.payloads("a"), ["3", "4"]);
  assertEquals(positions.map((since) => history.isRecovered("a", since)), [false, true, true, true]);
  assertEquals(history.read("a", { since: positions[2] }).envelopes.map(({ payload }) => payload), ["4"]);
});

Deno.test("HistoryTables gives nothing that has lived for its time, whether it was cleared away or not", () => {
  using here = new HistoryFolder();
  const history = here.open();
  const start = history.position();
  history.append("a", "1", { limit: 9, ttlMs: 100 });
  history.now += 50;
  const between = history.position();
  history.append("a", "2", { limit: 9, ttlMs: 100 });
  history.now += 49;
  assertEquals([history.payloads("a"), history.isRecovered("a", start)], [["1", "2"], true]);
  history.now += 1;
  assertEquals([history.payloads("a"), history.isRecovered("a", start)], [["2"], false]);
  assert(history.isRecovered("a", between));
  history.sweep();
  assertEquals([history.payloads("a"), history.isRecovered("a", start)], [["2"], false]);
  assert(history.isRecovered("a", between));
});

Deno.test("HistoryTables keeps what lives for ever", () => {
  using here = new HistoryFolder();
  const history = here.open();
  history.append("a", "1", { limit: 9, ttlMs: Infinity });
  history.now += 1e15;
  assertEquals(history.payloads("a"), ["1"]);
});

Deno.test("HistoryTables lowers no floor when publications of one topic live for different times", () => {
  using here = new HistoryFolder();
  const history = here.open();
  history.append("a", "long", { limit: 9, ttlMs: 1_000 });
  const since = history.position();
  history.append("a", "short", { limit: 9, ttlMs: 10 });
  history.now += 10;
  history.sweep();
  assertFalse(history.isRecovered("a", since));
  history.now += 1_000;
  history.sweep();
  assertFalse(history.isRecovered("a", since));
});

Deno.test("HistoryTables drops the oldest publications of all topics beyond its bytes", () => {
  using here = new HistoryFolder();
  // Three of 128 + 100 bytes.
  const history = here.open({ maxBytes: 700 });
  const start = history.position();
  for (const topic of ["a", "b", "b", "c"]) history.append(topic, new Uint8Array(100));
  assertEquals(["a", "b", "c"].map((topic) => history.payloads(topic).length), [0, 2, 1]);
  assertEquals(["a", "b", "c"].map((topic) => history.isRecovered(topic, start)), [false, true, true]);
});

Deno.test("HistoryTables drops in steps when it may keep less than it had, and is done in the end", () => {
  using here = new HistoryFolder();
  const rule = { limit: 5_000, ttlMs: 1_000_000 };
  const first = here.open();
  first.ask(...Array.from({ length: 3_000 }, () => ({
    kind: "append",
    topic: "a",
    rule,
    envelope: { payload: "x", from: "" },
  } as const)));
  first.close();
  const second = here.open({ maxBytes: 1_290, maxReplayBytes: 1_000_000 });
  const counts = [];
  while (second.sweep() === 0) counts.push(second.payloads("a", Infinity).length);
  assertEquals(counts, [2_500, 2_000, 1_500, 1_000, 500, 10]);
});

Deno.test("HistoryTables clears away in steps, says when there is more, and when next", () => {
  using here = new HistoryFolder();
  const history = here.open();
  const rule = { limit: 5_000, ttlMs: 5_000 };
  history.ask(...Array.from({ length: 2_500 }, () => ({
    kind: "append",
    topic: "a",
    rule,
    envelope: { payload: "x", from: "" },
  } as const)));
  assertEquals(history.sweep(), 5_000);
  history.now += 5_000;
  assertEquals(Array.from({ length: 5 }, () => history.sweep()), [0, 0, 0, 0, 60_000]);
});

Deno.test("HistoryTables does not grow beyond its bytes when large publications come where many small ones were", () => {
  using here = new HistoryFolder();
  const rule = { limit: 1_000_000, ttlMs: 1_000_000 };
  const history = here.open({ maxBytes: 129 * 4_000 });
  const small = { kind: "append", topic: "a", rule, envelope: { payload: "x", from: "" } } as const;
  history.ask(...Array.from({ length: 4_000 }, () => small));
  // As much as 2,000 small ones.
  history.append("b", new Uint8Array(129 * 2_000 - 128), rule);
  assertEquals(history.read("a", { last: Infinity }).envelopes.length < 2_001, true);
  const { epoch } = history.position();
  assertFalse(history.isRecovered("a", { epoch, offset: 1_999 }));
  history.append("b", "y", rule);
  assertFalse(history.isRecovered("a", { epoch, offset: 2_000 }));
});

Deno.test("HistoryTables folds topics that are empty into one floor, below which no position is good for an unknown topic", () => {
  using here = new HistoryFolder();
  const history = here.open({ maxEmptyTopics: 2 });
  const short = { limit: 9, ttlMs: 10 };
  const positions = ["a", "b", "c", "d"].map((topic) => {
    const before = history.position();
    history.append(topic, "x", short);
    return before;
  });
  const end = history.position();
  history.now += 10;
  history.sweep();
  // `a` and `b` are folded: what is known of them is known of every topic.
  assertEquals(
    ["a", "b", "c", "d", "new"].map((topic) => positions.map((since) => history.isRecovered(topic, since))),
    [
      [false, false, true, true],
      [false, false, true, true],
      [false, false, false, true],
      [false, false, false, false],
      [false, false, true, true],
    ],
  );
  for (const topic of ["a", "c", "new"]) assert(history.isRecovered(topic, end));
});

Deno.test("HistoryTables gives no part of a replay that is too large, and of the last ones as many as fit", () => {
  using here = new HistoryFolder();
  const history = here.open({ maxReplayBytes: 500 });
  const start = history.position();
  for (const word of ["1", "2", "3", "4"]) history.append("a", word.repeat(30));
  assertFalse(history.isRecovered("a", start));
  assertEquals(history.read("a", { since: start }).envelopes, []);
  assertEquals(history.payloads("a"), ["2", "3", "4"].map((word) => word.repeat(30)));
  history.append("a", "5".repeat(1_000));
  assertEquals(history.payloads("a"), ["5".repeat(1_000)]);
});

Deno.test("HistoryTables answers the first few of many large reads, and stores nothing that it has not answered", () => {
  using here = new HistoryFolder();
  const history = here.open({ maxReplayBytes: 1_000 });
  history.append("a", "x".repeat(600));
  const read = { kind: "read", topic: "a", request: { last: 1 } } as const;
  const append = { kind: "append", topic: "b", rule: RULE, envelope: { payload: "y", from: "" } } as const;
  assertEquals(history.ask(read, append, read, append, read).length, 3);
  assertEquals(history.payloads("b"), ["y"]);
});

Deno.test("HistoryTables has a read see what was stored before it, and nothing that was stored after it", () => {
  using here = new HistoryFolder();
  const history = here.open();
  const append = { kind: "append", topic: "a", rule: RULE, envelope: { payload: "y", from: "" } } as const;
  const [one, replay, two] = history.ask(append, { kind: "read", topic: "a", request: { last: 9 } }, append);
  assertEquals([one, two], [1, 2]);
  assertEquals(replay, {
    isRecovered: false,
    envelopes: [{ payload: "y", from: "", offset: 1 }],
    position: { epoch: history.position().epoch, offset: 1 },
  });
});

/** Tables whose database can be had hold of. */
function tables(limits = ORDER) {
  const db = new DatabaseSync(":memory:");
  prepareTables(db, "history.db", "e");
  const state = new HistoryState(db);
  state.begin(undefined, 0);
  return { db, state, tables: new HistoryTables(db, state, limits) };
}

const append = (payload: Uint8Array<ArrayBuffer>, topic = "a") =>
  ({ kind: "append", topic, rule: RULE, envelope: { payload, from: "" } }) as const;

const read = (topic: string) => ({ kind: "read", topic, request: { last: 9 } }) as const;

Deno.test("HistoryTables stores nothing of a batch that does not fit the disk, and goes on when there is room again", () => {
  const { db, tables: own } = tables();
  own.answer([append(new Uint8Array(10))], 0);
  db.exec(`PRAGMA max_page_count = ${numberOf(db, "PRAGMA page_count") + 4}`);
  const batch = [append(new Uint8Array(10), "b"), append(new Uint8Array(90_000)), read("b")];
  assertThrows(() => own.answer(batch, 0), Error, "full");
  const answers = own.answerReads(batch, 0, "no room");
  assertEquals(answers.slice(0, 2), ["no room", "no room"]);
  assertEquals(answers[2], { isRecovered: false, envelopes: [], position: { epoch: "e", offset: 3 } });
  db.exec("PRAGMA max_page_count = 100000");
  assertEquals(own.answer(batch, 0).slice(0, 2), [4, 5]);
  db.close();
});

Deno.test("HistoryTables gives pages back to the system when much of the file is air", () => {
  using here = new HistoryFolder();
  const limits = { maxBytes: 50_000_000 };
  const rule = { limit: 5_000, ttlMs: 1_000 };
  const history = here.open(limits);
  const payload = new Uint8Array(10_000);
  for (let at = 0; at < 10; at++) {
    history.ask(...Array.from({ length: 200 }, () => ({
      kind: "append",
      topic: "a",
      rule,
      envelope: { payload, from: "" },
    } as const)));
  }
  history.now += 1_000;
  while (history.sweep() === 0);
  history.close();
  // 20 MB were there; a thousand pages are kept for what comes next.
  assertLess(Deno.statSync(here.file).size, 8_000_000);
  assertGreater(Deno.statSync(here.file).size, 1_000_000);
});

Deno.test("HistoryTables keeps its file from growing while it keeps dropping what is oldest", () => {
  using here = new HistoryFolder();
  const history = here.open({ maxBytes: 1_000_000 });
  const rule = { limit: 1_000_000, ttlMs: 1_000_000 };
  for (let at = 0; at < 100; at++) {
    history.ask(...Array.from({ length: 100 }, (_, index) => ({
      kind: "append",
      topic: `t${index % 30}`,
      rule,
      envelope: { payload: new Uint8Array(1_000), from: "" },
    } as const)));
  }
  const log = Deno.statSync(`${here.file}-wal`).size;
  history.close();
  assertLess(Deno.statSync(here.file).size, 2_000_000);
  assertLess(log, 17_000_000);
});

Deno.test("HistoryTables remembers nothing of a topic that was only read", () => {
  const { db, tables: own } = tables();
  for (let at = 0; at < 100; at++) own.answer([read(`t${at}`)], 0);
  own.answer([append(new Uint8Array(1))], 0);
  assertEquals(numberOf(db, "SELECT count(*) FROM topics"), 1);
  db.close();
});
