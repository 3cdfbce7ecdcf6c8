import { assert, assertFalse } from "@std/assert";
import { DONE, isPending } from "../../lib/runtime/pending.ts";

Deno.test("isPending: promises, and what calls itself one", () => {
  assert(isPending(Promise.resolve()));
  assert(isPending<unknown>({ then() {} }));
});

Deno.test("isPending: neither values nor the promise of what has been done", () => {
  const values: unknown[] = [undefined, null, true, 0, "then", {}, { then: 1 }, () => {}, DONE];
  for (const value of values) assertFalse(isPending(value));
});
