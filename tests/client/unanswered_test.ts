/** What is asked is answered once, by its id. docs/PROTOCOL.md §From the client. @module */
import { assertEquals } from "@std/assert";
import { createUnanswered, MAX_UNANSWERED } from "../../lib/client/unanswered.ts";

const message = { header: ["ack", 0], payload: "" } as const;

Deno.test("an answer goes to who asked, once", () => {
  const unanswered = createUnanswered();
  const seen: unknown[] = [];
  const id = unanswered.begin((answer) => seen.push(answer));
  unanswered.answer(id + 1, message);
  unanswered.answer(id, message);
  unanswered.answer(id, message);
  assertEquals(seen, [message]);
});

Deno.test("no two that are not answered have one id", () => {
  const unanswered = createUnanswered();
  const ids = Array.from({ length: MAX_UNANSWERED }, () => unanswered.begin(() => {}));
  assertEquals(new Set(ids).size, MAX_UNANSWERED);
  assertEquals(unanswered.isFull(), true);
  unanswered.answer(ids[3]!, message);
  assertEquals(unanswered.isFull(), false);
});

Deno.test("at the end each is told that there is no answer, and what they ask then is not", () => {
  const unanswered = createUnanswered();
  const seen: unknown[] = [];
  unanswered.begin((answer) => {
    seen.push(answer);
    unanswered.begin((later) => seen.push(later));
  });
  unanswered.endAll();
  assertEquals(seen, [undefined]);
});
