import { assertEquals, assertRejects } from "@std/assert";
import { encodeEnvelope } from "../../lib/backplane/envelope.ts";
import { MAX_WAITING, TopicFeed } from "../../lib/backplane/topic_feed.ts";
import type { Replay } from "../../lib/pubsub/mod.ts";
import type { SubscribeOptions } from "../../lib/subprotocol/mod.ts";
import { turn } from "../support/fake_broker.ts";

/** A feed whose history is in the test's hands. */
function feeding() {
  const told: string[] = [];
  const asked: SubscribeOptions[] = [];
  const answers: Array<{ resolve(replay: Replay): void; reject(error: Error): void }> = [];
  const feed = new TopicFeed({
    read: (request) => {
      asked.push(request);
      return new Promise((resolve, reject) => void answers.push({ resolve, reject }));
    },
    told: ({ payload }, offset) => void told.push(`${offset} ${payload}`),
    reset: ({ epoch, offset }) => void told.push(`reset ${epoch} ${offset}`),
  });
  const arrive = (offset: number, previous = offset - 1, epoch?: string) =>
    feed.take({ offset, previous, epoch, bytes: encodeEnvelope({ payload: `m${offset}`, from: "" }) });
  const answer = async (isRecovered: boolean, offset: number, offsets: readonly number[] = [], epoch = "e") => {
    const envelopes = offsets.map((at) => ({ payload: `m${at}`, from: "", offset: at }));
    answers.shift()!.resolve({ isRecovered, envelopes, position: { epoch, offset } });
    await turn();
  };
  return { feed, told, asked, answers, arrive, answer };
}

async function begun(offset: number) {
  const parts = feeding();
  const begin = parts.feed.begin();
  await parts.answer(false, offset);
  await begin;
  return parts;
}

Deno.test("a feed begins where the topic is, and tells what follows", async () => {
  const { arrive, told, asked } = await begun(4);
  assertEquals([arrive(5), arrive(6)], [true, true]);
  assertEquals(told, ["5 m5", "6 m6"]);
  assertEquals(asked, [{}]);
});

Deno.test("what arrives before it has begun is told if it is behind the beginning", async () => {
  const { feed, arrive, answer, told } = feeding();
  const begin = feed.begin();
  for (const offset of [3, 4, 5]) arrive(offset);
  await answer(false, 4);
  await begin;
  assertEquals(told, ["5 m5"]);
});

Deno.test("where one is missing, the history is read from the last one known", async () => {
  const { feed, arrive, answer, told, asked } = await begun(4);
  arrive(5);
  assertEquals(arrive(8), false);
  const repair = feed.repair();
  arrive(9);
  await answer(true, 8, [6, 7, 8]);
  await repair;
  assertEquals(told, ["5 m5", "6 m6", "7 m7", "8 m8", "9 m9"]);
  assertEquals(asked[1]?.since, { epoch: "e", offset: 5 });
  assertEquals(arrive(10), true);
});

Deno.test("offsets need not follow one another: what was before says whether one is missing", async () => {
  const { arrive, told } = await begun(4);
  assertEquals([arrive(17, 4), arrive(90, 17), arrive(95, 94)], [true, true, false]);
  assertEquals(told, ["17 m17", "90 m90"]);
});

Deno.test("what only holds a place is not told", async () => {
  const { feed, arrive, told } = await begun(0);
  feed.take({ bytes: undefined, offset: 3, previous: 0, epoch: undefined });
  arrive(4);
  assertEquals(told, ["4 m4"]);
});

Deno.test("where the missing is gone, it says so, and goes on with what is there", async () => {
  const { feed, arrive, answer, told } = await begun(4);
  assertEquals(arrive(30), false);
  const repair = feed.repair();
  await answer(false, 31, [29, 30, 31]);
  await repair;
  assertEquals(told, ["reset e 28", "29 m29", "30 m30", "31 m31"]);
});

Deno.test("a history that has begun anew is a reset, with all that is in it", async () => {
  const { feed, arrive, answer, told } = await begun(4);
  // Behind the last one known, as if told twice: where no epoch is said, it may be the first of another.
  assertEquals(arrive(1, 0), false);
  const repair = feed.repair();
  await answer(false, 2, [1, 2], "f");
  await repair;
  assertEquals(told, ["reset f 0", "1 m1", "2 m2"]);
  assertEquals([arrive(3, 2, "f"), arrive(4, 3, "e")], [true, false]);
});

Deno.test("one that was told already, and comes again, changes nothing", async () => {
  const { feed, arrive, answer, told } = await begun(4);
  arrive(5);
  assertEquals(arrive(5), false);
  const repair = feed.repair();
  await answer(true, 5);
  await repair;
  arrive(6);
  assertEquals(told, ["5 m5", "6 m6"]);
});

Deno.test("one of an epoch that is gone does not make it read for ever", async () => {
  const { feed, arrive, answer, asked, told } = await begun(4);
  assertEquals(arrive(5, 4, "gone"), false);
  const repair = feed.repair();
  await answer(true, 4);
  await answer(true, 4);
  await repair;
  assertEquals([asked.length, told], [3, []]);
  assertEquals(arrive(5, 4, "e"), true);
});

Deno.test("so many wait for a read; more are read again", async () => {
  const { feed, arrive, answer, told } = await begun(0);
  const repair = feed.repair();
  const count = MAX_WAITING + 10;
  for (let offset = 1; offset <= count; offset++) arrive(offset);
  await answer(true, 0);
  const rest = Array.from({ length: 10 }, (_, at) => MAX_WAITING + 1 + at);
  await answer(true, count, rest);
  await repair;
  assertEquals(told, Array.from({ length: count }, (_, at) => `${at + 1} m${at + 1}`));
});

Deno.test("a read that fails leaves it waiting, until one succeeds", async () => {
  const { feed, arrive, answer, answers, told } = await begun(4);
  arrive(6);
  const failing = assertRejects(() => feed.repair(), Error, "away");
  answers.shift()!.reject(new Error("away"));
  await failing;
  assertEquals(arrive(7), true);
  const repair = feed.repair();
  await answer(true, 7, [5, 6, 7]);
  await repair;
  arrive(8);
  assertEquals(told, ["5 m5", "6 m6", "7 m7", "8 m8"]);
});

Deno.test("asked to repair during a read that fails, it reads once more", async () => {
  const { feed, answer, answers, told } = await begun(4);
  const first = feed.repair();
  const second = feed.repair();
  answers.shift()!.reject(new Error("away"));
  await turn();
  await answer(true, 5, [5]);
  await Promise.all([first, second]);
  assertEquals(told, ["5 m5"]);
});

Deno.test("one that never began says where it goes on", async () => {
  const { feed, arrive, answer, told } = feeding();
  const repair = feed.repair();
  await answer(false, 9);
  await repair;
  arrive(10);
  assertEquals(told, ["reset e 9", "10 m10"]);
});

Deno.test("closed by who is told, it tells no more of what it has read, or of what waits", async () => {
  const told: number[] = [];
  const { promise, resolve } = Promise.withResolvers<Replay>();
  const feed: TopicFeed = new TopicFeed({
    read: ({ since }) => since === undefined ? promise : Promise.reject(new Error("not again")),
    told: (_, offset) => {
      told.push(offset);
      feed.close();
    },
    reset() {},
  });
  const begin = feed.begin();
  for (const offset of [1, 2]) {
    feed.take({ offset, previous: offset - 1, epoch: "e", bytes: encodeEnvelope({ payload: "", from: "" }) });
  }
  resolve({ isRecovered: false, envelopes: [], position: { epoch: "e", offset: 0 } });
  await begin;
  assertEquals(told, [1]);
});

Deno.test("closed, it tells nothing", async () => {
  const { feed, arrive, answer, told } = await begun(4);
  const repair = feed.repair();
  feed.close();
  await answer(true, 6, [5, 6]);
  await repair;
  arrive(7);
  await feed.repair();
  assertEquals(told, []);
});
