/** The backplane of one process, over histories in memory, and over histories in a file. @module */
import { SqliteHistory } from "../../lib/backplane/mod.ts";
import { systemClock } from "../../lib/gateway/mod.ts";
import { EmbeddedBroker, RingHistory } from "../../lib/pubsub/mod.ts";
import { backplaneSuite } from "./backplane_suite.ts";

/** Room for what the tests keep. */
const MAX_BYTES = 2 ** 28;

backplaneSuite({
  name: "EmbeddedBroker in memory",
  meet() {
    const store = new RingHistory({ maxBytes: MAX_BYTES, now: () => performance.now(), epoch: crypto.randomUUID() });
    const broker = new EmbeddedBroker(store);
    return Promise.resolve({
      node: () => broker.node(),
      [Symbol.asyncDispose]: () => Promise.resolve(store.close()),
    });
  },
});

backplaneSuite({
  name: "EmbeddedBroker with a file",
  async meet() {
    const folder = await Deno.makeTempDir({ prefix: "sockeye-embedded-" });
    const store = await SqliteHistory.open({ folder, clock: systemClock, maxBytes: MAX_BYTES, warn() {} });
    const broker = new EmbeddedBroker(store);
    return {
      node: () => broker.node(),
      async [Symbol.asyncDispose]() {
        await store.close();
        await Deno.remove(folder, { recursive: true });
      },
    };
  },
});
