import { assert, assertEquals, assertRejects } from "@std/assert";
import { type TestPeer, type TestServer, UpgradeRefusedError } from "../../lib/testing/mod.ts";
import { gate, serve } from "./support/served.ts";
import { get, HttpClient } from "./support/http_client.ts";

const QUIET = { message() {} };

async function assertFull(server: TestServer, remoteAddress?: string): Promise<void> {
  const options = remoteAddress === undefined ? {} : { remoteAddress };
  const { status, headers } = await assertRejects(() => server.connect("/", options), UpgradeRefusedError);
  assertEquals([status, headers.get("retry-after")], [503, "5"]);
}

Deno.test("Gateway refuses upgrades above maxConnections with 503 and Retry-After; /health goes on", async () => {
  await using server = await serve(QUIET, { maxConnections: 2 });
  const peers = [await server.connect("/"), await server.connect("/")];
  await assertFull(server);
  assertEquals((await server.fetch("/health")).status, 200);
  await peers[0]!.close(1000);
  await server.settled();
  await server.connect("/");
});

Deno.test("Gateway counts a place as taken while a handler of a gone peer is pending", async () => {
  const end = gate();
  await using server = await serve({ message: () => end.opened }, { maxConnections: 1 });
  const peer = await server.connect("/");
  peer.send("x");
  await server.still();
  peer.reset();
  await server.still();
  assertEquals(server.connectionCount, 0);
  await assertFull(server);
  end.open();
  await server.settled();
  await server.connect("/");
});

Deno.test("Gateway counts connections by address, IPv6 by /64 (maxConnectionsPerIp)", async () => {
  await using server = await serve(QUIET, { maxConnectionsPerIp: 1 });
  await server.connect("/", { remoteAddress: "192.0.2.1" });
  await assertFull(server, "192.0.2.1");
  await server.connect("/", { remoteAddress: "192.0.2.2" });
  const six = await server.connect("/", { remoteAddress: "2001:db8::1" });
  await assertFull(server, "2001:db8::2");
  await server.connect("/", { remoteAddress: "2001:db8:0:1::1" });
  await six.close(1000);
  await server.settled();
  await server.connect("/", { remoteAddress: "2001:db8::2" });
});

Deno.test("Gateway asks for maxConnections again after upgrade has awaited", async () => {
  const answer = gate();
  await using server = await serve({ upgrade: () => answer.opened, open() {} }, { maxConnections: 1 });
  const connecting = [server.connect("/"), server.connect("/")];
  await server.still();
  answer.open();
  const settled = await Promise.allSettled(connecting);
  assertEquals(settled.map(({ status }) => status).sort(), ["fulfilled", "rejected"]);
});

Deno.test("Gateway takes at most acceptRatePerSecond new connections a second", async () => {
  await using server = await serve(QUIET, { acceptRatePerSecond: 2 });
  await server.connect("/");
  await server.connect("/");
  await assertFull(server);
  await server.clock.advance(1_000);
  await server.connect("/");
});

Deno.test("Gateway drains in batches with 1012, and is done when all have gone", async () => {
  await using server = await serve(QUIET, { drainBatchSize: 2, drainIntervalMs: 100 });
  const peers: TestPeer[] = [];
  for (let count = 0; count < 5; count++) peers.push(await server.connect("/"));
  const draining = server.drain();
  const left: number[] = [];
  for (let round = 0; round < 3; round++) {
    await server.still();
    left.push(server.connectionCount);
    await server.clock.advance(100);
  }
  assertEquals(left, [3, 1, 0]);
  await draining;
  for (const peer of peers) assertEquals(await peer.closed, { code: 1012, reason: "service restart", wasClean: true });
});

Deno.test("Gateway that drains refuses upgrades, answers HTTP once a connection, and /ready with 503", async () => {
  const end = gate();
  await using server = await serve({ message: () => end.opened });
  const peer = await server.connect("/");
  peer.send("x");
  await server.still();
  const draining = server.drain();
  await assertFull(server);
  const client = new HttpClient(server);
  const { status, headers } = await client.ask(get("/ready"));
  assertEquals([status, headers.get("connection")], [503, "close"]);
  assert(await client.isEnded());
  client.stream.close();
  end.open();
  await server.still();
  await draining;
});

Deno.test("Gateway that drains waits for handlers in flight, and not for clients that ask nothing", async () => {
  const end = gate();
  let isDone = false;
  await using server = await serve({ message: () => end.opened });
  const peer = await server.connect("/");
  const idle = new HttpClient(server);
  await idle.ask(get("/health"));
  peer.send("x");
  await server.still();
  const draining = server.drain().then(() => isDone = true);
  assert(await idle.isEnded());
  idle.stream.close();
  const late = new HttpClient(server);
  await server.still();
  assertEquals(isDone, false);
  end.open();
  assert(await late.isEnded());
  late.stream.close();
  await server.still();
  await draining;
});

Deno.test("Gateway that drains soon closes a client that asks nothing and does not close its side either", async () => {
  await using server = await serve(QUIET, {});
  const idle = new HttpClient(server);
  assertEquals((await idle.ask(get("/health"))).status, 200);
  let isDone = false;
  const draining = server.drain().then(() => isDone = true);
  await server.clock.advance(300);
  assertEquals([isDone, await idle.isEnded()], [true, true]);
  await draining;
});

Deno.test("Gateway drops what is left when drainTimeoutMs has passed", async () => {
  await using server = await serve(QUIET, { drainTimeoutMs: 5_000 });
  const peer = await server.connect("/", { answersClose: false });
  const draining = server.drain();
  await server.clock.advance(4_900);
  assertEquals(server.connectionCount, 1);
  await server.clock.advance(100);
  await draining;
  assertEquals(server.connectionCount, 0);
  assertEquals((await peer.closed).code, 1012);
});
