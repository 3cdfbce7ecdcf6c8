import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { systemClock } from "../../../lib/gateway/mod.ts";
import { Inspector } from "../../../lib/observe/inspector/inspector.ts";
import { DeployedGateway } from "../../support/deployed_gateway.ts";
import { EventReader } from "./event_reader.ts";

const TOKEN = "0123456789abcdef";
const OWN = "http://127.0.0.1:4001";

const echo = {
  message: (peer: { send(said: string): unknown }, message: { text(): string }) => void peer.send(message.text()),
};

async function serving() {
  const server = await DeployedGateway.serving({ "/": echo });
  const { gateway, deployments } = server;
  const inspector = new Inspector({ gateway, clock: systemClock, deployments: () => deployments.list() });
  const place = inspector.at({ base: "/inspector", address: "127.0.0.1:4001", token: TOKEN });
  const ask = (path: string, init: RequestInit = {}, cookie = ""): Promise<Response> => {
    const headers = new Headers({ host: "127.0.0.1:4001", ...init.headers as Record<string, string> });
    if (init.method === "POST" && !headers.has("origin")) headers.set("origin", OWN);
    if (cookie !== "") headers.set("cookie", cookie);
    return place.answer(new Request(OWN + path, { ...init, headers }));
  };
  const post = (path: string, order: unknown, cookie = ""): Promise<Response> =>
    ask(path, { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(order) }, cookie);
  return { server, place, ask, post };
}

async function logIn(ask: Awaited<ReturnType<typeof serving>>["ask"]): Promise<string> {
  const response = await ask("/inspector/login", { method: "POST", body: new URLSearchParams({ token: TOKEN }) });
  assertEquals([response.status, response.headers.get("location")], [303, "/inspector/"]);
  return response.headers.get("set-cookie")!;
}

Deno.test("Inspector lets nobody in without a login, whose cookie no script can read and no other site can send", async () => {
  const { server, ask, post } = await serving();
  await using _server = server;
  const front = await ask("/inspector/");
  assertEquals(front.status, 200);
  assertStringIncludes(await front.text(), 'name="token"');
  for (const path of ["/api/overview", "/api/live", "/api/watch?next=", "/page.js"]) {
    const response = await ask(`/inspector${path}`);
    assertEquals(response.status, 401);
    await response.body?.cancel();
  }
  assertEquals((await post("/inspector/api/connections/x/close", { code: 1000 })).status, 401);
  const cookie = await logIn(ask);
  assertMatch(cookie, /^sockeye_inspector=[\w-]{43}; Path=\/inspector\/; Max-Age=43200; HttpOnly; SameSite=Strict$/);
  const pair = cookie.split(";")[0]!;
  assertStringIncludes(await (await ask("/inspector/", {}, pair)).text(), "page.js");
  assertEquals((await ask("/inspector/api/overview", {}, pair)).status, 200);
  assertEquals((await ask("/inspector/logout", { method: "POST" }, pair)).status, 303);
  assertEquals((await ask("/inspector/api/overview", {}, pair)).status, 401);
});

Deno.test("Inspector says that a token is wrong, and after ten of them looks at none for a minute", async () => {
  const { server, ask } = await serving();
  await using _server = server;
  const tries: number[] = [];
  for (let at = 0; at < 11; at++) {
    const body = new URLSearchParams({ token: "wrong" });
    const response = await ask("/inspector/login", { method: "POST", body });
    tries.push(response.status);
    assertEquals(response.headers.has("set-cookie"), false);
  }
  assertEquals(tries, [...Array(10).fill(401), 429]);
});

Deno.test("Inspector refuses orders and logins of other origins, other names, and forms", async () => {
  const { server, ask } = await serving();
  await using _server = server;
  const pair = (await logIn(ask)).split(";")[0]!;
  const path = "/inspector/api/connections/x/close";
  const json = { "content-type": "application/json" };
  const statusOf = async (headers: Record<string, string>) =>
    (await ask(path, { method: "POST", headers, body: "{}" }, pair)).status;
  assertEquals(await statusOf({ ...json, origin: "http://evil.example" }), 403);
  assertEquals(await statusOf({ ...json, host: "evil.example", origin: "http://evil.example" }), 403);
  assertEquals(await statusOf({ "content-type": "text/plain" }), 415);
  assertEquals(await statusOf(json), 409, "this one gets through: there is no such connection");
  const login = await ask("/inspector/login", { method: "POST", headers: { origin: "http://evil.example" }, body: "" });
  assertEquals(login.status, 403);
});

Deno.test("Inspector without a token is for who comes there: it shows the overview, and acts on a connection", async () => {
  await using server = await DeployedGateway.serving({ "/": echo });
  const { gateway, deployments } = server;
  const inspector = new Inspector({ gateway, clock: systemClock, deployments: () => deployments.list() });
  const place = inspector.at({ base: "/inspector", address: "127.0.0.1", token: undefined });
  const client = await server.connect("/?token=secret");
  const request = (path: string, init: RequestInit = {}) =>
    place.answer(new Request(OWN + path, { ...init, headers: { host: "localhost", ...init.headers as object } }));
  const overview = await (await request("/inspector/api/overview")).json();
  assertEquals([overview.hasLogin, overview.connections[0].target], [false, "/?[redacted]"]);
  const { id } = overview.connections[0];
  const order = (name: string, body: unknown) =>
    request(`/inspector/api/connections/${id}/${name}`, {
      method: "POST",
      headers: { "content-type": "application/json", origin: "http://localhost" },
      body: JSON.stringify(body),
    });
  assertEquals((await order("send", { text: "hello" })).status, 200);
  assertEquals(await client.next(), { kind: "text", text: "hello" });
  assertEquals((await order("close", { code: 1005 })).status, 400);
  assertEquals((await order("nothing", {})).status, 404);
  assertEquals((await order("close", { code: 4000 })).status, 200);
  assertEquals((await client.next()).kind, "close");
});

Deno.test("Inspector streams the frames of a connection, and leaves it when the stream is cancelled", async () => {
  const { server, ask } = await serving();
  await using _server = server;
  const pair = (await logIn(ask)).split(";")[0]!;
  const client = await server.connect();
  const connection = server.gateway.peers()[0]!;
  const response = await ask(`/inspector/api/watch?connection=${connection.id}`, {}, pair);
  const events = new EventReader(response.body!);
  const watched = await events.next("watched");
  assertEquals(watched.handshake.accept, "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
  await client.sendText("hi");
  await client.next();
  const frames = [];
  while (frames.length < 2) frames.push(...(await events.next("frames")).frames);
  assertEquals(frames.map(({ d, p }) => [d, atob(p)]), [["in", "hi"], ["out", "hi"]]);
  await events.cancel();
  assertEquals(connection.ends.transport.observer, undefined);
  assertEquals((await ask("/inspector/api/watch?connection=none-1", {}, pair)).status, 409);
});

Deno.test("Inspector leads to its page from where it might be looked for", async () => {
  const { server, ask, place } = await serving();
  await using _server = server;
  assertEquals([place.has("/inspector"), place.has("/inspector/x"), place.has("/"), place.has("/inspectors")], [
    true,
    true,
    true,
    false,
  ]);
  for (const path of ["/", "/inspector"]) {
    const response = await ask(path);
    assertEquals([response.status, response.headers.get("location")], [308, "/inspector/"]);
  }
});
