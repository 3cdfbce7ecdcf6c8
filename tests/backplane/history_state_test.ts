/** No offset is given out twice, and a position means something only while nothing after it can have been lost. @module */
import { assert, assertEquals, assertFalse, assertGreater, assertThrows } from "@std/assert";
import { DatabaseSync } from "node:sqlite";
import { prepareTables } from "../../lib/backplane/history_schema.ts";
import { HistoryState } from "../../lib/backplane/history_state.ts";

function database(): DatabaseSync {
  const db = new DatabaseSync(":memory:");
  prepareTables(db, "history.db", "e");
  return db;
}

/** As a transaction does. */
function give(state: HistoryState, count: number): void {
  state.ensure(count);
  state.lastOffset += count;
  state.save();
}

Deno.test("HistoryState goes on where it was closed", () => {
  using db = database();
  const first = new HistoryState(db);
  assertEquals(first.begin(undefined, 0), "closed");
  give(first, 5);
  first.end();
  const second = new HistoryState(db);
  assertFalse(second.isUnclean);
  assertEquals([second.begin(undefined, 0), second.lastOffset, second.epoch], ["closed", 5, "e"]);
  for (const offset of [0, 3, 5]) assert(second.knows({ epoch: "e", offset }));
  assertFalse(second.knows({ epoch: "e", offset: 6 }));
  assertFalse(second.knows({ epoch: "f", offset: 3 }));
});

Deno.test("HistoryState that was not closed begins behind every offset that can have been given out", () => {
  using db = database();
  const first = new HistoryState(db);
  first.begin(undefined, 0);
  give(first, 5);
  // Not in the file: a power cut takes what was written last.
  first.ensure(3_000_000);
  first.lastOffset += 3_000_000;
  const second = new HistoryState(db);
  assert(second.isUnclean);
  assertEquals(second.begin(undefined, 0), "killed");
  assertGreater(second.lastOffset, first.lastOffset);
  for (const offset of [0, 5, second.lastOffset]) assert(second.knows({ epoch: "e", offset }), `${offset}`);
  for (const offset of [6, 1_000, first.lastOffset]) assertFalse(second.knows({ epoch: "e", offset }), `${offset}`);
});

Deno.test("HistoryState knows no earlier position once the machine has started anew after an end that was no good one", () => {
  using db = database();
  const first = new HistoryState(db);
  first.begin(1_000_000, 0);
  give(first, 5);
  const second = new HistoryState(db);
  assertEquals(second.begin(1_060_000, 0), "cut-off");
  for (const offset of [0, 3, 5, 6]) assertFalse(second.knows({ epoch: "e", offset }), `${offset}`);
  assert(second.knows({ epoch: "e", offset: second.lastOffset }));
});

for (
  const [what, before, after] of [
    ["the clock was set a little", 1_000_000, 1_003_000],
    ["it is not known when the machine started", 1_000_000, undefined],
    ["it was not known when the machine started", undefined, 1_000_000],
  ] as const
) {
  Deno.test(`HistoryState takes the end for that of a process when ${what}`, () => {
    using db = database();
    const first = new HistoryState(db);
    first.begin(before, 0);
    give(first, 5);
    assertEquals(new HistoryState(db).begin(after, 0), "killed");
  });
}

Deno.test("HistoryState remembers the gaps of many bad ends, and joins the oldest", () => {
  using db = database();
  const ends: number[] = [];
  for (let start = 0; start < 80; start++) {
    const state = new HistoryState(db);
    state.begin(undefined, 0);
    give(state, 2);
    ends.push(state.lastOffset);
  }
  const state = new HistoryState(db);
  state.begin(undefined, 0);
  assertEquals(db.prepare("SELECT count(*) AS count FROM gaps").get()?.count, 64);
  const known = ends.filter((offset) => state.knows({ epoch: "e", offset }));
  assertEquals(known, [ends[0]!, ...ends.slice(80 - 63)]);
  for (const offset of ends) assertFalse(state.knows({ epoch: "e", offset: offset + 1 }));
});

Deno.test("HistoryState reserves offsets on the disk before it gives them out", () => {
  using db = database();
  const state = new HistoryState(db);
  state.begin(undefined, 0);
  const reserved = () => Number(db.prepare("SELECT reserved FROM state").get()?.reserved);
  for (let at = 0; at < 3; at++) {
    give(state, 700_000);
    assert(reserved() >= state.lastOffset);
  }
});

Deno.test("HistoryState gives no offset of a failed transaction out again", () => {
  using db = database();
  const state = new HistoryState(db);
  state.begin(undefined, 0);
  give(state, 5);
  state.lastOffset += 3;
  state.bytes += 300;
  state.floor = 4;
  state.revert();
  assertEquals([state.lastOffset, state.bytes, state.floor], [8, 0, 0]);
});

Deno.test("HistoryState says of a file without a state that it is damaged", () => {
  using db = database();
  db.exec("DELETE FROM state");
  assertThrows(() => new HistoryState(db), Error, "malformed");
});
