import { assertEquals } from "@std/assert";
import { deliveryOf, historyNames, sentSubject, streamConfig } from "../../lib/backplane/nats_names.ts";

Deno.test("subjects are the prefix, what they are for, the rule and the topic's key", () => {
  assertEquals(sentSubject("sockeye", "a b"), "sockeye.sent.a=0020b");
  assertEquals(historyNames("app", { limit: 100, ttlMs: 300_000 }, "room:1"), {
    stream: "app-100-300000",
    subject: "app.history.100-300000.room:1",
    live: "app.live.100-300000.room:1",
  });
});

Deno.test("a stream keeps one more than its rule says, for twelve times as long, and an hour at least", () => {
  const { name, subjects, republish, max_msgs_per_subject, max_age } = streamConfig("sockeye", {
    limit: 100,
    ttlMs: 600_000,
  });
  assertEquals([name, subjects], ["sockeye-100-600000", ["sockeye.history.100-600000.>"]]);
  assertEquals(republish, { src: "sockeye.history.100-600000.>", dest: "sockeye.live.100-600000.>" });
  assertEquals([max_msgs_per_subject, max_age], [101, 2 * 3_600e9]);
  assertEquals(streamConfig("sockeye", { limit: 1, ttlMs: 1 }).max_age, 3_600e9);
});

Deno.test("the longest ttl is one that NATS can say", () => {
  const { max_age } = streamConfig("sockeye", { limit: 1, ttlMs: Number.MAX_SAFE_INTEGER });
  assertEquals(JSON.stringify(max_age), "9000000000000000000");
});

Deno.test("a delivery is read from both forms of its subject", () => {
  const expected = { seq: 11900, at: 1_700_000_000_000.5, pending: 3 };
  assertEquals(deliveryOf("$JS.ACK.stream.consumer.1.11900.7.1700000000000500000.3"), expected);
  assertEquals(deliveryOf("$JS.ACK._.hash.stream.consumer.1.11900.7.1700000000000500000.3.r"), expected);
});
