/** Clients that speak `sockeye.v1`, with a whole server: what docs/PROTOCOL.md says of it. @module */
import { assert, assertEquals } from "@std/assert";
import { ClientSession, type SessionConnection } from "../../../lib/gateway/session/client_session.ts";
import { ConnectionTopics, type TopicOwner } from "../../../lib/gateway/connection_topics.ts";
import { type Backplane, Hub, type Replay, TopicRules } from "../../../lib/pubsub/mod.ts";
import type { PeerEvents } from "../../../lib/route/table.ts";
import { gate } from "../support/served.ts";
import { client, said, serveRoute, TestClient } from "../support/client.ts";

Deno.test("ClientSession says hello first, with the peer's id", async () => {
  const ids: string[] = [];
  await using server = await serveRoute({
    open(peer) {
      ids.push(peer.id);
      peer.send("welcome");
    },
  });
  const peer = await server.connect("/", { subprotocols: ["other", "sockeye.v1"] });
  assertEquals(peer.subprotocol, "sockeye.v1");
  const one = new TestClient(peer);
  assertEquals(await one.header(), ["hello", ids[0]]);
  assertEquals(await one.receive(), { header: [], payload: "welcome" });
});

Deno.test("a client that offers nothing of ours has plain messages, beside one that does", async () => {
  await using server = await serveRoute({ message: (peer, message) => void peer.send(message) });
  const [plain, one] = [await server.connect("/"), await client(server)];
  plain.send("as it is");
  assertEquals(await plain.receive(), "as it is");
  one.send([], "framed");
  assertEquals(await one.receive(), { header: [], payload: "framed" });
});

Deno.test("a route's own subprotocol comes before ours", async () => {
  await using server = await serveRoute({ options: { subprotocols: ["chat.v1"] }, open() {} });
  assertEquals((await server.connect("/", { subprotocols: ["sockeye.v1", "chat.v1"] })).subprotocol, "chat.v1");
  assertEquals((await server.connect("/", { subprotocols: ["sockeye.v1"] })).subprotocol, "sockeye.v1");
});

Deno.test("ClientSession passes text and bytes on as they are, empty and with line feeds in them", async () => {
  await using server = await serveRoute({ message: (peer, message) => void peer.send(message) });
  const one = await client(server);
  const every = Uint8Array.from({ length: 256 }, (_, at) => at);
  for (const payload of ["", "\n\n", '["ping"]\n', "\u{1F41F} \0", new Uint8Array(0), every]) {
    one.send([], payload);
    assertEquals(await one.receive(), { header: [], payload });
  }
});

Deno.test("ClientSession passes messages on that are long enough to be sent from where they lie", async () => {
  await using server = await serveRoute({ message: (peer, message) => void peer.send(message.view) });
  const one = await client(server);
  const payload = Uint8Array.from({ length: 100_000 }, (_, at) => at * 7);
  one.send([], payload);
  assertEquals(await one.receive(), { header: [], payload });
});

Deno.test("a request is answered by what its handler replies, or acknowledged when it has settled", async () => {
  const end = gate();
  await using server = await serveRoute({
    async message(peer, message) {
      if (message.text() === "wait") await end.opened;
      peer.send(`${message.isRequest} ${message.text()}`);
      if (message.text() === "sum") message.reply("3");
      if (message.text() === "bytes") message.reply(Uint8Array.of(10, 0, 255));
    },
  });
  const one = await client(server);
  one.send(["req", 7], "sum");
  assertEquals(await one.receive(), { header: [], payload: "true sum" });
  assertEquals(await one.receive(), { header: ["rep", 7], payload: "3" });
  one.send(["req", 4294967295], "bytes");
  await one.receive();
  assertEquals(await one.receive(), { header: ["rep", 4294967295], payload: Uint8Array.of(10, 0, 255) });
  one.send(["req", 0], "wait");
  one.send([], "behind");
  await server.still();
  assertEquals(one.peer.waitingMessages, 0);
  end.open();
  assertEquals(await one.receive(), { header: [], payload: "true wait" });
  assertEquals(await one.receive(), { header: ["ack", 0], payload: "" });
  assertEquals(await one.receive(), { header: [], payload: "false behind" });
});

Deno.test("a subscription needs the route's consent", async () => {
  await using silent = await serveRoute({ open() {} });
  const other = await client(silent);
  other.send(["sub", 1, "news"]);
  assertEquals((await other.header()).slice(0, 3), ["err", 1, "forbidden"]);
  await using server = await serveRoute({ subscribe: (_peer, topic) => topic.startsWith("open:") });
  const one = await client(server);
  one.send(["sub", 1, "closed:1"]);
  assertEquals((await one.header()).slice(0, 3), ["err", 1, "forbidden"]);
  one.send(["sub", 2, "open:1", {}]);
  assertEquals(await one.header(), ["subbed", 2, "open:1", { recovered: false }]);
  server.publish("open:1", "hello");
  server.publish("open:1", Uint8Array.of(1, 10));
  assertEquals(await one.receive(), { header: ["pub", "open:1"], payload: "hello" });
  assertEquals(await one.receive(), { header: ["pub", "open:1"], payload: Uint8Array.of(1, 10) });
  one.send(["unsub", "open:1"]);
  await server.settled();
  server.publish("open:1", "nobody");
  one.send(["ping"]);
  assertEquals(await one.header(), ["pong"]);
});

Deno.test("a subscription to what is no topic fails, and the connection goes on", async () => {
  await using server = await serveRoute({ subscribe: () => true });
  const one = await client(server);
  one.send(["sub", 3, ""]);
  assertEquals((await one.header()).slice(0, 3), ["err", 3, "failed"]);
  one.send(["ping"]);
  assertEquals(await one.header(), ["pong"]);
});

Deno.test("a client that comes back gets what it missed, in order, and then what comes", async () => {
  await using server = await serveRoute({ subscribe: () => true }, { "room:*": { history: { limit: 3 } } });
  const one = await client(server);
  one.send(["sub", 1, "room:1"]);
  const [, , , { position }] = await one.header() as [0, 0, 0, { position: { epoch: string; offset: number } }];
  server.publish("room:1", "first");
  const [, , offset] = await one.header() as [0, 0, number];
  assert(offset > position.offset);
  await one.peer.close();
  for (const text of ["second", "third"]) server.publish("room:1", text);
  const again = await client(server);
  again.send(["sub", 1, "room:1", { since: { epoch: position.epoch, offset } }]);
  server.publish("room:1", "fourth");
  const [kind, , , subscribed] = await again.header() as [string, 0, 0, { recovered: boolean }];
  assertEquals([kind, subscribed.recovered], ["subbed", true]);
  const messages = [await again.receive(), await again.receive(), await again.receive()];
  assertEquals(messages.map(({ payload }) => payload), ["second", "third", "fourth"]);
  await again.peer.close();
  for (const text of ["fifth", "sixth", "seventh", "eighth"]) server.publish("room:1", text);
  const late = await client(server);
  late.send(["sub", 1, "room:1", { since: { epoch: position.epoch, offset }, last: 2 }]);
  const [, , , lost] = await late.header() as [0, 0, 0, { recovered: boolean }];
  assertEquals(lost.recovered, false);
  assertEquals([(await late.receive()).payload, (await late.receive()).payload], ["seventh", "eighth"]);
});

Deno.test("a publisher is told where the topic is when its own publication goes by", async () => {
  await using server = await serveRoute(
    { subscribe: () => true, message: (peer, message) => peer.publish("room:1", message) },
    { "room:1": { history: true } },
  );
  const [one, other] = [await client(server), await client(server)];
  for (const each of [one, other]) {
    each.send(["sub", 1, "room:1"]);
    await each.receive();
  }
  one.send([], "mine");
  const { header, payload } = await other.receive();
  assertEquals([header.slice(0, 2), payload], [["pub", "room:1"], "mine"]);
  assertEquals(await one.header(), ["pos", "room:1", header[2]]);
});

Deno.test("what a client asks for of a history it gets also where its route has subscribed it", async () => {
  const topics = { "room:1": { history: true } };
  await using server = await serveRoute({ subscribe: () => true, open: (peer) => peer.subscribe("room:1") }, topics);
  for (const text of ["one", "two"]) server.publish("room:1", text);
  const one = await client(server);
  one.send(["sub", 1, "room:1", { last: 1 }]);
  assertEquals((await one.header())[0], "subbed");
  assertEquals((await one.receive()).payload, "two");
  server.publish("room:1", "three");
  assertEquals((await one.receive()).payload, "three");
  await server.settled();
  assertEquals(one.peer.waitingMessages, 0);
});

Deno.test("a client that unsubscribes while its subscription is under way is not subscribed, and told so", async () => {
  const read = Promise.withResolvers<Replay>();
  const hub = new Hub({
    rules: new TopicRules([{ file: "a.ts", topics: { a: { history: true } } }]),
    backplane: { isUp: true, join() {}, leave() {}, send() {}, read: () => read.promise } as unknown as Backplane,
  });
  const sent: string[] = [];
  const connection: Record<string, unknown> = {
    id: "p-1",
    isOpen: true,
    bufferedAmount: 0,
    highWaterBytes: 1,
    send: (text: string) => sent.push(text) > 0,
    deliver: () => void sent.push("delivered"),
    drained: () => Promise.resolve(),
  };
  connection.topics = new ConnectionTopics(hub, connection as unknown as TopicOwner);
  const session = new ClientSession(connection as unknown as SessionConnection, hub);
  const code = { subscribe: () => true } as unknown as PeerEvents;
  session.take(["sub", 1, "a", { last: 5 }], code);
  await Promise.resolve();
  session.take(["unsub", "a"], code);
  const envelopes = [{ payload: "x", from: "", offset: 1 }];
  read.resolve({ isRecovered: false, envelopes, position: { epoch: "e", offset: 1 } });
  await new Promise((resolve) => setTimeout(resolve));
  assertEquals(sent, ['["err",1,"failed","it was unsubscribed meanwhile"]\n']);
  assertEquals(hub.subscriberCount("a"), 0);
});

Deno.test("a topic that the route takes the client out of is told", async () => {
  await using server = await serveRoute({
    subscribe: () => true,
    message: (peer) => peer.unsubscribe("room:1"),
  });
  const one = await client(server);
  one.send(["sub", 1, "room:1"]);
  await one.receive();
  one.send([]);
  assertEquals(await one.header(), ["unsubbed", "room:1"]);
});

Deno.test("presence: a subscriber hears of joins, updates and leaves, and may ask who is there", async () => {
  await using server = await serveRoute({
    subscribe: () => true,
    message: async (peer, message) => {
      const [verb, key, state] = message.text().split(" ");
      if (verb === "join") await peer.presence.join("room:1", { key: key!, state: { name: state } });
      else peer.presence.leave("room:1");
    },
  });
  const [watcher, ada] = [await client(server), await client(server)];
  watcher.send(["members", 9, "room:1"]);
  assertEquals((await watcher.header()).slice(0, 3), ["err", 9, "forbidden"]);
  watcher.send(["sub", 1, "room:1", { presence: true }]);
  await watcher.receive();
  ada.send([], "join ada Ada");
  assertEquals(await watcher.header(), ["presence", "join", "room:1", "ada", { name: "Ada" }]);
  ada.send([], "join ada Lovelace");
  assertEquals(await watcher.header(), ["presence", "update", "room:1", "ada", { name: "Lovelace" }]);
  watcher.send(["members", 2, "room:1"]);
  assertEquals(await watcher.header(), ["members", 2, [["ada", { name: "Lovelace" }]]]);
  ada.send([], "leave");
  assertEquals(await watcher.header(), ["presence", "leave", "room:1", "ada", { name: "Lovelace" }]);
});

Deno.test("presence: who is back within presenceTtlMs never left, and who is not has", async () => {
  await using server = await serveRoute({
    subscribe: () => true,
    open: (peer) => peer.presence.join("room:1", { key: "ada" }),
  });
  const watcher = await client(server);
  watcher.send(["sub", 1, "room:1", { presence: true }]);
  await watcher.receive();
  await (await client(server)).peer.close();
  await watcher.peer.close();
  const again = await client(server);
  await server.clock.advance(15_000);
  again.send(["sub", 1, "room:1", { presence: true }]);
  await again.receive();
  again.send(["members", 2, "room:1"]);
  assertEquals(await again.header(), ["members", 2, [["ada", null]]]);
});

Deno.test("ClientSession closes with 1007 for a header that is none, and with 1008 for a wrong one", async () => {
  await using server = await serveRoute({ subscribe: () => true });
  for (
    const [message, code] of [
      ["hello", 1007],
      ["{}\n", 1007],
      [Uint8Array.of(0xff, 0x0a), 1007],
      ['["req"]\n', 1008],
      ['["req",-1]\nx', 1008],
      ['["sub",1]\n', 1008],
      ['["sub",1,"a",{"since":{"epoch":1,"offset":2}}]\n', 1008],
      ['["sub",1,"a",{"last":-1}]\n', 1008],
      ['["auth"]\n', 1008],
    ] as const
  ) {
    const one = await client(server);
    one.peer.send(message);
    assertEquals((await one.peer.closed).code, code, String(message));
  }
});

Deno.test("ClientSession ignores kinds that it does not know, and elements behind those that it does", async () => {
  await using server = await serveRoute({ subscribe: () => true });
  const one = await client(server);
  one.send(["later", { on: 1 }], "payload");
  one.send(["ping", "more", 7]);
  assertEquals(await one.header(), ["pong"]);
});

Deno.test("ClientSession closes with 1008 for an id that is taken, and beyond 1024 that are unanswered", () => {
  const violations: string[] = [];
  const connection = { id: "p-1", violate: (violation: string) => void violations.push(violation), send: () => true };
  const session = new ClientSession(connection as unknown as SessionConnection, new Hub());
  assertEquals([session.open(7), session.open(7)], [true, false]);
  session.reply(7, undefined);
  for (let id = 0; id < 1024; id++) assert(session.open(id));
  assertEquals([session.open(1024), violations], [false, ["HEADER_WRONG", "TOO_MANY_UNANSWERED"]]);
});

Deno.test("a request that the old code has not begun is answered by the new, once", async () => {
  const end = gate();
  await using server = await serveRoute({
    async message(_peer, message) {
      await end.opened;
      message.reply(`old ${message.text()}`);
    },
  });
  const one = await client(server);
  one.send(["req", 1], "a");
  one.send(["req", 2], "b");
  await server.still();
  const swapped = server.swap({ "/": { message: (_peer, message) => message.reply(`new ${message.text()}`) } });
  await server.still();
  end.open();
  await swapped;
  assertEquals(await one.receive(), { header: ["rep", 1], payload: "old a" });
  assertEquals(await one.receive(), { header: ["rep", 2], payload: "new b" });
});

Deno.test("a message for a client is framed, however it was said", () => {
  assertEquals(said([], "x"), "\nx");
  assertEquals(said(["req", 1], Uint8Array.of(7)), new TextEncoder().encode('["req",1]\n\x07'));
});
