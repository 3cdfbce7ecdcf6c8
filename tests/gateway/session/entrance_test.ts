/** Routes that ask who somebody is: nothing of a peer reaches their code before its token was found good. @module */
import { assertEquals, assertRejects } from "@std/assert";
import type { Route } from "sockeye";
import { UpgradeRefusedError } from "../../../lib/testing/mod.ts";
import { client, serveRoute, TestClient } from "../support/client.ts";
import { gate } from "../support/served.ts";

/** A route that writes down what reaches it, and takes the token `good`. */
function guarded(log: string[], more: Partial<Route> = {}): Route {
  return {
    authenticate(_peer, token) {
      log.push(`token ${token}`);
      return token === "good";
    },
    open: (peer) => {
      log.push("open");
      peer.send("welcome");
    },
    message: (_peer, message) => void log.push(message.text()),
    close: () => void log.push("close"),
    ...more,
  };
}

const base64url = (text: string): string =>
  new TextEncoder().encode(text).toBase64({ alphabet: "base64url", omitPadding: true });

Deno.test("a client of ours brings its token in its first message, and then its code hears of it", async () => {
  const log: string[] = [];
  await using server = await serveRoute(guarded(log));
  const peer = await server.connect("/", { subprotocols: ["sockeye.v1"] });
  const one = new TestClient(peer);
  await server.still();
  assertEquals([log, peer.waitingMessages], [[], 0]);
  one.send(["ping"]);
  assertEquals(await one.header(), ["pong"]);
  one.send(["auth", "good"]);
  one.send([], "hello");
  assertEquals((await one.header())[0], "hello");
  assertEquals(await one.receive(), { header: [], payload: "welcome" });
  await peer.close();
  await server.settled();
  assertEquals(log, ["token good", "open", "hello", "close"]);
});

Deno.test("a token that is not good closes with 4403, and its code hears nothing", async () => {
  const log: string[] = [];
  await using server = await serveRoute(guarded(log));
  const peer = await server.connect("/", { subprotocols: ["sockeye.v1"] });
  new TestClient(peer).send(["auth", "bad"]);
  assertEquals(await peer.closed, { code: 4403, reason: "the token is not good enough", wasClean: true });
  await server.settled();
  assertEquals(log, ["token bad"]);
});

Deno.test("whoever says anything else before its token, or nothing for authTimeoutMs, is closed with 4401", async () => {
  const log: string[] = [];
  await using server = await serveRoute(guarded(log, { options: { authTimeoutMs: 3_000 } }));
  for (const header of [[], ["req", 1], ["sub", 1, "a"]]) {
    const peer = await server.connect("/", { subprotocols: ["sockeye.v1"] });
    new TestClient(peer).send(header, "x");
    assertEquals((await peer.closed).code, 4401);
  }
  const silent = await server.connect("/", { subprotocols: ["sockeye.v1"] });
  await server.clock.advance(2_999);
  assertEquals(server.connectionCount, 1);
  await server.clock.advance(1);
  assertEquals((await silent.closed).code, 4401);
  await server.settled();
  assertEquals(log, []);
});

Deno.test("a token may come as a subprotocol, which is never the one that is chosen, or in a header", async () => {
  const log: string[] = [];
  await using server = await serveRoute(guarded(log));
  const one = await client(server, "/", [`sockeye.token.${base64url("good")}`]);
  assertEquals(one.peer.subprotocol, "sockeye.v1");
  assertEquals(await one.receive(), { header: [], payload: "welcome" });
  const plain = await server.connect("/", { subprotocols: [`sockeye.token.${base64url("good")}`] });
  assertEquals([plain.subprotocol, await plain.receive()], ["", "welcome"]);
  const bearer = await server.connect("/", { headers: { authorization: "Bearer good" } });
  assertEquals(await bearer.receive(), "welcome");
  bearer.send("plain");
  await server.settled();
  assertEquals(log, ["token good", "open", "token good", "open", "token good", "open", "plain"]);
});

Deno.test("a plain client without a token, or with one that is none, is closed with 4401", async () => {
  const log: string[] = [];
  await using server = await serveRoute(guarded(log));
  for (const options of [{}, { subprotocols: ["sockeye.token.%%%"] }, { headers: { authorization: "Basic good" } }]) {
    assertEquals((await (await server.connect("/", options)).closed).code, 4401);
  }
  await server.settled();
  assertEquals(log, []);
});

Deno.test("another token later is asked about, too; one where nobody asks is let be", async () => {
  const log: string[] = [];
  await using server = await serveRoute(guarded(log));
  const one = await client(server, "/", [`sockeye.token.${base64url("good")}`]);
  await one.receive();
  one.send(["auth", "good"]);
  one.send(["ping"]);
  assertEquals(await one.header(), ["pong"]);
  one.send(["auth", "bad"]);
  assertEquals((await one.peer.closed).code, 4403);
  await using open = await serveRoute({ open() {} });
  const free = await client(open);
  free.send(["auth", "whatever"]);
  free.send(["ping"]);
  assertEquals(await free.header(), ["pong"]);
});

Deno.test("what comes while the token is looked at waits, also of a client that leaves meanwhile", async () => {
  const log: string[] = [];
  const end = gate();
  await using server = await serveRoute(guarded(log, { authenticate: async () => (await end.opened, true) }));
  const [one, gone] = [
    await server.connect("/", { subprotocols: ["sockeye.v1"] }),
    await server.connect("/", { subprotocols: ["sockeye.v1"] }),
  ];
  for (const each of [one, gone]) {
    new TestClient(each).send(["auth", "good"]);
    new TestClient(each).send([], "early");
  }
  await server.still();
  gone.reset();
  await server.still();
  end.open();
  await server.settled();
  assertEquals(log, ["open", "open", "early", "early", "close"]);
});

Deno.test("a hook that fails lets nobody in", async () => {
  const log: string[] = [];
  await using server = await serveRoute(guarded(log, {
    authenticate() {
      throw new Error("no such table");
    },
  }));
  const peer = await server.connect("/", { subprotocols: ["sockeye.v1"] });
  new TestClient(peer).send(["auth", "good"]);
  assertEquals((await peer.closed).code, 1011);
  await server.settled();
  assertEquals(log, []);
});

Deno.test("who waits at the entrance meets the new code after a swap, and who is in need not come again", async () => {
  const log: string[] = [];
  await using server = await serveRoute(guarded(log, { suspend: () => "state" }));
  const waiting = new TestClient(await server.connect("/", { subprotocols: ["sockeye.v1"] }));
  const one = await client(server, "/", [`sockeye.token.${base64url("good")}`]);
  await one.receive();
  const next: string[] = [];
  await server.swap({ "/": guarded(next, { resume: (_peer, state) => void next.push(`resume ${state}`) }) });
  one.send([], "still here");
  waiting.send(["auth", "good"]);
  assertEquals((await waiting.header())[0], "hello");
  await server.settled();
  assertEquals(log, ["token good", "open"]);
  assertEquals(next.sort(), ["open", "resume state", "still here", "token good"]);
});

Deno.test("an upgrade that is refused with 401 or 403 closes a client of ours with 4401 or 4403", async () => {
  let opened = 0;
  await using server = await serveRoute({
    upgrade: (request) => new Response("no", { status: Number(new URL(request.url).searchParams.get("status")) }),
    open: () => void opened++,
  });
  for (const status of [401, 403]) {
    const peer = await server.connect(`/?status=${status}`, { subprotocols: ["sockeye.v1"] });
    assertEquals((await peer.closed).code, 4000 + status);
    await assertRejects(() => server.connect(`/?status=${status}`), UpgradeRefusedError);
  }
  await assertRejects(() => server.connect("/?status=404", { subprotocols: ["sockeye.v1"] }), UpgradeRefusedError);
  assertEquals(opened, 0);
});

Deno.test("who is admitted for a while is closed with 4401 when that is over, and not before", async () => {
  const log: string[] = [];
  await using server = await serveRoute(guarded(log, { authenticate: () => ({ expiresInMs: 60_000 }) }));
  const ours = await client(server, "/", [`sockeye.token.${base64url("good")}`]);
  const plain = await server.connect("/", { headers: { authorization: "Bearer good" } });
  await server.clock.advance(59_900);
  assertEquals(server.connectionCount, 2);
  await server.clock.advance(150);
  for (const peer of [ours.peer, plain]) {
    assertEquals(await peer.closed, { code: 4401, reason: "the token has expired", wasClean: true });
  }
});

Deno.test("another token moves the end, either way, and takes it away", async () => {
  const log: string[] = [];
  const authenticate: Route["authenticate"] = (_peer, token) =>
    token === "good" || (token === "none" ? {} : { expiresInMs: Number(token) });
  await using server = await serveRoute(guarded(log, { authenticate }));
  const one = await client(server, "/", [`sockeye.token.${base64url("60000")}`]);
  await one.receive();
  const bring = async (token: string) => {
    one.send(["auth", token]);
    one.send(["ping"]);
    assertEquals(await one.header(), ["pong"]);
  };
  await server.clock.advance(50_000);
  await bring("60000");
  await server.clock.advance(50_000);
  assertEquals(server.connectionCount, 1);
  for (const forGood of ["none", "good"]) {
    await bring(forGood);
    await server.clock.advance(3_600_000);
    assertEquals(server.connectionCount, 1);
  }
  await bring("1000");
  await server.clock.advance(1_050);
  assertEquals((await one.peer.closed).code, 4401);
});

Deno.test("the end stays where it is when other code takes the peer over", async () => {
  await using server = await serveRoute(guarded([], { authenticate: () => ({ expiresInMs: 60_000 }) }));
  const ours = await client(server, "/", [`sockeye.token.${base64url("good")}`]);
  const plain = await server.connect("/", { headers: { authorization: "Bearer good" } });
  await server.clock.advance(30_000);
  await server.swap({ "/": guarded([], { authenticate: () => true, resume() {} }) });
  await server.clock.advance(29_900);
  assertEquals(server.connectionCount, 2);
  await server.clock.advance(150);
  assertEquals([(await ours.peer.closed).code, (await plain.closed).code], [4401, 4401]);
});

Deno.test("whom upgrade has admitted is asked for nothing, and may bring a token all the same", async () => {
  const log: string[] = [];
  await using server = await serveRoute(guarded(log, {
    upgrade: () => ({ admission: { expiresInMs: 60_000 } }),
  }));
  const plain = await server.connect("/");
  assertEquals(await plain.receive(), "welcome");
  const one = await client(server);
  assertEquals((await one.receive()).payload, "welcome");
  one.send(["auth", "good"]);
  await server.settled();
  assertEquals(log, ["open", "open", "token good"]);
  await server.clock.advance(60_050);
  assertEquals((await plain.closed).code, 4401);
  assertEquals(server.connectionCount, 1);
});

Deno.test("upgrade may admit for a while at a route that asks for no token", async () => {
  await using server = await serveRoute({
    upgrade: (_request, { asksForToken }) => ({ admission: { expiresInMs: 1_000 }, context: asksForToken }),
    open: (peer) => void peer.send(String(peer.context)),
  });
  const plain = await server.connect("/");
  assertEquals(await plain.receive(), "false");
  await server.clock.advance(1_050);
  assertEquals((await plain.closed).code, 4401);
});
