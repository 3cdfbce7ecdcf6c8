import { assertEquals } from "@std/assert";
import { MAX_UNSENT_BYTES, SendBudget } from "../../lib/backplane/send_budget.ts";
import { turn } from "../support/fake_broker.ts";

Deno.test("so much may be on its way and no more, until what was before it has gone out", async () => {
  const asked: Array<() => void> = [];
  const budget = new SendBudget(() => new Promise<void>((resolve) => void asked.push(resolve)));
  const half = MAX_UNSENT_BYTES / 2;
  const send = (byteCount: number) => {
    const isTaken = budget.take(byteCount);
    if (isTaken) budget.sent();
    return isTaken;
  };
  assertEquals([send(half), send(half), send(1)], [true, true, false]);
  // One question at a time: the second half was sent after it was asked.
  assertEquals(asked.length, 1);
  asked[0]!();
  await turn();
  assertEquals([asked.length, send(half), send(1)], [2, true, false]);
});

Deno.test("one that is longer than all goes alone", async () => {
  const budget = new SendBudget(() => Promise.resolve());
  assertEquals(budget.take(2 * MAX_UNSENT_BYTES), true);
  budget.sent();
  assertEquals(budget.take(1), false);
  await turn();
  assertEquals(budget.take(1), true);
});

Deno.test("a question that fails is not asked again", async () => {
  let asked = 0;
  const budget = new SendBudget(() => Promise.reject(new Error(`${asked++}`)));
  budget.take(1);
  budget.sent();
  await turn();
  budget.sent();
  assertEquals(asked, 1);
});
