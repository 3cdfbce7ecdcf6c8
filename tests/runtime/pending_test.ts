import { assert, assertEquals, assertFalse, assertRejects, assertStrictEquals } from "@std/assert";
import { DONE, isPending, refused, SUBSCRIBED, unheard } from "../../lib/runtime/pending.ts";

Deno.test("isPending: promises, and what calls itself one", () => {
  assert(isPending(Promise.resolve()));
  assert(isPending<unknown>({ then() {} }));
});

Deno.test("isPending: neither values nor the promise of what has been done", () => {
  const values: unknown[] = [undefined, null, true, 0, "then", {}, { then: 1 }, () => {}, DONE, SUBSCRIBED];
  for (const value of values) assertFalse(isPending(value));
});

Deno.test("unheard: a rejection ends nothing where nobody waits for it, and is met by who does", async () => {
  // An unhandled rejection would fail this test.
  unheard(Promise.reject(new Error("nobody looks")));
  const promise = Promise.reject(new Error("somebody looks"));
  assertStrictEquals(unheard(promise), promise);
  await assertRejects(() => promise, Error, "somebody looks");
  assertEquals(await unheard(Promise.resolve(5)), 5);
});

Deno.test("refused: what failed as it was asked for is the promise's, whoever waits for it", async () => {
  void refused(new Error("nobody looks"));
  await assertRejects(() => refused(new TypeError("no topic")), TypeError, "no topic");
});
