import { assertEquals, assertRejects } from "@std/assert";
import { Ending } from "../../lib/backplane/ending.ts";

Deno.test("an ending is told once, with its first reason", async () => {
  const ending = new Ending();
  assertEquals(ending.reason, undefined);
  ending.end("one");
  ending.end("two");
  assertEquals([await ending.ended, ending.reason], ["one", "one"]);
});

Deno.test("work passes its outcome on, when it comes before the end", async () => {
  const ending = new Ending();
  assertEquals(await ending.during(Promise.resolve(7)), 7);
  await assertRejects(() => ending.during(Promise.reject(new Error("own"))), Error, "own");
});

Deno.test("who waits at the end, or later, is told that the broker has gone away, and why", async () => {
  const ending = new Ending();
  const waiting = ending.during(new Promise(() => {}));
  ending.end("a reset");
  await assertRejects(() => waiting, Error, "the broker has gone away: a reset");
  await assertRejects(() => ending.during(new Promise(() => {})), Error, "a reset");
});

Deno.test("work that fails after the end is no unhandled rejection", async () => {
  const ending = new Ending();
  const { promise, reject } = Promise.withResolvers<never>();
  const waiting = ending.during(promise);
  ending.end("first");
  await assertRejects(() => waiting, Error, "first");
  reject(new Error("second"));
  await new Promise((resolve) => setTimeout(resolve, 0));
});
