import { assertEquals, assertRejects, assertStringIncludes, assertThrows } from "@std/assert";
import { defineRoute, type StartContext } from "sockeye";
import { createTestServer, UpgradeRefusedError } from "../../lib/testing/mod.ts";

Deno.test("createTestServer takes typed routes, whole modules, and a routes folder", async () => {
  const room = defineRoute("/rooms/[room]", {
    upgrade: () => ({ context: { visits: 1 } }),
    open: (peer) => void peer.send(`${peer.params.room} ${peer.context.visits}`),
  });
  const page = { get: () => new Response("page") };
  await using server = await createTestServer({ "/rooms/[room]": room, "/": page });
  assertEquals(await (await server.connect("/rooms/blue")).receive(), "blue 1");
  assertEquals(await (await server.fetch("/")).text(), "page");
  const folder = new URL("../../routes", import.meta.url);
  await using shipped = await createTestServer(folder);
  const peer = await shipped.connect("/echo");
  peer.send("hello");
  assertEquals(await peer.receive(), "hello");
});

Deno.test("createTestServer refuses what the server would refuse at start", async () => {
  const wrong = { message: 7 } as unknown as { message(): void };
  await assertRejects(() => createTestServer({ "/": wrong }), TypeError, 'its hook "message"');
  await assertRejects(() => createTestServer({ "/": { open() {} } }, { options: { port: -1 } }), Error, "port");
  await assertRejects(() => createTestServer({ "/[a]": { open() {} }, "/[b]": { open() {} } }), Error, "/[a]");
  const failing = { start: () => Promise.reject(new Error("no feed")), open() {} };
  await assertRejects(() => createTestServer({ "/": failing }), Error, "no feed");
});

Deno.test("TestServer.connect offers headers, subprotocols and an origin, and comes from an address", async () => {
  await using server = await createTestServer({
    "/": {
      options: { subprotocols: ["chat"] },
      open: (peer) =>
        void peer.send([peer.request.headers.get("x-a"), peer.url.search, peer.remoteAddress, peer.subprotocol].join()),
    },
  });
  const peer = await server.connect("/?q=1", {
    headers: { "x-a": "b" },
    subprotocols: ["chat"],
    origin: "http://localhost",
    remoteAddress: "192.0.2.7",
  });
  assertEquals([await peer.receive(), peer.subprotocol], ["b,?q=1,192.0.2.7,chat", "chat"]);
});

Deno.test("TestServer.connect rejects with status, fields and body when it is refused", async () => {
  await using server = await createTestServer({
    "/": { upgrade: () => new Response("who are you?", { status: 401, headers: { "x-a": "b" } }), open() {} },
  });
  const error = await assertRejects(() => server.connect("/"), UpgradeRefusedError, "refused / with 401: who are you?");
  assertEquals([error.status, error.headers.get("x-a"), error.body], [401, "b", "who are you?"]);
});

Deno.test("TestServer.fetch sends method, fields and body, and gives the response", async () => {
  await using server = await createTestServer({
    "/": {
      post: async (request) => Response.json([request.headers.get("x-a"), await request.text()], { status: 201 }),
    },
  });
  const response = await server.fetch("/", { method: "POST", body: "hé", headers: { "x-a": "b" } });
  assertEquals([response.status, await response.json()], [201, ["b", "hé"]]);
  const head = await server.fetch("/", { method: "OPTIONS" });
  assertEquals([head.status, head.body], [204, null]);
});

Deno.test("TestServer.publish reaches subscribers, as publish of start does", async () => {
  let context: StartContext | undefined;
  await using server = await createTestServer({
    "/": { start: (given) => void (context = given), open: (peer) => peer.subscribe("news") },
  });
  const peer = await server.connect("/");
  server.publish("news", "one");
  await context!.publish("news", "two");
  assertEquals([await peer.receive(), await peer.receive(), context!.peers.size], ["one", "two", 1]);
});

Deno.test("TestServer.logs holds what the server would log", async () => {
  await using server = await createTestServer({
    "/": {
      message() {
        throw new Error("no luck");
      },
    },
  });
  const peer = await server.connect("/");
  peer.send("x");
  await peer.closed;
  await server.fetch("/nowhere");
  const [failure, refusal] = server.logs;
  assertEquals([failure?.level, String(failure?.fields.error)], ["error", "Error: no luck"]);
  assertEquals([refusal?.message, refusal?.fields.status], ["refused", 404]);
});

Deno.test("TestServer.stop closes what is open with 1012, runs stop, and may be called twice", async () => {
  const seen: string[] = [];
  const server = await createTestServer({
    "/": { open() {}, close: (_peer, { code }) => void seen.push(String(code)), stop: () => void seen.push("stop") },
  });
  const polite = await server.connect("/");
  const mute = await server.connect("/", { answersClose: false });
  await Promise.all([server.stop(), server.stop()]);
  assertEquals([(await polite.closed).code, (await mute.closed).code], [1012, 1012]);
  assertEquals(seen, ["1012", "1006", "stop"]);
  assertStringIncludes(assertThrows(() => server.dial(), Error).message, "was stopped");
});
