import { assert, assertEquals, assertRejects } from "@std/assert";
import { MAX_UNSENT_BYTES, WorkersBackplane } from "../../lib/workers/workers_backplane.ts";
import { JoinedWorkers } from "./support/joined_workers.ts";

const RULE = { limit: 10, ttlMs: 60_000 };

Deno.test("WorkersBackplane sends a publication to the other workers that joined the topic, text and bytes, with its sender", async () => {
  await using here = new JoinedWorkers();
  const [one, two, three] = await here.attachMany(3);
  await two!.backplane.join("room", undefined);
  await one!.backplane.join("room", undefined);
  one!.backplane.send("room", { payload: "grüße", from: "a-1" });
  one!.backplane.send("room", { payload: Uint8Array.of(1, 2, 255), from: "" });
  one!.backplane.send("elsewhere", { payload: "nobody", from: "" });
  assertEquals(await two!.until(2), ["room grüße from a-1", "room [1,2,255]"]);
  assertEquals([one!.heard, three!.heard], [[], []]);
});

Deno.test("WorkersBackplane lets nothing leave that no other worker wants", async () => {
  await using here = new JoinedWorkers();
  const [one, two] = await here.attachMany(2);
  await one!.backplane.join("mine", undefined);
  await two!.backplane.join("theirs", undefined);
  one!.streams[1].stallWrites();
  one!.backplane.send("mine", { payload: "x", from: "" });
  one!.backplane.send("nobody's", { payload: "x", from: "" });
  // What is sent is written when the code that runs now has come to its end.
  await new Promise((resolve) => setTimeout(resolve, 0));
  assertEquals(one!.streams[1].isWriting, false);
  one!.backplane.send("theirs", { payload: "x", from: "" });
  await new Promise((resolve) => setTimeout(resolve, 0));
  assertEquals(one!.streams[1].isWriting, true);
  one!.streams[1].stallWrites(false);
  await two!.until(1);
});

Deno.test("WorkersBackplane: from when join resolves nothing is left out that others publish from then on", async () => {
  await using here = new JoinedWorkers();
  const [one, two] = await here.attachMany(2);
  for (let count = 0; count < 20; count++) {
    await two!.backplane.join(`room:${count}`, undefined);
    one!.backplane.send(`room:${count}`, { payload: "now", from: "" });
  }
  assertEquals((await two!.until(20)).length, 20);
});

Deno.test("WorkersBackplane: publications of a topic that was left are nobody's", async () => {
  await using here = new JoinedWorkers();
  const [one, two] = await here.attachMany(2);
  await two!.backplane.join("room", undefined);
  await two!.backplane.join("other", undefined);
  two!.backplane.leave("room");
  one!.backplane.send("room", { payload: "late", from: "" });
  one!.backplane.send("other", { payload: "in time", from: "" });
  assertEquals(await two!.until(1), ["other in time"]);
});

Deno.test("WorkersBackplane: a topic with history has one order, and goes to all who joined, its publisher included", async () => {
  await using here = new JoinedWorkers();
  const [one, two] = await here.attachMany(2);
  for (const { backplane } of [one!, two!]) await backplane.join("kept", RULE);
  const offsets = await Promise.all([
    one!.backplane.append("kept", RULE, { payload: "a", from: "a-1" }),
    two!.backplane.append("kept", RULE, { payload: Uint8Array.of(7), from: "" }),
    one!.backplane.append("kept", RULE, { payload: "c", from: "" }),
  ]);
  assertEquals(offsets.toSorted(), [1, 2, 3]);
  assertEquals(await one!.until(3), await two!.until(3));
  assert(one!.heard.includes(`kept@${offsets[0]} a from a-1`));
  const replay = await two!.backplane.read("kept", RULE, { since: { epoch: "e", offset: 1 } });
  assertEquals([replay.isRecovered, replay.position], [true, { epoch: "e", offset: 3 }]);
  assertEquals(replay.envelopes.map(({ offset }) => offset), [2, 3]);
  assertEquals((await one!.backplane.read("kept", RULE, { last: 3 })).envelopes.length, 3);
});

Deno.test("WorkersBackplane: the offset is told after the publication itself", async () => {
  await using here = new JoinedWorkers();
  const one = await here.attach();
  await one.backplane.join("kept", RULE);
  await one.backplane.append("kept", RULE, { payload: "a", from: "" });
  assertEquals(one.heard, ["kept@1 a"]);
});

Deno.test("WorkersBackplane says what the store says when it cannot store or read", async () => {
  const failing = () => {
    throw new Error("the disk is full");
  };
  await using here = new JoinedWorkers({ store: { append: failing, read: failing, close() {} } });
  const one = await here.attach();
  await assertRejects(() => one.backplane.append("kept", RULE, { payload: "a", from: "" }), Error, "the disk is full");
  await assertRejects(() => one.backplane.read("kept", RULE, {}), Error, "the disk is full");
});

Deno.test("WorkersBackplane is told what a worker was called that has ended, if it had said so", async () => {
  await using here = new JoinedWorkers();
  const [one, two, three] = await here.attachMany(3);
  const ended = Promise.withResolvers<string>();
  const heard: string[] = [];
  one!.backplane.introduce("a", (node) => {
    heard.push(node);
    ended.resolve(node);
  });
  two!.backplane.introduce("bé", () => {});
  await three!.end();
  await two!.backplane.read("kept", RULE, {});
  await two!.end();
  assertEquals([await ended.promise, heard], ["bé", ["bé"]]);
});

Deno.test("WorkersBackplane is down when the parent is gone, and what waits is refused", async () => {
  await using here = new JoinedWorkers();
  const one = await here.attach();
  assertEquals([one.backplane.isUp, one.backplane.name], [true, "workers"]);
  const pending = one.backplane.append("kept", RULE, { payload: "a", from: "" });
  one.streams[0].reset();
  await assertRejects(() => pending, Error, "it has ended");
  assertEquals(await one.until(1), ["down"]);
  assertEquals(one.backplane.isUp, false);
  await one.backplane.join("room", undefined);
  one.backplane.leave("room");
});

Deno.test("WorkersBackplane drops what the parent does not take, and refuses what would be stored", async () => {
  const sent: unknown[] = [];
  const backplane = new WorkersBackplane({
    isOpen: true,
    unsentBytes: MAX_UNSENT_BYTES + 1,
    openCalls: 0,
    get writer(): never {
      throw new Error("nothing may be written");
    },
    call: () => Promise.reject(new Error("nothing may be asked")),
    answer: (id) => void sent.push(id),
  });
  const topic = new TextEncoder().encode("room");
  backplane.take(19, 0, 5, topic, 0, topic.length); // WANTED
  backplane.send("room", { payload: "a", from: "" });
  backplane.send("room", { payload: "b", from: "" });
  assertEquals([backplane.dropped, sent], [2, [5]]);
  await assertRejects(() => backplane.append("kept", RULE, { payload: "a", from: "" }), Error, "too many wait");
});

Deno.test("WorkersBackplane.close leaves all topics", async () => {
  await using here = new JoinedWorkers();
  const [one, two] = await here.attachMany(2);
  await one!.backplane.join("a", undefined);
  await one!.backplane.join("b", RULE);
  assertEquals(here.host.topicCount, 2);
  await one!.backplane.close();
  await one!.backplane.read("b", RULE, {});
  assertEquals(here.host.topicCount, 0);
  two!.backplane.send("a", { payload: "x", from: "" });
  assertEquals(one!.heard, []);
});
