import { assertEquals, assertRejects } from "@std/assert";
import { type Append, HeldAppends, type HeldLimits, MAX_BATCH, RETRY_MS } from "../../lib/backplane/held_appends.ts";
import type { HistoryRule } from "../../lib/pubsub/mod.ts";
import { turn } from "../support/fake_broker.ts";
import { FakeClock } from "../support/fake_clock.ts";

const RULE: HistoryRule = { limit: 10, ttlMs: 1_000 };
const LIMITS: HeldLimits = { maxCount: 1_000, maxBytes: 10_000, timeoutMs: 30_000 };

function holding(limits: Partial<HeldLimits> = {}) {
  const clock = new FakeClock();
  const held = new HeldAppends({ clock, limits: { ...LIMITS, ...limits }, nodeId: "n" });
  const add = (topic: string, byte = 0, rule = RULE) => held.add(topic, rule, new Uint8Array([byte]));
  return { clock, held, add };
}

/** A store that says what it is asked, and offsets by counting. */
function counting() {
  const batches: string[] = [];
  let offset = 0;
  const store = (topic: string, _rule: HistoryRule, batch: readonly Append[]) => {
    batches.push(`${topic} ${batch.map(({ bytes }) => bytes[0]).join()}`);
    return Promise.resolve(batch.map(() => ++offset));
  };
  return { store, batches };
}

Deno.test("appends wait until there is a store, and go out in order, those of one topic together", async () => {
  const { held, add } = holding();
  const appended = Promise.all([add("a", 1), add("b", 2), add("a", 3)]);
  assertEquals([held.count, held.byteCount], [3, 3]);
  const { store, batches } = counting();
  await held.release(store);
  assertEquals(batches, ["a 1,3", "b 2"]);
  assertEquals(await appended, [1, 3, 2]);
  assertEquals([held.count, held.byteCount], [0, 0]);
  held.close("done");
});

Deno.test("what comes while a batch is under way is the next batch; other topics do not wait", async () => {
  const { held, add } = holding();
  const asked: string[] = [];
  const answers: Array<(offsets: readonly number[]) => void> = [];
  await held.release((topic, _rule, batch) => {
    asked.push(`${topic} ${batch.length}`);
    return new Promise((resolve) => void answers.push(resolve));
  });
  const appended = Promise.all([add("a"), add("a"), add("a"), add("b")]);
  assertEquals(asked, ["a 1", "b 1"]);
  answers[0]!([1]);
  await turn();
  assertEquals(asked, ["a 1", "b 1", "a 2"]);
  answers[1]!([1]);
  answers[2]!([2, 3]);
  assertEquals(await appended, [1, 2, 3, 1]);
  held.close("done");
});

Deno.test("a batch ends with its rule, and with its length", async () => {
  const { held, add } = holding();
  const { store, batches } = counting();
  const many = Array.from({ length: MAX_BATCH + 1 }, () => add("many"));
  const few = [add("few", 1), add("few", 2, { ...RULE, limit: 2 }), add("few", 3, { ...RULE, limit: 2 })];
  await held.release(store);
  await Promise.all([...many, ...few]);
  assertEquals(batches.filter((batch) => batch.startsWith("many")).map((batch) => batch.split(",").length), [256, 1]);
  assertEquals(batches.filter((batch) => batch.startsWith("few")), ["few 1", "few 2,3"]);
  held.close("done");
});

Deno.test("what nobody knows of is stored again, first, under the same id", async () => {
  const { clock, held, add } = holding();
  const ids: string[][] = [];
  let isLost = true;
  await held.release((_topic, _rule, batch) => {
    ids.push(batch.map(({ id }) => id));
    return isLost ? Promise.reject(new Error("gone")) : Promise.resolve(batch.map((_, index) => index + 1));
  });
  const appended = Promise.all([add("a"), add("a")]);
  await turn();
  isLost = false;
  clock.advance(RETRY_MS - 1);
  await turn();
  assertEquals(ids, [["n.0"]]);
  clock.advance(1);
  await turn();
  assertEquals(ids, [["n.0"], ["n.0", "n.1"]]);
  assertEquals(await appended, [1, 2]);
  held.close("done");
});

Deno.test("of a batch, what is refused is refused, and what is not known is stored again with what follows", async () => {
  const { held, add } = holding();
  const asked: string[] = [];
  await held.release((_topic, _rule, batch) => {
    asked.push(batch.map(({ bytes }) => bytes[0]).join());
    const known = [[1], [2, new Error("too long"), undefined, undefined], [4, 5, 6]];
    return Promise.resolve(known[asked.length - 1]!);
  });
  const first = add("a", 1);
  const rest = [add("a", 2), add("a", 3), add("a", 4), add("a", 5)];
  const refused = assertRejects(() => rest[1]!, Error, "too long");
  await turn();
  await refused;
  assertEquals(asked, ["1", "2,3,4,5", "4,5"]);
  assertEquals([await first, await rest[0], await rest[2], await rest[3]], [1, 2, 4, 5]);
  held.close("done");
});

Deno.test("what was left out before something that is stored is not stored out of order", async () => {
  const { held, add } = holding();
  const appended = [add("a", 1), add("a", 2)];
  const leftOut = assertRejects(() => appended[0]!, Error, "has stored what came after it");
  await held.release(() => Promise.resolve([undefined, 7]));
  await leftOut;
  assertEquals(await appended[1], 7);
  held.close("done");
});

Deno.test("too many, or too many bytes, are refused at once, with what may wait", async () => {
  const { held, add } = holding({ maxCount: 2 });
  const waiting = [add("a"), add("b")].map((each) => each.catch(() => {}));
  await assertRejects(() => add("c"), Error, "not stored: 2 publications of 2 bytes wait for the broker; 2 or 10000");
  held.close("done");
  await Promise.all(waiting);
  const { held: short } = holding({ maxBytes: 5 });
  const fits = short.add("a", RULE, new Uint8Array(5)).catch(() => {});
  await assertRejects(() => short.add("a", RULE, new Uint8Array(1)), Error, "5 bytes may");
  short.close("done");
  await fits;
});

Deno.test("what waits too long is given up, whether it was under way or not, and leaves room", async () => {
  const { clock, held, add } = holding({ timeoutMs: 1_000, maxCount: 2 });
  const first = assertRejects(() => add("a"), Error, "no word from the broker in 1000 ms");
  clock.advance(600);
  const second = assertRejects(() => add("a"), Error, "no word");
  clock.advance(400);
  await first;
  assertEquals(held.count, 1);
  clock.advance(600);
  await second;
  assertEquals([held.count, clock.pendingTimers], [0, 0]);
  const { store, batches } = counting();
  await held.release(store);
  assertEquals(batches, []);
  assertEquals(await add("a", 3), 1);
  assertEquals(batches, ["a 3"]);
  held.close("done");
});

Deno.test("released again, it goes on where it was; release ends when it must hold", async () => {
  const { held, add } = holding();
  const pending: Array<() => void> = [];
  const appended = [add("a", 1), add("a", 2)];
  const released = held.release(() => new Promise((_, reject) => void pending.push(() => reject(new Error("gone")))));
  held.hold();
  await released;
  const { store, batches } = counting();
  const again = held.release(store);
  pending[0]!();
  await again;
  assertEquals(batches, ["a 1,2"]);
  assertEquals(await Promise.all(appended), [1, 2]);
  held.close("done");
});

Deno.test("closed, it gives up what waits, and takes nothing", async () => {
  const { clock, held, add } = holding();
  const waiting = assertRejects(() => add("a"), Error, "nobody knows whether it is stored: the end");
  held.close("the end");
  await waiting;
  await held.idle();
  await assertRejects(() => add("a"), Error, "not stored: the end");
  assertEquals([held.count, clock.pendingTimers], [0, 0]);
});
