/** Histories in memory. Against a list they are in tests/property. @module */
import { assert, assertEquals } from "@std/assert";
import { RingHistory, type RingHistoryOptions } from "../../lib/pubsub/ring_history.ts";

const RULE = { limit: 3, ttlMs: 1000 };

function ring(options: Partial<RingHistoryOptions> = {}): RingHistory {
  return new RingHistory({ maxBytes: 1e6, now: () => 0, epoch: "e", ...options });
}

function append(history: RingHistory, topic: string, payload: string, rule = RULE): number {
  return history.append(topic, rule, { payload, from: "" });
}

/** What is read, in words. */
function read(
  history: RingHistory,
  topic: string,
  offset?: number,
  { last = 0, rule = RULE, epoch = "e" } = {},
): string {
  const since = offset === undefined ? undefined : { epoch, offset };
  const { isRecovered, envelopes, position } = history.read(topic, rule, { since, last });
  const payloads = envelopes.map((one) => `${one.offset}:${one.payload}`).join(" ");
  return `${isRecovered ? "all" : "latest"} ${payloads} | ${position.offset}`;
}

Deno.test("RingHistory gives what came after a position, or the latest, or nothing", () => {
  const history = ring();
  for (const payload of ["a", "b", "c"]) append(history, "t", payload);
  assertEquals(read(history, "t", 1), "all 2:b 3:c | 3");
  assertEquals(read(history, "t", 3), "all  | 3");
  assertEquals(read(history, "t", undefined, { last: 2 }), "latest 2:b 3:c | 3");
  assertEquals(read(history, "t", undefined, { last: 99 }), "latest 1:a 2:b 3:c | 3");
  assertEquals(read(history, "t"), "latest  | 3");
});

Deno.test("RingHistory gives what was stored, and nothing that leads to what else is kept", () => {
  const history = ring();
  for (const payload of ["a", "b"]) append(history, "t", payload);
  const { envelopes } = history.read("t", RULE, { since: { epoch: "e", offset: 1 } });
  assertEquals(envelopes, [{ payload: "b", from: "", offset: 2 }]);
});

Deno.test("RingHistory gives the latest where something after the position was dropped", () => {
  const history = ring();
  for (const payload of ["a", "b", "c", "d"]) append(history, "t", payload);
  assertEquals(read(history, "t", 0, { last: 1 }), "latest 4:d | 4");
  assertEquals(read(history, "t", 1, { last: 1 }), "all 2:b 3:c 4:d | 4");
});

Deno.test("RingHistory goes on from no position of another epoch, and from none that was never reached", () => {
  const history = ring();
  append(history, "t", "a");
  assertEquals(read(history, "t", 1, { epoch: "f" }), "latest  | 1");
  assertEquals(read(history, "t", 2), "latest  | 1");
});

Deno.test("RingHistory drops what is as old as its topic's rule says", () => {
  let now = 0;
  const history = ring({ now: () => now });
  append(history, "t", "a");
  now = 999;
  append(history, "t", "b");
  assertEquals(read(history, "t", 0), "all 1:a 2:b | 2");
  now = 1000;
  assertEquals(read(history, "t", 0), "latest  | 2");
  assertEquals(read(history, "t", 1), "all 2:b | 2");
  assert(history.heldBytes > 0);
  now = 5000;
  assertEquals(read(history, "other", 0), "all  | 2");
  assertEquals(history.heldBytes, 0);
});

Deno.test("RingHistory has no holes after a topic's rule has become shorter", () => {
  let now = 0;
  const history = ring({ now: () => now });
  const long = { limit: 10, ttlMs: 60_000 };
  append(history, "t", "a", long);
  append(history, "t", "b", { limit: 10, ttlMs: 1000 });
  now = 1000;
  append(history, "other", "c", long);
  // The second is gone: then the first is none of its history either, and who has neither has missed something.
  assertEquals(read(history, "t", 0, { rule: long, last: 9 }), "latest  | 3");
  assertEquals(read(history, "t", 1, { rule: long }), "latest  | 3");
  assertEquals(read(history, "t", 2, { rule: long }), "all  | 3");
});

Deno.test("RingHistory keeps what another rule has kept only as far as the rule of now does", () => {
  let now = 0;
  const history = ring({ now: () => now });
  const long = { limit: 10, ttlMs: 60_000 };
  for (const payload of ["a", "b", "c", "d"]) append(history, "t", payload, long);
  assertEquals(read(history, "t", undefined, { last: 9 }), "latest 2:b 3:c 4:d | 4");
  now = 1000;
  assertEquals(read(history, "t", undefined, { last: 9 }), "latest  | 4");
  assertEquals(history.heldBytes, 0);
});

Deno.test("RingHistory drops the oldest of all topics when all together are too large", () => {
  const one = ring();
  append(one, "t", "");
  const history = ring({ maxBytes: one.heldBytes * 3 });
  for (const topic of ["a", "b", "a", "b", "c"]) append(history, topic, "");
  assertEquals([read(history, "a", 0), read(history, "a", 1)], ["latest  | 5", "all 3: | 5"]);
  assertEquals([read(history, "b", 1), read(history, "b", 2)], ["latest  | 5", "all 4: | 5"]);
  assertEquals(read(history, "c", 0), "all 5: | 5");
  assertEquals(history.heldBytes, one.heldBytes * 3);
});

Deno.test("RingHistory keeps nothing that is larger than all of it, and says that it is gone", () => {
  const history = ring({ maxBytes: 10 });
  assertEquals(append(history, "t", "a"), 1);
  assertEquals([read(history, "t", 0), read(history, "t", 1), history.heldBytes], ["latest  | 1", "all  | 1", 0]);
});

Deno.test("RingHistory remembers what it has dropped of topics of which nothing is left, and of the rest that it may have", () => {
  let now = 0;
  const history = ring({ now: () => now, maxFloors: 2 });
  append(history, "old", "a");
  append(history, "kept", "b", { limit: 3, ttlMs: 1e9 });
  now = 1000;
  assertEquals([read(history, "old", 0), read(history, "old", 1), read(history, "new", 0)], [
    "latest  | 2",
    "all  | 2",
    "all  | 2",
  ]);
  for (const topic of ["x", "y", "z"]) append(history, topic, "c");
  now = 2000;
  // Two of the four are forgotten by now: who was there before them may have missed something in any topic.
  assertEquals([read(history, "old", 0), read(history, "new", 0), read(history, "new", 5)], [
    "latest  | 5",
    "latest  | 5",
    "all  | 5",
  ]);
  assertEquals(read(history, "kept", 1, { rule: { limit: 3, ttlMs: 1e9 } }), "all 2:b | 5");
});

Deno.test("RingHistory keeps nothing and goes on from nothing after its end", () => {
  const history = ring();
  append(history, "t", "a");
  history.close();
  assertEquals([history.heldBytes, read(history, "t", 0)], [0, "latest  | 1"]);
});

Deno.test("RingHistory takes no longer to append for many topics that are full", () => {
  const history = ring({ maxBytes: 1e9 });
  const rule = { limit: 10, ttlMs: 1e9 };
  const measure = (): number => {
    const start = performance.now();
    for (let at = 0; at < 20_000; at++) append(history, `t${at % 1000}`, "x", rule);
    return performance.now() - start;
  };
  measure();
  // It took 45 µs each where entries stood in a map, of which the first is behind all that were deleted before it.
  assert(measure() < 400);
});
