import { assert, assertEquals, assertRejects } from "@std/assert";
import fc from "fast-check";
import { Calls } from "../../../lib/runtime/remote/calls.ts";

Deno.test("Calls gives each answer to the one who asked, in whatever order they come", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.nat(), { maxLength: 20 }), async (order) => {
      const calls = new Calls();
      const ids: number[] = [];
      const answers = order.map(() => calls.ask((id) => void ids.push(id)));
      assertEquals([new Set(ids).size, calls.size], [order.length, order.length]);
      const byOrder = ids.map((id, at) => [order[at]!, id] as const).sort(([one], [other]) => one - other);
      for (const [, id] of byOrder) calls.take(id)!.answered(`to ${id}`);
      assertEquals(await Promise.all(answers), ids.map((id) => `to ${id}`));
      assertEquals(calls.size, 0);
    }),
  );
});

Deno.test("Calls knows nobody for an answer that nobody waits for, or not any more", async () => {
  const calls = new Calls();
  let asked = 0;
  const answer = calls.ask((id) => asked = id);
  calls.take(asked)!.failed(new Error("no"));
  await assertRejects(() => answer, Error, "no");
  assertEquals([calls.take(asked), calls.take(12_345)], [undefined, undefined]);
});

Deno.test("Calls fails all who wait, and those who ask then are others", async () => {
  const calls = new Calls();
  const ids: number[] = [];
  const answers = [1, 2].map(() => calls.ask((id) => void ids.push(id)));
  calls.failAll(new Error("gone"));
  for (const answer of answers) await assertRejects(() => answer, Error, "gone");
  assertEquals(calls.size, 0);
  const id = calls.open({ answered() {}, failed() {} });
  assert(!ids.includes(id));
});

Deno.test("Calls.failAll tells nobody twice who asks again at once", () => {
  const calls = new Calls();
  let failed = 0;
  const again = (): void => {
    if (++failed < 3) calls.take(calls.open({ answered() {}, failed() {} }));
  };
  for (let count = 0; count < 2; count++) calls.open({ answered() {}, failed: again });
  calls.failAll(new Error("gone"));
  assertEquals([failed, calls.size], [2, 0]);
});
