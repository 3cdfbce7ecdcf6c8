/** What only JetStream does; the rest is in tests/suites. @module */
import { jetstreamManager } from "@nats-io/jetstream";
import { NatsConnectionImpl, setTransportFactory } from "@nats-io/nats-core/internal";
import { assertEquals, assertRejects } from "@std/assert";
import { Ending } from "../../lib/backplane/ending.ts";
import { encodeEnvelope } from "../../lib/backplane/envelope.ts";
import { NatsHistory, type NatsHistoryParts } from "../../lib/backplane/nats_history.ts";
import { streamConfig } from "../../lib/backplane/nats_names.ts";
import { NatsTransport } from "../../lib/backplane/nats_transport.ts";
import { jetstream } from "@nats-io/jetstream";
import { systemClock } from "../../lib/gateway/clock.ts";
import { RefusedError } from "../../lib/backplane/refused_error.ts";
import { startNats } from "../support/nats_server.ts";
import { requires } from "../support/requires.ts";

const RULE = { limit: 1_000, ttlMs: 60_000 };

/** A history on a server of its own, and what stands behind it. */
async function keeping() {
  const server = await startNats();
  setTransportFactory({ factory: () => new NatsTransport() });
  const nc = await NatsConnectionImpl.connect({ servers: `127.0.0.1:${server.port}`, reconnect: false });
  const [js, jsm] = [jetstream(nc), await jetstreamManager(nc)];
  const parts = { nc, js, jsm, clock: systemClock, prefix: "sockeye", where: "here" };
  const ending = new Ending();
  return {
    jsm,
    ending,
    history: (others: Partial<NatsHistoryParts> = {}) => new NatsHistory({ ...parts, ending, ...others }),
    async [Symbol.asyncDispose]() {
      await nc.close();
      await server[Symbol.asyncDispose]();
    },
  };
}

const append = (id: string, payload: string | Uint8Array<ArrayBuffer> = id) => ({
  id,
  bytes: encodeEnvelope({ payload, from: "" }),
});

function define(name: string, run: (kept: Awaited<ReturnType<typeof keeping>>) => Promise<void>): void {
  Deno.test({
    name,
    ...requires("nats-server"),
    async fn() {
      await using kept = await keeping();
      await run(kept);
    },
  });
}

define("the same id is stored once, and its offset is what it was", async ({ history }) => {
  const one = history();
  assertEquals(await one.store("a", RULE, [append("x"), append("y")]), [1, 2]);
  assertEquals(await one.store("a", RULE, [append("x"), append("y"), append("z")]), [1, 2, 3]);
  assertEquals((await one.read("a", RULE, { last: 9 })).envelopes.map(({ offset }) => offset), [1, 2, 3]);
});

/** A server that has only begun: it says so often that JetStream is off. */
function beginning(jsm: NatsHistoryParts["jsm"], times: number) {
  const off = Object.assign(new Error("jetstream is not enabled"), { name: "JetStreamNotEnabled" });
  const asked = { count: 0 };
  const streams = new Proxy(jsm.streams, {
    get: (own, name) =>
      name === "info" && asked.count++ < times
        ? () => Promise.reject(off)
        : (own[name as "info"] as () => unknown).bind(own),
  });
  return { asked, jsm: new Proxy(jsm, { get: (own, name) => name === "streams" ? streams : own[name as "streams"] }) };
}

/** Every pause is over at once. */
const hasty = {
  ...systemClock,
  setTimer: (run: () => void) => {
    queueMicrotask(run);
    return () => {};
  },
};

define("a server that has JetStream and has only begun is asked again, and not given up at once", async (kept) => {
  const { asked, jsm } = beginning(kept.jsm, 5);
  const { isRecovered } = await kept.history({ jsm, clock: hasty }).read("a", RULE, {});
  assertEquals([isRecovered, asked.count > 5], [false, true]);
});

define("a server whose JetStream never comes up is refused with what to do", async (kept) => {
  const { jsm } = beginning(kept.jsm, Infinity);
  const history = kept.history({ jsm, clock: hasty });
  await assertRejects(() => history.read("a", RULE, {}), RefusedError, "start it as `nats-server -js`");
});

define("who reads an empty topic at the same moment gets the same position", async ({ history }) => {
  const replays = await Promise.all(Array.from({ length: 20 }, () => history().read("a", RULE, {})));
  assertEquals(new Set(replays.map(({ position }) => JSON.stringify(position))).size, 1);
});

define("who makes the stream of a rule at the same moment makes one", async ({ history, jsm }) => {
  const offsets = await Promise.all(
    Array.from({ length: 20 }, (_, index) => history().store("a", RULE, [append(`${index}`)])),
  );
  assertEquals(offsets.flat().map(Number).toSorted((a, b) => a - b), Array.from({ length: 20 }, (_, at) => at + 1));
  assertEquals((await jsm.streams.list().next()).length, 1);
});

define("a stream that is there stays as its operator made it", async ({ history, jsm }) => {
  await jsm.streams.add({ ...streamConfig("sockeye", RULE), max_bytes: 10_000_000, description: "ours" });
  await history().store("a", RULE, [append("x")]);
  const { config } = await jsm.streams.info("sockeye-1000-60000");
  assertEquals([config.max_bytes, config.description], [10_000_000, "ours"]);
});

define("a stream that has the subjects under another name refuses what is stored, with its reason", async (kept) => {
  const { history, jsm } = kept;
  await jsm.streams.add({ name: "other", subjects: ["sockeye.>"] });
  const [outcome] = await history().store("a", RULE, [append("x")]);
  assertEquals(`${outcome}`, "Error: not stored: subjects overlap with an existing stream");
});

define("a stream that is deleted is made again, by who reads as by who stores", async ({ history, jsm }) => {
  const one = history();
  const { position } = await one.read("a", RULE, {});
  await jsm.streams.delete("sockeye-1000-60000");
  const { isRecovered, position: another } = await one.read("a", RULE, { since: position });
  assertEquals([isRecovered, position.epoch === another.epoch], [false, false]);
  await jsm.streams.delete("sockeye-1000-60000");
  // Nobody has it, nobody answers: it is looked for before it is stored again.
  assertEquals(await one.store("a", RULE, [append("x")]), [undefined]);
  assertEquals(await one.store("a", RULE, [append("x")]), [1]);
});

define("one that is full refuses for good what it cannot take", async ({ history, jsm }) => {
  await jsm.streams.add({ ...streamConfig("sockeye", RULE), max_bytes: 1_000, discard: "new" });
  const [outcome] = await history().store("a", RULE, [append("x", new Uint8Array(2_000))]);
  assertEquals(`${outcome}`, "Error: not stored: maximum bytes exceeded");
});

define("a history of 64 MB is read whole", async ({ history }) => {
  const one = history();
  const payload = new Uint8Array(640_000).fill(5);
  for (let at = 0; at < 100; at++) await one.store("a", RULE, [append(`${at}`, payload)]);
  const { envelopes } = await one.read("a", RULE, { last: 100 });
  assertEquals(envelopes.length, 100);
  assertEquals(envelopes.every(({ payload }) => payload.length === 640_000), true);
});

define("reading leaves nothing behind", async ({ history, jsm }) => {
  const one = history();
  await one.store("a", RULE, Array.from({ length: 300 }, (_, at) => append(`${at}`)));
  await Promise.all(Array.from({ length: 20 }, () => one.read("a", RULE, { last: 300 })));
  // What it deletes is deleted in order.
  await one.read("a", RULE, {});
  assertEquals((await jsm.consumers.list("sockeye-1000-60000").next()).length, 0);
});

define("the end of the session ends what waits", async ({ history, ending }) => {
  const one = history();
  await one.read("a", RULE, {});
  const reading = assertRejects(() => one.read("a", RULE, { last: 1 }), Error, "the broker has gone away: a reset");
  ending.end("a reset");
  await reading;
});
