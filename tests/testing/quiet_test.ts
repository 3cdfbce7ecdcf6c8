import { assertEquals } from "@std/assert";
import { Quiet } from "../../lib/testing/quiet.ts";

Deno.test("Quiet is still when nothing has moved for some rounds of the event loop", async () => {
  const quiet = new Quiet();
  let rounds = 0;
  const work = (left: number) => {
    quiet.mark();
    rounds++;
    if (left > 0) setImmediate(() => work(left - 1));
  };
  work(20);
  await quiet.still();
  assertEquals(rounds, 21);
});

Deno.test("Quiet is not still while something is due", async () => {
  const quiet = new Quiet();
  let left = 10;
  quiet.isDue = () => left-- > 0;
  await quiet.still();
  assertEquals(left < 0, true);
});

Deno.test("Quiet is settled when the handlers it tracks are, and those they set going", async () => {
  const quiet = new Quiet();
  const { promise, resolve } = Promise.withResolvers<void>();
  let isSettled = false;
  quiet.track(promise.then(() => void quiet.track(new Promise<void>((done) => setImmediate(done)))));
  const settling = quiet.settled().then(() => isSettled = true);
  await quiet.still();
  assertEquals(isSettled, false);
  resolve();
  await settling;
});

Deno.test("Quiet passes on what it tracks, also what is no promise", async () => {
  const quiet = new Quiet();
  assertEquals([quiet.track(7), await quiet.track(Promise.resolve(8))], [7, 8]);
});
