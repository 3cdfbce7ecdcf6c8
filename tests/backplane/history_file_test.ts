/** One server has the file, what ends a server costs nothing that was answered, and damage is told. @module */
import {
  assert,
  assertEquals,
  assertFalse,
  assertGreater,
  assertMatch,
  assertNotEquals,
  assertThrows,
} from "@std/assert";
import { DatabaseSync } from "node:sqlite";
import { HistoryFile } from "../../lib/backplane/history_file.ts";
import { HistoryError } from "../../lib/backplane/history_error.ts";
import { HistoryFolder, ORDER, START_MS } from "./support/history_folder.ts";

Deno.test("HistoryFile makes the folder for its user alone, and leaves one file and a lock when it is closed", () => {
  using here = new HistoryFolder();
  const history = here.open();
  history.append("a");
  history.close();
  assertEquals(here.names(), ["history.db", "history.lock"]);
  if (Deno.build.os !== "windows") assertEquals((Deno.statSync(here.path).mode ?? 0) & 0o777, 0o700);
});

Deno.test("HistoryFile goes on where it was closed: epoch, offsets, publications, positions", () => {
  using here = new HistoryFolder();
  const first = here.open();
  const before = first.position();
  first.append("a", "1");
  first.close();
  const second = here.open();
  assertEquals(second.notes, []);
  assertEquals(second.append("a", "2"), 2);
  const replay = second.read("a", { since: before });
  assertEquals(replay.isRecovered, true);
  assertEquals(replay.envelopes.map(({ payload }) => payload), ["1", "2"]);
});

Deno.test("HistoryFile counts the time that a publication lives on while no server runs", () => {
  using here = new HistoryFolder();
  const first = here.open();
  first.append("a", "1", { limit: 9, ttlMs: 1_000 });
  first.close();
  assertEquals(here.open({ folder: here.copy() }, START_MS + 999).payloads("a"), ["1"]);
  const second = here.open({}, START_MS + 1_000);
  assertEquals([second.payloads("a"), second.isRecovered("a", { epoch: second.position().epoch, offset: 0 })], [
    [],
    false,
  ]);
});

Deno.test("HistoryFile has all that was answered when the server was killed, and offsets that grow", () => {
  using here = new HistoryFolder();
  const first = here.open();
  const before = first.position();
  const offsets = ["1", "2", "3"].map((word) => first.append("a", word));
  const after = first.position();
  const second = here.open({ folder: here.copy() });
  assertEquals(second.notes, []);
  assertEquals(second.read("a", { since: before }).envelopes.map(({ offset }) => offset), offsets);
  assert(second.isRecovered("a", before));
  assert(second.isRecovered("a", after));
  assertGreater(second.append("a", "4"), offsets[2]!);
  assertEquals(second.read("a", { since: after }).envelopes.map(({ payload }) => payload), ["4"]);
});

for (const [what, bootedAt] of [["the end is known for a power cut", START_MS], ["it is not", undefined]] as const) {
  Deno.test(`HistoryFile gives no lost offset out again, and lets nobody go on from one, when ${what}`, () => {
    using here = new HistoryFolder();
    const first = here.open({ bootedAt: START_MS - 100_000 });
    first.append("a", "kept");
    const kept = first.position();
    // What the disk has when the power is cut; the rest was answered, and is lost.
    const folder = here.copy();
    const lost = Array.from({ length: 50 }, () => first.append("a", "lost"));
    const position = first.position();
    const second = here.open({ folder, bootedAt });
    assertGreater(second.append("a", "new"), lost.at(-1)!);
    assertEquals(second.payloads("a"), ["kept", "new"]);
    assertFalse(second.isRecovered("a", position));
    // Without knowing of the power cut it would say that nothing came after it.
    assertEquals(second.isRecovered("a", kept), bootedAt === undefined);
    assertEquals(second.notes.length, bootedAt === undefined ? 0 : 1);
    assert(second.isRecovered("a", second.position()));
  });
}

Deno.test("HistoryFile is one server's: another is told the folder, and what to do", () => {
  using here = new HistoryFolder();
  const first = here.open();
  assertThrows(
    () => here.open(),
    Error,
    `another server keeps its histories in ${here.path} (--data-dir): give each its own folder`,
  );
  first.append("a", "1");
  first.close();
  assertEquals(here.open().payloads("a"), ["1"]);
});

Deno.test("HistoryFile lets another program read, as one that makes a copy does", () => {
  using here = new HistoryFolder();
  const history = here.open();
  history.append("a", "1");
  using db = new DatabaseSync(here.file, { readOnly: true });
  assertEquals(db.prepare("SELECT payload FROM publications").all().map(({ payload }) => payload), ["1"]);
  history.append("a", "2");
  assertEquals(history.payloads("a"), ["1", "2"]);
});

Deno.test("HistoryFile sets a file aside, and its log, that is none of SQLite's, tells it, and begins anew", () => {
  using here = new HistoryFolder();
  Deno.mkdirSync(here.path);
  const bytes = new Uint8Array(9_000).fill(7);
  Deno.writeFileSync(here.file, bytes);
  Deno.writeFileSync(`${here.file}-wal`, bytes.slice(100));
  const history = here.open();
  const aside = `${here.file}.corrupt-2026-01-01T00-00-00-000Z`;
  assertEquals(history.notes, [
    `${here.file} is damaged (file is not a database): it is kept as ${aside}, and all histories begin anew`,
  ]);
  assertEquals(Deno.readFileSync(aside), bytes);
  assertEquals(Deno.readFileSync(`${aside}-wal`), bytes.slice(100));
  assertEquals(history.append("a"), 1);
});

Deno.test("HistoryFile finds damage in the middle of a file that was not closed", () => {
  using here = new HistoryFolder();
  const first = here.open();
  first.append("a", new Uint8Array(100_000));
  first.close();
  const { epoch } = here.open().position();
  const folder = here.copy();
  const bytes = Deno.readFileSync(`${folder}/history.db`);
  // Behind the pages that are read when it is opened.
  bytes.fill(0xab, 4096 * 8);
  Deno.writeFileSync(`${folder}/history.db`, bytes);
  const history = here.open({ folder });
  assertMatch(history.notes[0] ?? "", /is damaged \(database disk image is malformed.*\): it is kept as .*\.corrupt-/);
  assertNotEquals(history.position().epoch, epoch);
  assertEquals(Deno.statSync(/kept as (\S+),/.exec(history.notes[0]!)![1]!).size, bytes.length);
});

Deno.test("HistoryFile begins anew with offsets that go on when it turns out to be damaged", () => {
  using here = new HistoryFolder();
  const file = HistoryFile.open({ ...ORDER, folder: here.path }, START_MS);
  const append = {
    kind: "append",
    topic: "a",
    rule: { limit: 9, ttlMs: 9 },
    envelope: { payload: "x", from: "" },
  } as const;
  file.tables.answer([append, append], START_MS);
  const renewed = file.renew(new Error("database disk image is malformed"), START_MS);
  assertNotEquals(renewed.epoch, file.epoch);
  assertEquals(renewed.tables.answer([append], START_MS), [3]);
  assertEquals(renewed.notes.length, 1);
  renewed.close();
});

Deno.test("HistoryFile refuses a file of a newer server, and leaves it as it is", () => {
  using here = new HistoryFolder();
  here.open().close();
  using db = new DatabaseSync(here.file);
  db.exec("PRAGMA user_version = 2");
  assertThrows(() => here.open(), Error, `${here.file} has the format 2, and this server reads 1`);
  assertEquals(here.names().filter((name) => name.includes("corrupt")), []);
});

Deno.test("HistoryFile says what it needs where there can be no folder", () => {
  using here = new HistoryFolder();
  Deno.writeTextFileSync(here.path, "a file");
  const folder = `${here.path}/histories`;
  const error = assertThrows(() => HistoryFile.open({ ...ORDER, folder }, START_MS), HistoryError);
  assertMatch(
    error.message,
    /histories cannot be kept in .*histories \(--data-dir\): Not a directory.*write to the folder/,
  );
});

Deno.test("HistoryFile says what it needs where its file cannot be opened", () => {
  using here = new HistoryFolder();
  Deno.mkdirSync(here.file, { recursive: true });
  assertThrows(() => here.open(), Error, "Is a directory");
});
