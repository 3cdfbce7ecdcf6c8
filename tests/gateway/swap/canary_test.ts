/** New code for a share of the peers: who moves, who stays, and how it is taken back. @module */
import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { isInShare } from "../../../lib/gateway/share.ts";
import { ask, counting, DeployedGateway } from "../../support/deployed_gateway.ts";

const PEERS = 40;

/** Whether each of the open peers, in order of their connecting, is in the share. */
function inShare({ gateway }: DeployedGateway, share: number): readonly boolean[] {
  return gateway.peers().map(({ id }) => isInShare(id, share));
}

Deno.test("a canary moves its share of the open peers, chosen by their ids, with what they had; others feel nothing", async () => {
  const suspended: string[] = [];
  const noted = (peer: { id: string }, count: unknown) => {
    suspended.push(peer.id);
    return count;
  };
  await using server = await DeployedGateway.serving({ "/": counting("one", { suspend: (peer) => noted(peer, 7) }) });
  const clients = await server.connectMany(PEERS);
  const chosen = inShare(server, 0.3);
  const count = chosen.filter(Boolean).length;
  assert(count > 0 && count < PEERS, "the draw is lopsided: choose another share");
  await server.add("two", { "/": counting("two") });
  const report = await server.deployments.activate("two", { share: 0.3 });
  assertEquals([report.moved, report.deployment.state, report.deployment.share, report.deployment.peers], [
    count,
    "canary",
    0.3,
    count,
  ]);
  assertEquals(suspended.length, count);
  for (const [at, client] of clients.entries()) assertEquals(await ask(client), chosen[at] ? "two 8" : "one 1");
  assertEquals(server.states(), ["two canary", "one active"]);
});

Deno.test("who connects during a canary meets the new code in the same share, by id", async () => {
  await using server = await DeployedGateway.serving({ "/": counting("one") });
  await server.add("two", { "/": counting("two") });
  await server.deployments.activate("two", { share: 0.5 });
  const clients = await server.connectMany(PEERS);
  const chosen = inShare(server, 0.5);
  assert(chosen.includes(true) && chosen.includes(false));
  for (const [at, client] of clients.entries()) assertEquals(await ask(client), chosen[at] ? "two 1" : "one 1");
});

Deno.test("ordinary HTTP during a canary goes by the address it comes from: each client sees one code", async () => {
  const page = (name: string) => ({ get: () => new Response(name), default: counting(name) });
  await using server = await DeployedGateway.serving({ "/": page("one") });
  await server.add("two", { "/": page("two") });
  for (const share of [0.01, 0.25, 0.5, 0.75, 0.99]) {
    await server.deployments.activate("two", { share });
    const expected = isInShare("127.0.0.1", share) ? "200 two" : "200 one";
    assertEquals([await server.fetch("/"), await server.fetch("/")], [expected, expected]);
  }
});

Deno.test("a larger share moves more, a smaller one some back, promotion the others; every count stays", async () => {
  await using server = await DeployedGateway.serving({ "/": counting("one") });
  const clients = await server.connectMany(PEERS);
  await server.add("two", { "/": counting("two") });
  let count = 0;
  for (const share of [0.2, 0.7, 0.4, undefined]) {
    await server.deployments.activate("two", { share });
    const chosen = share === undefined ? clients.map(() => true) : inShare(server, share);
    count++;
    for (const [at, client] of clients.entries()) {
      assertEquals(await ask(client), `${chosen[at] ? "two" : "one"} ${count}`);
    }
  }
  assertEquals(server.states(), ["two active", "one kept"]);
  assertEquals(server.events, ["start two", "stop one"]);
});

Deno.test("a canary whose resume fails for one peer leaves the old code with everybody, and says why", async () => {
  await using server = await DeployedGateway.serving({ "/": counting("one") });
  const clients = await server.connectMany(PEERS);
  let resumed = 0;
  const resume = () => {
    if (++resumed === 2) throw new Error("no room");
  };
  await server.add("two", { "/": counting("two", { resume, suspend: () => undefined }) });
  const error = await assertRejects(() => server.deployments.activate("two", { share: 0.5 }), Error);
  assertStringIncludes(error.message, "resume failed for peer");
  for (const client of clients) assertEquals(await ask(client), "one 1");
  assertEquals(server.states(), ["one active", "two failed"]);
  assertEquals(server.events, ["start two", "stop two"]);
  assertEquals(await ask(await server.connect()), "one 1");
});

Deno.test("a promotion that fails leaves the canary as it was: those who moved go back, and no count is lost", async () => {
  await using server = await DeployedGateway.serving({ "/": counting("one") });
  const clients = await server.connectMany(PEERS);
  let isFull = false;
  const counts = new Map<string, number>();
  const two = counting("two");
  await server.add("two", {
    "/": {
      ...two,
      resume(peer, state, context) {
        if (isFull && counts.size > 3) throw new Error("no room");
        if (isFull) counts.set(peer.id, 0);
        return two.resume?.(peer, state, context);
      },
    },
  });
  await server.deployments.activate("two", { share: 0.3 });
  const chosen = inShare(server, 0.3);
  isFull = true;
  assertStringIncludes((await assertRejects(() => server.deployments.promote("two"), Error)).message, "no room");
  for (const [at, client] of clients.entries()) assertEquals(await ask(client), chosen[at] ? "two 1" : "one 1");
  assertEquals(server.states(), ["two canary", "one active"]);
  assertEquals(server.deployments.find("two")?.share, 0.3);
  isFull = false;
  await server.deployments.promote("two");
  for (const client of clients) assertEquals(await ask(client), "two 2");
});

Deno.test("a canary is taken back even if its suspend throws; who cannot be resumed by the old code gets 1011", async () => {
  let refused = "";
  const one = counting("one");
  await using server = await DeployedGateway.serving({
    "/": {
      ...one,
      resume(peer, state, context) {
        refused ||= peer.id;
        if (refused === peer.id) throw new Error("it is full here");
        return one.resume?.(peer, state, context);
      },
    },
  });
  const clients = await server.connectMany(PEERS);
  const ids = server.gateway.peers().map(({ id }) => id);
  await server.add("two", {
    "/": counting("two", {
      suspend() {
        throw new Error("broken");
      },
    }),
  });
  const { moved } = await server.deployments.activate("two", { share: 0.5 });
  const report = await server.deployments.rollback();
  assertEquals([report.moved, report.lost, report.deployment.name], [moved - 1, 1, "one"]);
  for (const [at, client] of clients.entries()) {
    if (ids[at] === refused) assertEquals((await client.ending()).kind, "close");
    else assertEquals(await ask(client), "one 1");
  }
  assertEquals(server.states(), ["one active", "two candidate"]);
  assertEquals(server.deployments.find("two")?.reason, "it was taken back as a canary");
});

Deno.test("a canary that lacks a route with peers is refused, whoever is in its share; and where allowed, takes them away", async () => {
  await using server = await DeployedGateway.serving({ "/": counting("one"), "/other": counting("other") });
  const client = await server.connect();
  const others = await server.connectMany(PEERS, "/other");
  await server.add("two", { "/": counting("two") });
  // So small that nobody is in it: promoted, it would still take a route with peers away.
  const share = 1e-9;
  const error = await assertRejects(() => server.deployments.activate("two", { share }), Error);
  assertStringIncludes(error.message, `no WebSocket route at /other (${PEERS} peers)`);
  await server.add("two", { "/": counting("two") });
  const report = await server.deployments.activate("two", { share: 0.5, allowRemoval: true });
  const gone = report.dismissed;
  assert(gone > 0 && gone < PEERS);
  const answers = await Promise.all(others.map(ask));
  const closed = JSON.stringify({ kind: "close", code: 1012, reason: "service restart" });
  assertEquals([answers.filter((answer) => answer === closed).length, new Set(answers).size], [gone, 2]);
  assert((await ask(client)).endsWith(" 1"));
});

Deno.test("a route that only the canary has is there for its share, and its peers get 1012 when it is taken back", async () => {
  await using server = await DeployedGateway.serving({ "/": counting("one") });
  await server.add("two", { "/": counting("two"), "/new": counting("new") });
  await server.deployments.activate("two", { share: 0.5 });
  const attempts = await Promise.allSettled(Array.from({ length: PEERS }, () => server.connect("/new")));
  const clients = attempts.filter((attempt) => attempt.status === "fulfilled").map(({ value }) => value);
  assert(clients.length > 0 && clients.length < PEERS, String(clients.length));
  for (const client of clients) assertEquals(await ask(client), "new 1");
  const report = await server.deployments.rollback();
  assertEquals([report.dismissed, report.moved], [clients.length, 0]);
  for (const client of clients) {
    assertEquals(await client.ending(), { kind: "close", code: 1012, reason: "service restart" });
  }
});
