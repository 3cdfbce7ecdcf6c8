import { assert, assertEquals, assertRejects } from "@std/assert";
import {
  BrokerBackplane,
  CLOSE_TIMEOUT_MS,
  FIRST_BACKOFF_MS,
  MAX_BACKOFF_MS,
  REPAIR_RETRY_MS,
} from "../../lib/backplane/broker_backplane.ts";
import { PING_INTERVAL_MS, PING_TIMEOUT_MS } from "../../lib/backplane/liveness.ts";
import { RefusedError } from "../../lib/backplane/refused_error.ts";
import type { HistoryRule } from "../../lib/pubsub/mod.ts";
import { BackplaneNode } from "../suites/backplane_node.ts";
import { FakeServer, turn } from "../support/fake_broker.ts";
import { FakeClock } from "../support/fake_clock.ts";

const RULE: HistoryRule = { limit: 100, ttlMs: 60_000 };
const envelope = (payload: string) => ({ payload, from: "" });

/** A server, and a way to make nodes of it. */
function meeting() {
  const [server, clock] = [new FakeServer(), new FakeClock()];
  const log: string[] = [];
  const node = () =>
    new BackplaneNode(
      new BrokerBackplane(server.broker(), { clock, told: (message) => void log.push(message) }),
    );
  return { server, clock, log, node };
}

async function turns(count = 8): Promise<void> {
  for (let at = 0; at < count; at++) await turn();
}

Deno.test("it is up from when it is connected, and says nothing of it", async () => {
  const { clock, node, log } = meeting();
  const one = node();
  assertEquals(one.backplane.isUp, false);
  await one.open();
  assertEquals([one.backplane.isUp, one.states, log], [true, [], []]);
  await one.backplane.close();
  assertEquals(clock.pendingTimers, 0);
});

Deno.test("open throws for what trying again does not mend, and resolves for what it does", async () => {
  const { server, clock, node } = meeting();
  server.refusal = new RefusedError("no such user");
  await assertRejects(() => node().open(), RefusedError, "no such user");
  assertEquals(clock.pendingTimers, 0);
  server.refusal = new Error("timed out");
  const one = await node().open();
  assertEquals([one.backplane.isUp, clock.pendingTimers], [false, 1]);
  await one.backplane.close();
  assertEquals(clock.pendingTimers, 0);
});

Deno.test("it tries again, later each time, for ever, refused or not, and says once that it does", async () => {
  const { server, clock, node, log } = meeting();
  server.isUp = false;
  const one = await node().open();
  const waits = [];
  for (let attempt = 1; attempt <= 9; attempt++) {
    if (attempt === 5) server.refusal = new RefusedError("not now");
    let waited = 0;
    for (const before = server.attempts; server.attempts === before; waited += 100) clock.advance(100);
    waits.push(waited);
    await turns();
  }
  assertEquals(waits, [100, 200, 400, 800, 1_600, 3_200, 5_000, 5_000, 5_000]);
  assertEquals([waits[0], waits[8]], [FIRST_BACKOFF_MS, MAX_BACKOFF_MS]);
  assertEquals(log, ["the broker cannot be reached"]);
  server.refusal = undefined;
  server.isUp = true;
  clock.advance(MAX_BACKOFF_MS);
  await turns();
  assertEquals([one.backplane.isUp, one.states, log.at(-1)], [true, [true], "the broker is there"]);
  await one.backplane.close();
});

Deno.test("back again, it has joined, mended and stored before it says that it is up", async () => {
  const { server, clock, node } = meeting();
  const [one, two] = [await node().open(), await node().open()];
  await Promise.all([one, two].map(({ backplane }) => backplane.join("a", RULE)));
  const [session] = server.sessions;
  session!.drop("a reset");
  await turns();
  assertEquals([one.backplane.isUp, one.states], [false, [false]]);
  const missed = two.backplane.append("a", RULE, envelope("missed"));
  const held = one.backplane.append("a", RULE, envelope("held"));
  await missed;
  clock.advance(FIRST_BACKOFF_MS);
  await one.until(() => one.states.length === 2, "it is up again");
  assertEquals(one.payloads("a"), ["missed", "held"]);
  assertEquals([await held, one.resets("a")], [2, []]);
  await Promise.all([one.backplane.close(), two.backplane.close()]);
});

Deno.test("lost on the way back, it begins once more, and then says that it is up", async () => {
  const { server, clock, node } = meeting();
  const one = await node().open();
  await one.backplane.join("a", RULE);
  server.stop();
  await turns();
  server.isUp = true;
  clock.advance(FIRST_BACKOFF_MS);
  await turn();
  // Connected, and not yet where it was.
  assertEquals([server.sessions.size, one.backplane.isUp], [1, false]);
  server.stop();
  await turns();
  server.isUp = true;
  clock.advance(MAX_BACKOFF_MS);
  await one.until(() => one.backplane.isUp, "it is up again");
  assertEquals(one.states, [false, true]);
  await one.backplane.close();
});

Deno.test("a history that cannot be read is read again, and what arrived meanwhile is told then", async () => {
  const { server, clock, node, log } = meeting();
  const [one, two] = [await node().open(), await node().open()];
  await one.backplane.join("a", RULE);
  server.losses = [true, false];
  server.readFault = new Error("busy");
  for (const payload of ["x", "y"]) await two.backplane.append("a", RULE, envelope(payload));
  await turns();
  assertEquals([one.payloads("a"), log], [[], ["a history cannot be read"]]);
  server.readFault = undefined;
  clock.advance(REPAIR_RETRY_MS);
  await one.count("a", 2);
  assertEquals(one.payloads("a"), ["x", "y"]);
  await Promise.all([one.backplane.close(), two.backplane.close()]);
});

Deno.test("join rejects for a history that cannot be read, and the topic is not joined", async () => {
  const { server, node } = meeting();
  const one = await node().open();
  server.readFault = new RefusedError("no histories here");
  await assertRejects(() => Promise.resolve(one.backplane.join("a", RULE)), RefusedError, "no histories here");
  server.readFault = undefined;
  await one.backplane.append("a", RULE, envelope("x"));
  await one.backplane.join("a", RULE);
  await one.backplane.append("a", RULE, envelope("y"));
  await one.count("a", 1);
  assertEquals(one.payloads("a"), ["y"]);
  await one.backplane.close();
});

Deno.test("joined while it is away, it says where the topic goes on when it is back", async () => {
  const { server, clock, node } = meeting();
  const two = await node().open();
  await two.backplane.append("a", RULE, envelope("before"));
  server.stop();
  await turns();
  const one = await node().open();
  await one.backplane.join("a", RULE);
  await one.backplane.join("now", undefined);
  await assertRejects(
    () => Promise.resolve(one.backplane.read("a", RULE, {})),
    Error,
    "fake at fake:1 cannot be reached",
  );
  server.isUp = true;
  clock.advance(MAX_BACKOFF_MS);
  await one.until(() => one.backplane.isUp, "it is up");
  assertEquals(one.told("a"), [{ kind: "reset", position: { epoch: "e1", offset: 1 } }]);
  await Promise.all([one.backplane.close(), two.backplane.close()]);
});

Deno.test("a broker that no longer answers is taken for gone, and another connection is made", async () => {
  const { server, clock, node } = meeting();
  const one = await node().open();
  const [session] = server.sessions;
  session!.isAnswering = false;
  clock.advance(PING_INTERVAL_MS + PING_TIMEOUT_MS);
  await turns();
  assertEquals(one.states, [false]);
  clock.advance(FIRST_BACKOFF_MS);
  await turns();
  assertEquals(one.states, [false, true]);
  await one.backplane.close();
});

Deno.test("close stores what waits, and disconnects", async () => {
  const { server, clock, node } = meeting();
  const one = await node().open();
  const stored = one.backplane.append("a", RULE, envelope("x"));
  await one.backplane.close();
  assertEquals([await stored, server.sessions.size, clock.pendingTimers], [1, 0, 0]);
  await one.backplane.close();
  await assertRejects(() => Promise.resolve(one.backplane.append("a", RULE, envelope("y"))), Error, "the server ends");
});

Deno.test("close waits no longer than 2 s, and not at all for a broker that is away", async () => {
  const { server, clock, node } = meeting();
  const one = await node().open();
  server.storeFaults = Array.from({ length: 100 }, () => "undone" as const);
  const lost = assertRejects(
    () => Promise.resolve(one.backplane.append("a", RULE, envelope("x"))),
    Error,
    "the server ends",
  );
  await turns();
  const closed = one.backplane.close();
  clock.advance(CLOSE_TIMEOUT_MS);
  await Promise.all([closed, lost]);
  const two = await node().open();
  server.stop();
  await turns();
  const waiting = assertRejects(() => Promise.resolve(two.backplane.append("a", RULE, envelope("x"))), Error, "ends");
  await two.backplane.close();
  await waiting;
  assertEquals(clock.pendingTimers, 0);
  assert(!two.backplane.isUp);
});

Deno.test("publications that are none of ours are not told", async () => {
  const { server, node } = meeting();
  const one = await node().open();
  await one.backplane.join("a", undefined);
  const [session] = server.sessions;
  session!.events.onSent("a", new Uint8Array([77, 1, 2, 3]));
  session!.events.onSent("b", new Uint8Array([1, 0, 0]));
  session!.events.onStored("a", { bytes: new Uint8Array([1, 0, 0]), offset: 1, previous: 0, epoch: undefined });
  assertEquals(["a", "b"].map((topic) => one.told(topic)), [[], []]);
  await one.backplane.close();
});

Deno.test("a node that throws when it is told something is told the next", async () => {
  const { server, clock } = meeting();
  const [seen, log]: [string[], string[]] = [[], []];
  const backplane = new BrokerBackplane(server.broker(), { clock, told: (message) => void log.push(message) });
  await backplane.open({
    onMessage(_, { payload }) {
      seen.push(`${payload}`);
      if (payload === "x") throw new Error("oh");
    },
    onReset() {},
    onState() {},
  });
  await backplane.join("a", RULE);
  for (const payload of ["x", "y"]) await backplane.append("a", RULE, envelope(payload));
  assertEquals([seen, log], [["x", "y"], ["what a broker has told could not be passed on"]]);
  await backplane.close();
});
