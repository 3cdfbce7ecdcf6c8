import { assert, assertEquals } from "@std/assert";
import { RingHistory } from "../../lib/pubsub/mod.ts";
import { WANTED_TIMEOUT_MS } from "../../lib/workers/backplane_host.ts";
import { JoinedWorkers } from "./support/joined_workers.ts";

const RULE = { limit: 100_000, ttlMs: 60_000 };
const LIMIT = 100_000;

Deno.test("BackplaneHost drops and counts what a worker does not read, beyond the bound, and goes on when it reads again", async () => {
  await using here = new JoinedWorkers({ maxUnsentBytes: LIMIT });
  const [one, two] = await here.attachMany(2);
  await two!.backplane.join("room", undefined);
  two!.streams[0].stallWrites();
  const payload = "x".repeat(1000);
  for (let count = 0; count < 1000; count++) one!.backplane.send("room", { payload, from: "" });
  await one!.backplane.read("kept", RULE, {});
  const { dropped } = here.host;
  assert(dropped > 700 && dropped < 1000, `${dropped} dropped`);
  two!.streams[0].stallWrites(false);
  await two!.until(1000 - dropped);
  one!.backplane.send("room", { payload: "last", from: "" });
  assertEquals((await two!.until(1001 - dropped)).at(-1), "room last");
});

Deno.test("BackplaneHost gives a worker that reads again what was left out of a topic with history, once and in order", async () => {
  await using here = new JoinedWorkers({ maxUnsentBytes: LIMIT });
  const [one, two] = await here.attachMany(2);
  await two!.backplane.join("kept", RULE);
  await two!.backplane.join("quiet", RULE);
  two!.streams[0].stallWrites();
  const payload = "x".repeat(1000);
  const append = (count: number) =>
    Promise.all(Array.from({ length: count }, () => one!.backplane.append("kept", RULE, { payload, from: "" })));
  await append(1000);
  two!.streams[0].stallWrites(false);
  // What comes while it is filled belongs behind it.
  await append(1000);
  const heard = await two!.until(2000);
  assertEquals(heard, Array.from({ length: 2000 }, (_, at) => `kept@${at + 1} ${payload}`));
  await one!.backplane.append("quiet", RULE, { payload: "last", from: "" });
  assertEquals((await two!.until(2001)).slice(2000), ["quiet@2001 last"]);
  assertEquals(here.host.dropped, 0);
});

Deno.test("BackplaneHost tells a worker that reads again from where on it goes on, where the history has less than was left out", async () => {
  await using here = new JoinedWorkers({ maxUnsentBytes: LIMIT });
  const [one, two] = await here.attachMany(2);
  const rule = { limit: 10, ttlMs: 60_000 };
  await two!.backplane.join("kept", rule);
  two!.streams[0].stallWrites();
  const payload = "x".repeat(1000);
  for (let count = 0; count < 1000; count++) await one!.backplane.append("kept", rule, { payload, from: "" });
  two!.streams[0].stallWrites(false);
  while (two!.heard.at(-1) !== "kept reset e@1000") await two!.until(two!.heard.length + 1);
  await one!.backplane.append("kept", rule, { payload: "last", from: "" });
  while (two!.heard.at(-1) !== "kept@1001 last") await two!.until(two!.heard.length + 1);
  // In order and without a gap before.
  const offsets = two!.heard.slice(0, -2).map((words) => Number(/@(\d+)/.exec(words)![1]));
  assertEquals(offsets, Array.from({ length: offsets.length }, (_, at) => at + 1));
});

Deno.test("BackplaneHost answers a worker with all of a long history, and with nothing beside it", async () => {
  await using here = new JoinedWorkers();
  const one = await here.attach();
  const payloads = Array.from({ length: 10_000 }, (_, number) => `message ${number}`);
  await Promise.all(payloads.map((payload) => one.backplane.append("kept", RULE, { payload, from: "p" })));
  const { isRecovered, envelopes } = await one.backplane.read("kept", RULE, { since: { epoch: "e", offset: 0 } });
  assert(isRecovered);
  assertEquals(envelopes, payloads.map((payload, at) => ({ payload, from: "p", offset: at + 1 })));
});

Deno.test("BackplaneHost: an answer of the store that comes late is told in the order of the offsets", async () => {
  const ring = new RingHistory({ maxBytes: 2 ** 20, now: () => 0, epoch: "e" });
  const store = {
    append: async (...args: Parameters<RingHistory["append"]>) => {
      const offset = ring.append(...args);
      await Promise.resolve();
      return offset;
    },
    read: (...args: Parameters<RingHistory["read"]>) => Promise.resolve(ring.read(...args)),
    close() {},
  };
  await using here = new JoinedWorkers({ store });
  const [one, two] = await here.attachMany(2);
  await two!.backplane.join("kept", RULE);
  await Promise.all(["a", "b", "c"].map((payload) => one!.backplane.append("kept", RULE, { payload, from: "" })));
  assertEquals(await two!.until(3), ["kept@1 a", "kept@2 b", "kept@3 c"]);
});

Deno.test("BackplaneHost: a worker that has ended has left all topics, and the others are told that nobody wants them", async () => {
  await using here = new JoinedWorkers();
  const [one, two] = await here.attachMany(2);
  await two!.backplane.join("room", undefined);
  assertEquals(here.host.topicCount, 1);
  await two!.end();
  assertEquals(here.host.topicCount, 0);
  one!.backplane.send("room", { payload: "to nobody", from: "" });
  const three = await here.attach();
  await three.backplane.join("room", undefined);
  one!.backplane.send("room", { payload: "to the next", from: "" });
  assertEquals(await three.until(1), ["room to the next"]);
});

Deno.test("BackplaneHost: a worker that comes later knows what the others want", async () => {
  await using here = new JoinedWorkers();
  const one = await here.attach();
  await one.backplane.join("room", undefined);
  const two = await here.attach();
  await two.backplane.read("kept", RULE, {});
  two.backplane.send("room", { payload: "hello", from: "" });
  assertEquals(await one.until(1), ["room hello"]);
});

Deno.test("BackplaneHost waits for a worker that does not come to it for a second at most", async () => {
  await using here = new JoinedWorkers();
  const [one, two] = await here.attachMany(2);
  two!.streams[0].stallWrites();
  let isJoined = false;
  const joined = one!.backplane.join("room", undefined).then(() => isJoined = true);
  await one!.backplane.read("kept", RULE, {});
  assertEquals(isJoined, false);
  here.clock.advance(WANTED_TIMEOUT_MS);
  await joined;
  // A history comes by the parent alone: nobody is waited for.
  await one!.backplane.join("kept", RULE);
  two!.streams[0].stallWrites(false);
});

Deno.test("BackplaneHost: who joins second waits for the answer that the first waits for", async () => {
  await using here = new JoinedWorkers();
  const [one, two, three] = await here.attachMany(3);
  three!.streams[0].stallWrites();
  const done: string[] = [];
  const joins = [one!, two!].map(({ backplane }, at) =>
    backplane.join("room", undefined).then(() => done.push(`${at}`))
  );
  await one!.backplane.read("kept", RULE, {});
  await two!.backplane.read("kept", RULE, {});
  assertEquals(done, []);
  three!.streams[0].stallWrites(false);
  await Promise.all(joins);
});

Deno.test("BackplaneHost counts what a worker could not send to the parent", async () => {
  await using here = new JoinedWorkers();
  const [one, two] = await here.attachMany(2);
  await two!.backplane.join("room", undefined);
  one!.streams[1].stallWrites();
  const payload = "x".repeat(2 ** 20);
  for (let count = 0; count < 40; count++) one!.backplane.send("room", { payload, from: "" });
  const { dropped } = one!.backplane;
  assert(dropped > 15 && dropped < 30, `${dropped} dropped`);
  one!.streams[1].stallWrites(false);
  await two!.until(40 - dropped);
  await one!.backplane.read("kept", RULE, {});
  assertEquals(here.host.dropped, dropped);
});
