import { assertEquals, assertRejects } from "@std/assert";
import { systemClock } from "../../lib/gateway/mod.ts";
import { reloadAll } from "../../lib/workers/crew_reload.ts";
import { DOWN } from "../../lib/workers/wire.ts";

/** Workers that answer with so many moved peers, or fail with these words. */
function crew(...answers: readonly (number | string)[]) {
  const calls: string[] = [];
  const up = answers.map((answer, at) => ({
    number: at + 1,
    call(kind: number, value: unknown) {
      calls.push(`${at + 1} ${kind === DOWN.RELOAD ? `reload ${(value as { version: string }).version}` : "back"}`);
      if (typeof answer === "number") return Promise.resolve({ moved: answer, dismissed: 1, lost: 0 });
      return Promise.reject(new Error(kind === DOWN.RELOAD ? answer : "gone"));
    },
  }));
  const inTurn = <Result>(operation: () => Promise<Result>): Promise<Result> => operation();
  return { calls, parts: { crew: { up, inTurn }, clock: systemClock, timeoutMs: 10_000 } };
}

Deno.test("reloadAll: the first worker, then the others, and their reports added up", async () => {
  const { calls, parts } = crew(1, 2, 3);
  assertEquals(await reloadAll(parts, "4", () => Promise.resolve(void calls.push("reloaded"))), {
    moved: 6,
    dismissed: 3,
    lost: 0,
  });
  assertEquals(calls, ["1 reload 4", "2 reload 4", "3 reload 4", "reloaded"]);
});

Deno.test("reloadAll: what fails in the first is asked of no other", async () => {
  const { calls, parts } = crew("no feed", 2);
  await assertRejects(() => reloadAll(parts, "4", () => Promise.resolve()), Error, "no feed");
  assertEquals(calls, ["1 reload 4"]);
});

Deno.test("reloadAll: where another fails those that have it go back, and it says which failed", async () => {
  const { calls, parts } = crew(1, "no feed", 3);
  const error = await assertRejects(() => reloadAll(parts, "4", () => Promise.resolve()), Error);
  assertEquals(error.message, "worker 2: no feed");
  assertEquals(calls.slice(3), ["1 back", "3 back"]);
});

Deno.test("reloadAll without a worker that is up says so", async () => {
  await assertRejects(() => reloadAll(crew().parts, "4", () => Promise.resolve()), Error, "no worker is up");
});
