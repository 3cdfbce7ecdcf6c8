/** What joins a server to others, and where its histories are, as its options say. @module */
import { assert, assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { brokerPorts, chosenBroker, chosenHistories } from "../../lib/backplane/chosen.ts";
import { NatsBackplane } from "../../lib/backplane/nats.ts";
import { RedisBackplane } from "../../lib/backplane/redis.ts";
import { RefusedError } from "../../lib/backplane/refused_error.ts";
import { SqliteHistory } from "../../lib/backplane/sqlite_history.ts";
import { RingHistory } from "../../lib/pubsub/mod.ts";
import { FakeClock } from "../support/fake_clock.ts";

const PARTS = { clock: new FakeClock(), told() {} };
const NATS = "nats://127.0.0.1:4222";
const REDIS = "redis://127.0.0.1";

Deno.test("chosenBroker is that which the options name, or none", () => {
  assert(chosenBroker({ natsUrl: NATS, redisUrl: "" }, PARTS) instanceof NatsBackplane);
  assert(chosenBroker({ natsUrl: "", redisUrl: REDIS }, PARTS) instanceof RedisBackplane);
  assertEquals(chosenBroker({ natsUrl: "", redisUrl: "" }, PARTS), undefined);
});

Deno.test("chosenBroker refuses two, by their names", () => {
  const both = { natsUrl: NATS, redisUrl: REDIS };
  assertStringIncludes(assertThrows(() => chosenBroker(both, PARTS), RefusedError).message, "NATS_URL and REDIS_URL");
});

Deno.test("brokerPorts are those of the servers that are named, and of no others", () => {
  assertEquals(brokerPorts({ natsUrl: `${NATS},nats://127.0.0.1:4223`, redisUrl: REDIS }), [4222, 4223, 6379]);
  assertEquals(brokerPorts({ natsUrl: "", redisUrl: "" }), []);
});

Deno.test("chosenHistories are in memory, or in the data folder where there is one", async () => {
  const parts = {
    clock: new FakeClock(),
    hosts: () =>
      Promise.resolve({ histories: new URL("../../lib/backplane/sqlite_history_worker.ts", import.meta.url) }),
    log: { warn() {} },
  };
  assert(await chosenHistories({ dataDir: "", maxHistoryBytes: 1000 }, parts) instanceof RingHistory);
  const dataDir = await Deno.makeTempDir({ prefix: "sockeye-chosen-" });
  const stored = await chosenHistories({ dataDir, maxHistoryBytes: 100_000 }, parts);
  assert(stored instanceof SqliteHistory);
  await stored.append("a", { limit: 1, ttlMs: 1000 }, { payload: "x", from: "" });
  await stored.close();
  await Deno.remove(dataDir, { recursive: true });
});
