/** The store as a hub sees it: answers in order, bounds on what waits, an end in good order. @module */
import { assert, assertEquals, assertMatch, assertRejects } from "@std/assert";
import { HistoryError, SqliteHistory, type SqliteHistoryOptions } from "../../lib/backplane/mod.ts";
import { EmbeddedBroker } from "../../lib/pubsub/mod.ts";
import { FakeClock } from "../support/fake_clock.ts";
import { HistoryFolder, RULE } from "./support/history_folder.ts";

/** A store in a folder of its own, and all that it warned of. */
async function opened(options: Partial<SqliteHistoryOptions> = {}) {
  const here = new HistoryFolder();
  const clock = new FakeClock();
  const warnings: string[] = [];
  const stores: SqliteHistory[] = [];
  const open = async (more: Partial<SqliteHistoryOptions> = {}): Promise<SqliteHistory> => {
    const warn = (message: string) => void warnings.push(message);
    const store = await SqliteHistory.open({ folder: here.path, clock, warn, ...options, ...more });
    stores.push(store);
    return store;
  };
  return {
    here,
    clock,
    warnings,
    open,
    store: await open(),
    async [Symbol.asyncDispose]() {
      for (const store of stores) await store.close();
      here[Symbol.dispose]();
    },
  };
}

const text = (payload: string) => ({ payload, from: "p" });

Deno.test("SqliteHistory answers in the order of the questions", async () => {
  await using own = await opened();
  const { store } = own;
  const order: string[] = [];
  const note = (what: string) => () => void order.push(what);
  await Promise.all([
    store.append("a", RULE, text("1")).then(note("one")),
    store.read("a", RULE, {}).then(note("read")),
    store.append("b", RULE, text("2")).then(note("two")),
    store.read("a", RULE, {}).then(note("read again")),
  ]);
  assertEquals(order, ["one", "read", "two", "read again"]);
});

Deno.test("SqliteHistory shows a read every publication that was answered, or asked for, before it", async () => {
  await using own = await opened();
  const { store } = own;
  assertEquals(await store.append("a", RULE, text("1")), 1);
  void store.append("a", RULE, text("2"));
  const { envelopes, position } = await store.read("a", RULE, { last: 9 });
  assertEquals([envelopes.map(({ payload }) => payload), position.offset], [["1", "2"], 2]);
});

Deno.test("SqliteHistory has everything again after it was closed", async () => {
  await using own = await opened();
  const { position } = await own.store.read("a", RULE, {});
  // Not waited for: closing stores what was asked for before.
  const stored = own.store.append("a", RULE, { payload: new Uint8Array([1, 2]), from: "p" });
  await own.store.close();
  assertEquals(await stored, 1);
  const again = await own.open();
  assertEquals(await again.read("a", RULE, { since: position }), {
    isRecovered: true,
    envelopes: [{ payload: new Uint8Array([1, 2]), from: "p", offset: 1 }],
    position: { epoch: position.epoch, offset: 1 },
  });
});

Deno.test("SqliteHistory refuses what is asked once it is closed", async () => {
  await using own = await opened();
  await Promise.all([own.store.close(), own.store.close()]);
  await assertRejects(() => own.store.append("a", RULE, text("1")), HistoryError, "closed");
  await assertRejects(() => own.store.read("a", RULE, {}), HistoryError, "closed");
});

Deno.test("SqliteHistory is not opened in a folder that another server uses", async () => {
  await using own = await opened();
  const error = await assertRejects(() => own.open(), HistoryError);
  assertMatch(error.message, /another server keeps its histories in .* \(--data-dir\)/);
  assertEquals(await own.store.append("a", RULE, text("1")), 1);
});

Deno.test("SqliteHistory refuses publications beyond the number that may wait, and takes them again later", async () => {
  await using own = await opened({ maxWaiting: 3 });
  const { store } = own;
  const asked = ["1", "2", "3"].map((word) => store.append("a", RULE, text(word)));
  const error = await assertRejects(() => store.append("a", RULE, text("4")), HistoryError);
  assertMatch(error.message, /the disk does not keep up: 3 questions and 6 bytes wait/);
  assertEquals(await Promise.all(asked), [1, 2, 3]);
  assertEquals(await store.append("a", RULE, text("5")), 4);
});

Deno.test("SqliteHistory refuses publications beyond the bytes that may wait, but a single one of any size", async () => {
  await using own = await opened({ maxWaitingBytes: 100 });
  const { store } = own;
  const large = store.append("a", RULE, { payload: new Uint8Array(1_000), from: "" });
  await assertRejects(() => store.append("a", RULE, text("4")), HistoryError, "1000 bytes wait");
  assertEquals(await large, 1);
  const asked = [store.append("a", RULE, text("x".repeat(25))), store.append("a", RULE, text("x".repeat(25)))];
  await assertRejects(() => store.append("a", RULE, text("x")), HistoryError, "100 bytes wait");
  assertEquals(await Promise.all(asked), [2, 3]);
});

Deno.test("SqliteHistory stores more than one batch holds, in order", async () => {
  await using own = await opened();
  const { store } = own;
  const offsets = await Promise.all(Array.from({ length: 10_000 }, (_, at) => store.append("a", RULE, text(`${at}`))));
  assert(offsets.every((offset, at) => offset === at + 1));
  const payload = new Uint8Array(5_000_000);
  const large = await Promise.all([1, 2, 3].map(() => store.append("b", RULE, { payload, from: "" })));
  assertEquals(large, [10_001, 10_002, 10_003]);
});

Deno.test("SqliteHistory answers many large reads, each whole", async () => {
  await using own = await opened({ maxReplayBytes: 10_000 });
  const { store } = own;
  const { position } = await store.read("a", RULE, {});
  await store.append("a", RULE, text("x".repeat(6_000)));
  const reads = Array.from({ length: 20 }, () => store.read("a", RULE, { since: position }));
  const late = store.append("a", RULE, text("y"));
  for (const replay of await Promise.all(reads)) assertEquals([replay.isRecovered, replay.envelopes.length], [true, 1]);
  assertEquals(await late, 2);
});

Deno.test("SqliteHistory lets bytes change once they are stored, and not before", async () => {
  await using own = await opened();
  const payload = new Uint8Array([1, 2]);
  await own.store.append("a", RULE, { payload, from: "" });
  payload.fill(9);
  const { envelopes } = await own.store.read("a", RULE, { last: 1 });
  assertEquals(envelopes[0]?.payload, new Uint8Array([1, 2]));
});

Deno.test("SqliteHistory clears away what is over while nobody asks", async () => {
  await using own = await opened();
  const { store, clock } = own;
  await store.append("a", { limit: 9, ttlMs: 500 }, text("1"));
  const { position } = await store.read("a", RULE, {});
  clock.advance(1_000);
  // Behind the clearing away that the clock has asked for.
  const replay = await store.read("a", RULE, { last: 9 });
  await store.read("a", RULE, {});
  assertEquals([replay.envelopes.length, replay.position], [0, position]);
  assertEquals(clock.pendingTimers, 1);
  clock.advance(60_000);
  await store.read("a", RULE, {});
  await store.read("a", RULE, {});
  assertEquals(clock.pendingTimers, 1);
  await store.close();
  assertEquals(clock.pendingTimers, 0);
});

Deno.test("SqliteHistory tells of a damaged file, and goes on with a new one", async () => {
  await using own = await opened();
  const before = await own.store.read("a", RULE, {});
  await own.store.close();
  Deno.writeFileSync(own.here.file, new Uint8Array(9_000).fill(7));
  const store = await own.open();
  assertMatch(own.warnings.join(), /is damaged .* begin anew/);
  const after = await store.read("a", RULE, { since: before.position });
  assertEquals(after.isRecovered, false);
  assert(after.position.epoch !== before.position.epoch);
});

Deno.test("SqliteHistory whose thread ends by itself refuses what waits and what comes, and says so", async () => {
  const source = `
    self.onmessage = ({ data }) => {
      if (data.kind === "open") self.postMessage({ kind: "opened", notes: [] });
      else throw new Error("no more");
    };`;
  const worker = new URL(URL.createObjectURL(new Blob([source], { type: "text/javascript" })));
  await using own = await opened({ worker });
  const asked = [own.store.append("a", RULE, text("1")), own.store.read("a", RULE, {})];
  for (const one of asked) await assertRejects(() => one, HistoryError, "has ended: Uncaught Error: no more");
  await assertRejects(() => own.store.append("a", RULE, text("1")), HistoryError, "has ended");
  assertEquals(own.warnings.length, 1);
});

Deno.test("EmbeddedBroker around a SqliteHistory delivers a publication when it is stored, and not before", async () => {
  await using own = await opened();
  const node = new EmbeddedBroker(own.store).node();
  const heard: unknown[] = [];
  await node.open({
    onMessage: (_topic, { payload }, offset) => void heard.push([payload, offset]),
    onReset() {},
    onState() {},
  });
  await node.join("a", RULE);
  const stored = node.append("a", RULE, text("1"));
  assertEquals(heard, []);
  assertEquals([await stored, heard], [1, [["1", 1]]]);
  await node.close();
});
