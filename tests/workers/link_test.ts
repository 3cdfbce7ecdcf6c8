import { assertEquals, assertRejects } from "@std/assert";
import { WireError } from "../../lib/runtime/mod.ts";
import { MemoryStream } from "../../lib/testing/mod.ts";
import { Link, LinkClosed, type LinkLimits } from "../../lib/workers/link.ts";

const CALL = 10;

/** Two ends; the other one answers calls with what `answer` says. */
function pair(answer: (value: string) => unknown = () => {}, limits: LinkLimits = {}) {
  const streams = MemoryStream.pair();
  const taken: string[] = [];
  const closed: unknown[] = [];
  const decoder = new TextDecoder();
  const one = new Link(streams[0], { take() {}, onClosed: (fault) => closed.push(fault) });
  const other: Link = new Link(streams[1], {
    take(kind, _flags, id, bytes, start, end) {
      const words = decoder.decode(bytes.subarray(start, end));
      taken.push(`${kind} ${words}`);
      if (id > 0) other.settle(id, () => answer(words));
    },
    onClosed: (fault) => closed.push(fault),
  }, limits);
  const running = Promise.all([one.run(), other.run()]);
  return { one, other, streams, taken, closed, running };
}

const ask = (link: Link, words: string): Promise<unknown> =>
  link.call((writer, id) => writer.putText(CALL, 0, id, words));

Deno.test("Link carries records in order, however the bytes are cut, and answers what is asked", async () => {
  const { one, other, streams, taken, running } = pair((words) => ({ words }));
  streams[0].limitWrites(7);
  streams[1].limitReads(5);
  for (let count = 0; count < 50; count++) one.writer.putText(9, 0, 0, `${count}`);
  assertEquals(await ask(one, "and?"), { words: "and?" });
  assertEquals(taken, [...Array.from({ length: 50 }, (_, count) => `9 ${count}`), "10 and?"]);
  assertEquals([one.openCalls, one.unsentBytes], [0, 0]);
  one.close();
  await running;
  assertEquals(other.isOpen, false);
});

Deno.test("Link passes on what a call fails with, at once or later", async () => {
  const { one, running } = pair((words) => {
    if (words === "now") throw new Error("not now");
    return Promise.reject(new Error("not later"));
  });
  await assertRejects(() => ask(one, "now"), Error, "not now");
  await assertRejects(() => ask(one, "later"), Error, "not later");
  one.close();
  await running;
});

Deno.test("Link: what is asked when the other side goes is never answered, and says so", async () => {
  const { one, streams, closed, running } = pair(() => new Promise(() => {}));
  const pending = ask(one, "for ever");
  await Promise.resolve();
  streams[1].reset();
  await assertRejects(() => pending, LinkClosed);
  await assertRejects(() => ask(one, "again"), LinkClosed);
  await running;
  assertEquals(closed, [undefined, undefined]);
});

Deno.test("Link tells a fault of what takes the records from an end of the other side", async () => {
  const faults: unknown[] = [];
  const [near, far] = MemoryStream.pair();
  const reading = new Link(far, {
    take() {
      throw new WireError("no such record");
    },
    onClosed: (fault) => faults.push(fault),
  });
  const writing = new Link(near, { take() {}, onClosed() {} });
  writing.writer.putEmpty(9, 0, 0);
  await Promise.all([reading.run(), writing.run()]);
  assertEquals(faults.length, 1);
  assertEquals((faults[0] as Error).message, "no such record");
});

Deno.test("Link.flushed resolves when all is sent, also when that takes several batches", async () => {
  const { one, streams, taken, running } = pair();
  streams[0].stallWrites();
  one.writer.putText(9, 0, 0, "a");
  await Promise.resolve();
  one.writer.putText(9, 0, 0, "b");
  let isFlushed = false;
  const flushed = one.flushed().then(() => isFlushed = true);
  await Promise.resolve();
  assertEquals(isFlushed, false);
  streams[0].stallWrites(false);
  await flushed;
  assertEquals(await ask(one, "c"), undefined);
  assertEquals(taken, ["9 a", "9 b", "10 c"]);
  await one.flushed();
  one.close();
  await running;
});

Deno.test("Link does not read on while more waits to be sent than it may", async () => {
  const { one, streams, taken, running } = pair(() => "x".repeat(1000), { maxUnsentBytes: 100 });
  streams[1].stallWrites();
  const tick = () => new Promise((resolve) => setTimeout(resolve, 0));
  const asked = [ask(one, "its answer is on its way")];
  while (!streams[1].isWriting) await tick();
  asked.push(ask(one, "it is not read"));
  for (let count = 0; count < 10; count++) await tick();
  assertEquals(taken, ["10 its answer is on its way"]);
  streams[1].stallWrites(false);
  await Promise.all(asked);
  one.close();
  await running;
});
