import { assertEquals, assertMatch, assertRejects } from "@std/assert";
import type { Peer, Route } from "sockeye";
import { encodeClientFrame } from "../../../lib/testing/mod.ts";
import { createTestServer, type TestServer, type TestServerOptions } from "../../../lib/testing/mod.ts";
import { EmbeddedBroker, Hub, RingHistory } from "../../../lib/pubsub/mod.ts";
import { encodeRequest } from "../../../lib/testing/client_response.ts";
import { LogLines } from "../../support/log_lines.ts";
import { asking, PollClient } from "../../support/poll_client.ts";
import { routeSource, runtimeOf } from "../../support/remote_code.ts";
import { ServedRuntimes } from "../../support/served_runtimes.ts";
import { until } from "../../support/until.ts";

const text = (payload: string): Uint8Array => encodeClientFrame({ opcode: 1, payload });
const closeFrame = (code: number): Uint8Array =>
  encodeClientFrame({ opcode: 8, payload: Uint8Array.of(code >> 8, code & 255) });

/** An unmasked text frame of a server, short. */
const said = (words: string): string => `\x81${String.fromCharCode(words.length)}${words}`;
const shown = (bytes: Uint8Array | null | undefined): string | null | undefined =>
  bytes ? String.fromCharCode(...bytes) : bytes;

const ECHO: Route = {
  message(peer, message) {
    peer.send(`${peer.transport} ${message.text()}`);
  },
};

async function serve(routes: Record<string, Route>, options: TestServerOptions["options"] = {}): Promise<TestServer> {
  return await createTestServer(routes, { options, isDevelopment: false });
}

const begin = (server: TestServer, route: string, headers: Record<string, string> = {}): Promise<PollClient> =>
  PollClient.begin((init) => server.fetch("/_sockeye/poll", init), route, headers);

for (const transport of ["long-poll", "poll"]) {
  Deno.test(`PollDoor: ${transport}: a route hears its messages and answers, as over a WebSocket`, async () => {
    await using server = await serve({ "/rooms/[room]": ECHO });
    const client = await begin(server, "/rooms/a?x=1", { "Sockeye-Transport": transport });
    assertEquals((await client.post(text("hello"))).status, 204);
    assertEquals(shown(await client.get()), said(`${transport} hello`));
  });
}

Deno.test("PollDoor: the request that a route sees is that of a handshake", async () => {
  const seen: unknown[] = [];
  const route: Route = {
    options: { subprotocols: ["chat"] },
    upgrade(request, { params }) {
      seen.push(request.method, request.url, request.headers.get("cookie"), request.headers.get("sockeye-route"));
      seen.push(request.headers.get("sec-websocket-protocol"), params.room);
      return { headers: { "set-cookie": "seen=1" }, context: { a: 1 } };
    },
    open: (peer) => void seen.push(peer.url.pathname, peer.subprotocol, peer.context, peer.remoteAddress),
  };
  await using server = await serve({ "/rooms/[room]": route });
  const headers = { "Sockeye-Route": "/rooms/a%2Fb?x=1", "Sockeye-Protocol": "chat, other", Cookie: "k=v" };
  const response = await server.fetch("/_sockeye/poll", { method: "POST", headers });
  const { session, ...told } = await response.json();
  assertMatch(session, /^\w+\.[\w-]{22}$/);
  assertEquals(told, { subprotocol: "chat", pollWaitMs: 25_000, sessionTimeoutMs: 60_000, maxBodyBytes: 262_144 });
  assertEquals([response.status, response.headers.get("set-cookie")], [201, "seen=1"]);
  const url = "http://localhost/rooms/a%2Fb?x=1";
  assertEquals(seen, ["GET", url, "k=v", null, "chat, other", "a/b", "/rooms/a%2Fb", "chat", { a: 1 }, "127.0.0.1"]);
});

const REFUSALS: ReadonlyArray<readonly [what: string, init: RequestInit, status: number, words: RegExp]> = [
  ["no route of that path", { method: "POST", headers: { "Sockeye-Route": "/no" } }, 404, /No route at "\/no"/],
  ["a route without connections", { method: "POST", headers: { "Sockeye-Route": "/page" } }, 404, /"\/page"/],
  ["what the route refuses", { method: "POST", headers: { "Sockeye-Route": "/closed" } }, 401, /go away/],
  ["no route named", { method: "POST" }, 400, /Sockeye-Route is missing/],
  ["a body", { method: "POST", headers: { "Sockeye-Route": "/" }, body: "x" }, 400, /leave it out/],
  ["a GET without a session", { method: "GET" }, 400, /Sockeye-Session is missing/],
  ["another method", { method: "PUT", body: "" }, 405, /not possible at \/_sockeye\/poll/],
  ["a strange origin", { method: "POST", headers: { "Sockeye-Route": "/", Origin: "http://evil" } }, 403, /evil/],
  ["null as an origin", { method: "POST", headers: { "Sockeye-Route": "/", Origin: "null" } }, 403, /null/],
  ["a session that is none", { method: "GET", headers: sessionOf("x.y") }, 410, /no such session/],
];

function sessionOf(session: string): Record<string, string> {
  return { "Sockeye-Session": session, "Sockeye-Acknowledge": "0" };
}

for (const [what, init, status, words] of REFUSALS) {
  Deno.test(`PollDoor refuses ${what} with ${status}`, async () => {
    const page = { get: () => new Response("page") };
    const closed: Route = { upgrade: () => new Response("go away\n", { status: 401 }), message() {} };
    await using server = await createTestServer({ "/": ECHO, "/page": page, "/closed": closed });
    const response = await server.fetch("/_sockeye/poll", init);
    assertEquals(response.status, status);
    assertMatch(await response.text(), words);
  });
}

Deno.test("PollDoor: sessions count as connections", async () => {
  await using server = await serve({ "/": ECHO }, { maxConnections: 1 });
  const client = await begin(server, "/");
  await assertRejects(() => begin(server, "/"), Error, "503 The server is full");
  await client.end();
  await server.settled();
  await begin(server, "/");
});

Deno.test("PollDoor: a session is worth nothing to another origin", async () => {
  await using server = await serve({ "/": ECHO }, { allowedOrigins: ["http://a.example", "http://b.example"] });
  const client = await begin(server, "/", { Origin: "http://a.example" });
  const statusOf = async (method: string, headers: Record<string, string>): Promise<number> =>
    (await client.request(method, { "Sockeye-Sequence": "0", ...headers })).status;
  assertEquals(await statusOf("POST", { Origin: "http://b.example" }), 403);
  assertEquals(await statusOf("DELETE", {}), 403);
  assertEquals(await statusOf("GET", { Origin: "http://b.example" }), 403);
  assertEquals(await statusOf("POST", { Origin: "http://a.example" }), 204);
});

Deno.test("PollDoor: a page of an origin that may connect is told so, and can read why it is refused", async () => {
  await using server = await serve({ "/": ECHO }, { allowedOrigins: ["http://a.example"] });
  const preflight = (origin: string): Promise<Response> =>
    server.fetch("/_sockeye/poll", {
      method: "OPTIONS",
      headers: { Origin: origin, "Access-Control-Request-Method": "POST" },
    });
  const allowed = await preflight("http://a.example");
  assertEquals([allowed.status, allowed.headers.get("access-control-allow-origin")], [204, "http://a.example"]);
  const refused = await preflight("http://b.example");
  assertEquals([refused.status, refused.headers.get("access-control-allow-origin")], [403, null]);
  const lost = await server.fetch("/_sockeye/poll", { headers: { Origin: "http://a.example", ...sessionOf("x.y") } });
  assertEquals([lost.status, lost.headers.get("access-control-allow-origin")], [410, "http://a.example"]);
});

Deno.test("PollDoor: the server closes, the client answers, and the session is over", async () => {
  const closes: unknown[] = [];
  const route: Route = {
    open: (peer: Peer) => peer.close(4000, "enough"),
    close: (_peer, { code, reason, wasClean }) => void closes.push(code, reason, wasClean),
  };
  await using server = await serve({ "/": route });
  const client = await begin(server, "/");
  assertEquals(shown(await client.get()), "\x88\x08\x0f\xa0enough");
  assertEquals((await client.post(closeFrame(4000))).status, 204);
  assertEquals([await client.get(), closes], [null, [4000, "", true]]);
});

Deno.test("PollDoor: the client closes, the server answers, and the session is over with that answer", async () => {
  const closes: unknown[] = [];
  const route: Route = { close: (_peer, { code, wasClean }) => void closes.push(code, wasClean) };
  await using server = await serve({ "/": route });
  const client = await begin(server, "/");
  assertEquals((await client.post(closeFrame(1000))).status, 204);
  assertEquals(shown(await client.get()), "\x88\x02\x03\xe8");
  assertEquals([await client.get(), closes], [null, [1000, true]]);
});

Deno.test("PollDoor: a client that breaks a rule is told its close code, and one that has gone is 1006", async () => {
  const closes: unknown[] = [];
  const route: Route = { message() {}, close: (_peer, { code }) => void closes.push(code) };
  await using server = await serve({ "/": route });
  const rude = await begin(server, "/");
  await rude.post(Uint8Array.of(0x81, 0x00));
  assertEquals(shown(await rude.get())?.slice(0, 4), "\x88&\x03\xea");
  const silent = await begin(server, "/");
  await server.clock.advance(60_100);
  assertEquals(await silent.get(), null);
  assertEquals(closes, [1002, 1006]);
  const told = server.logs.filter(({ message }) => message === "violation").map(({ fields }) => fields.violation);
  assertEquals(told, ["MASK_MISSING", "CLOSE_TIMEOUT", "SESSION_TIMEOUT"]);
});

Deno.test("PollDoor: there are no pings, and a handler that is slow makes no session end", async () => {
  const { promise: slow, resolve: goOn } = Promise.withResolvers<void>();
  await using server = await serve({ "/": { message: () => slow } }, { sessionTimeoutMs: 300_000 });
  const client = await begin(server, "/");
  await client.post(text("x"));
  await server.clock.advance(200_000);
  goOn();
  const answer = client.get();
  await server.clock.advance(25_000);
  assertEquals(await answer, undefined);
});

Deno.test("PollDoor: a drain releases who waits, with 1012", async () => {
  await using server = await serve({ "/": ECHO });
  const client = await begin(server, "/");
  const waiting = client.get();
  await server.still();
  void server.drain();
  assertEquals(shown(await waiting)?.slice(0, 4), "\x88\x11\x03\xf4");
  await assertRejects(() => begin(server, "/"), Error, "503");
});

Deno.test("PollDoor: how long the head of a request was is told to who asks", async () => {
  await using server = await serve({ "/": ECHO });
  const client = await begin(server, "/", { "Sockeye-Transport": "poll" });
  const asked = await client.request("GET", { "Sockeye-Measure": "1" });
  assertMatch(asked.headers.get("sockeye-request-bytes") ?? "", /^\d\d\d$/);
  assertEquals((await client.request("GET")).headers.get("sockeye-request-bytes"), null);
});

Deno.test("PollDoor: what crosses the wire is counted, heads included", async () => {
  const source = routeSource(
    "open(peer) { peer.send(peer.id); }, message(peer, message) { peer.send(message.text()); }",
    {
      pattern: "/",
    },
  );
  await using served = await ServedRuntimes.of([await runtimeOf("inline", source, new LogLines())]);
  const seen = { requests: 0, bytesIn: 0, bytesOut: 0 };
  // A connection for each request: all its bytes are what is to be counted.
  const ask = async (init: RequestInit): Promise<Response> => {
    const request = new Request("http://localhost/_sockeye/poll", init);
    const fields = new Headers([["host", "localhost"], ["connection", "close"], ...request.headers]);
    const sent = encodeRequest(request.method, "/_sockeye/poll", fields, await request.bytes());
    using conn = await Deno.connect({ hostname: "127.0.0.1", port: served.port });
    await conn.write(sent);
    const answer = await new Response(conn.readable).bytes();
    seen.requests++;
    seen.bytesIn += sent.length;
    seen.bytesOut += answer.length;
    const at = shown(answer)!.indexOf("\r\n\r\n") + 4;
    const [, status, sequence] = /^HTTP\/1.1 (\d+)(?:[^]*sockeye-sequence: (\d+))?/.exec(
      shown(answer.subarray(0, at))!,
    )!;
    const headers = sequence === undefined ? {} : { "sockeye-sequence": sequence };
    return new Response(status === "204" ? null : answer.subarray(at), { status: Number(status), headers });
  };
  const client = await PollClient.begin(ask, "/", { "Sockeye-Transport": "poll" });
  const id = shown(await client.get())!.slice(2);
  await client.post(text("hello"));
  assertEquals(shown(await client.get()), said("hello"));
  // An answer is counted when it is written, which its reader may be told before.
  await until(() => served.gateway.find(id)!.ends.transport.traffic.bytesOut === seen.bytesOut, "all is counted");
  assertEquals(served.gateway.find(id)!.ends.transport.traffic, seen);
  assertEquals(seen.requests, 4);
});

const ENDS: ReadonlyArray<readonly [how: string, end: (node: Hub, seer: Hub) => unknown]> = [
  ["leaves", (node) => node.close()],
  ["is seen to end", (node, seer) => seer.nodes.ended(node.node)],
];

for (const [how, end] of ENDS) {
  Deno.test(`PollDoor: another node's session is served by it; when that node ${how}, who waits is told at once`, async () => {
    const broker = new EmbeddedBroker(new RingHistory({ maxBytes: 0, now: () => 0, epoch: "e" }));
    const hubs = [1, 2].map(() => new Hub({ backplane: broker.node() }));
    for (const hub of hubs) await hub.open();
    const [hub, otherHub] = hubs as [Hub, Hub];
    const source = routeSource("message(peer, message) { peer.send(message.text()); }", { pattern: "/" });
    const served = (hub: Hub) =>
      runtimeOf("inline", source, new LogLines()).then((runtime) => ServedRuntimes.of([runtime], {}, hub));
    await using one = await served(hub);
    await using other = await served(otherHub);
    const at = (port: number) => asking((path, init) => fetch(`http://127.0.0.1:${port}${path}`, init));
    const begun = await PollClient.begin(at(one.port), "/");
    const client = new PollClient(at(other.port), begun.session);
    await client.send(text("hello"));
    assertEquals(shown(await client.get()), said("hello"));
    const passedOn = Promise.withResolvers<void>();
    const listening = broker.node();
    await listening.open({ onMessage: () => passedOn.resolve(), onReset() {}, onState() {} });
    listening.join(`\u0001node:${hub.node}`, undefined);
    const waiting = client.request("GET");
    await passedOn.promise;
    end(hub, otherHub);
    const answers = [await waiting, await client.request("GET")];
    assertEquals(answers.map(({ status }) => status), [410, 410]);
    assertEquals(await Promise.all(answers.map((answer) => answer.text())), [
      "There is no such session: begin another.\n",
      "There is no such session: begin another.\n",
    ]);
    for (const hub of hubs) await hub.close();
  });
}
