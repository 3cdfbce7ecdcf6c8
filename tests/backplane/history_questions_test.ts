/** Questions come out as they went in. @module */
import { assertEquals } from "@std/assert";
import { packQuestions, type Question, unpackQuestions } from "../../lib/backplane/history_questions.ts";

const rule = { limit: 3, ttlMs: 50 };

const QUESTIONS: readonly Question[] = [
  { kind: "append", topic: "a", rule, envelope: { payload: "text\0 ü", from: "p" } },
  { kind: "append", topic: "b", rule, envelope: { payload: new Uint8Array([1, 2, 3]), from: "" } },
  { kind: "read", topic: "a", request: { since: { epoch: "e", offset: 0 }, last: undefined } },
  { kind: "sweep" },
  { kind: "append", topic: "c", rule, envelope: { payload: new Uint8Array(0), from: "" } },
  { kind: "append", topic: "d", rule, envelope: { payload: new Uint8Array([0, 0, 9, 9]).subarray(2), from: "" } },
  { kind: "read", topic: "b", request: { since: undefined, last: 7 } },
  { kind: "append", topic: "e", rule, envelope: { payload: "", from: "q" } },
];

Deno.test("unpackQuestions gives what packQuestions got, in order, once it has been with another thread", () => {
  const batch = packQuestions(QUESTIONS, 17);
  assertEquals(batch.now, 17);
  assertEquals(unpackQuestions(structuredClone(batch)), QUESTIONS);
});

Deno.test("packQuestions takes of a view only what it shows", () => {
  assertEquals(packQuestions(QUESTIONS, 0).bytes, new Uint8Array([1, 2, 3, 9, 9]));
});

Deno.test("a read without a position and without a number comes out without either", () => {
  const batch = packQuestions([{ kind: "read", topic: "a", request: {} }], 0);
  assertEquals(unpackQuestions(batch), [{ kind: "read", topic: "a", request: { since: undefined, last: undefined } }]);
});
