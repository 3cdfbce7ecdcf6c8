/** Each message to the thread has one answer, whatever happens. @module */
import { assertEquals, assertMatch, assertNotEquals } from "@std/assert";
import { packQuestions } from "../../lib/backplane/history_questions.ts";
import { HistoryThread } from "../../lib/backplane/history_thread.ts";
import { HistoryFolder, ORDER, RULE, START_MS } from "./support/history_folder.ts";

const append = (topic: string, payload: string | Uint8Array<ArrayBuffer> = "x") =>
  ({ kind: "append", topic, rule: RULE, envelope: { payload, from: "" } }) as const;
const read = { kind: "read", topic: "a", request: { last: 9 } } as const;

Deno.test("HistoryThread answers opening, questions and closing", () => {
  using here = new HistoryFolder();
  const thread = new HistoryThread();
  const order = { ...ORDER, folder: here.path };
  assertEquals(thread.reply({ kind: "open", order, now: START_MS }), { kind: "opened", notes: [] });
  const batch = packQuestions([append("a"), append("b")], START_MS);
  assertEquals(thread.reply({ kind: "ask", batch }), { kind: "answered", answers: [1, 2], notes: [] });
  assertEquals(thread.reply({ kind: "close" }), { kind: "closed" });
});

Deno.test("HistoryThread says why it cannot open, and that it is not open", () => {
  using here = new HistoryFolder();
  here.open();
  const thread = new HistoryThread();
  const opened = thread.reply({ kind: "open", order: { ...ORDER, folder: here.path }, now: START_MS });
  assertMatch(opened.kind === "failed" ? opened.message : "", /another server/);
  const asked = thread.reply({ kind: "ask", batch: packQuestions([read], 0) });
  assertMatch(asked.kind === "failed" ? asked.message : "", /not open/);
  assertEquals(thread.reply({ kind: "close" }), { kind: "closed" });
});

Deno.test("HistoryThread that finds its file damaged says so, refuses what was to be stored, and begins anew", () => {
  using here = new HistoryFolder();
  const history = here.open();
  const rule = { limit: 1_000, ttlMs: 1e9 };
  for (let at = 0; at < 300; at++) history.append(`t${at}`, new Uint8Array(3_000), rule);
  history.close();
  const bytes = Deno.readFileSync(here.file);
  // All but the first pages, which say where the tables are.
  bytes.fill(0xab, 4096 * 16);
  Deno.writeFileSync(here.file, bytes);
  const damaged = here.open();
  const { epoch } = damaged.position("t0");
  const [answer] = damaged.ask({ kind: "read", topic: "t250", request: { last: 9 } });
  assertEquals(damaged.notes.length, 1);
  assertMatch(damaged.notes[0]!, /is damaged.*kept as.*begin anew/);
  assertEquals(typeof answer, "object");
  assertNotEquals(damaged.position().epoch, epoch);
  assertEquals(damaged.append("a"), 301);
});
