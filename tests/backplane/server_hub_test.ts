/** The hub of a server, and what is behind it. @module */
import { assertEquals } from "@std/assert";
import { type ServerBackplane, ServerHub } from "../../lib/backplane/server_hub.ts";
import { EmbeddedBroker, RingHistory } from "../../lib/pubsub/mod.ts";
import { FakeClock } from "../support/fake_clock.ts";

const OPTIONS = {
  natsUrl: "",
  redisUrl: "",
  dataDir: "",
  maxHistoryBytes: 1000,
  maxTopicsPerPeer: 10,
  maxTopics: 10,
  presenceTtlMs: 1000,
};

async function open(joined: ServerBackplane | undefined, options = OPTIONS) {
  const hosts = () =>
    Promise.resolve({ histories: new URL("../../lib/backplane/sqlite_history_worker.ts", import.meta.url) });
  return await ServerHub.open({ options, joined, clock: new FakeClock(), hosts, log: { warn() {} } });
}

Deno.test("ServerHub is alone where nobody joins it to others, and joined where somebody does, who tells it of ends", async () => {
  const alone = await open(undefined);
  assertEquals([alone.hub.backplane.name, alone.hub.backplane.isUp], ["memory", true]);
  await alone.close();
  const clock = new FakeClock();
  const broker = new EmbeddedBroker(new RingHistory({ maxBytes: 1000, now: () => clock.now(), epoch: "e" }));
  const ends: ((node: string) => void)[] = [];
  const joined = (): ServerBackplane =>
    Object.assign(broker.node(), { introduce: (_: string, ended: (node: string) => void) => void ends.push(ended) });
  const [one, two] = [await open(joined()), await open(joined())];
  assertEquals([one.hub.nodes.others, two.hub.nodes.others], [[two.hub.node], [one.hub.node]]);
  ends[1]!(one.hub.node);
  assertEquals(two.hub.nodes.others, []);
  await one.close();
  await two.close();
});

Deno.test("ServerHub goes on with its histories after a restart, where it has a data folder", async () => {
  const dataDir = await Deno.makeTempDir({ prefix: "sockeye-hub-" });
  const topics = { a: { history: true } };
  const { TopicRules } = await import("../../lib/pubsub/mod.ts");
  const got: string[] = [];
  for (const text of ["before", "after"]) {
    const server = await open(undefined, { ...OPTIONS, dataDir, maxHistoryBytes: 100_000 });
    server.hub.rules = new TopicRules([{ file: "a.ts", topics }]);
    await server.hub.publish("a", text);
    if (text === "after") {
      await server.hub.subscribe(
        {
          id: "p",
          bufferedAmount: 0,
          highWaterBytes: 1,
          deliver: ({ plain }) => void got.push(new TextDecoder().decode(plain.payload)),
          drained: () => Promise.resolve(),
        },
        "a",
        { last: 10 },
      );
    }
    await server.close();
  }
  assertEquals(got, ["before", "after"]);
  await Deno.remove(dataDir, { recursive: true });
});
