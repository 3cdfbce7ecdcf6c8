/** Going away: SIGTERM and SIGINT drain, a second signal does not wait. @module */
import { assert, assertEquals, assertLess, assertRejects } from "@std/assert";
import { RawClient } from "../support/raw_client.ts";
import { type ServerProcess, startServer } from "../support/server_process.ts";

const ROUTES = { routes: "tests/fault/routes" };
const RESTART = { kind: "close", code: 1012, reason: "service restart" } as const;

/** Answers the server's Close, sees the end, and hangs up. */
async function leave(client: RawClient): Promise<void> {
  await client.close(1012);
  assertEquals(await client.next(), { kind: "end" });
  client[Symbol.dispose]();
}

async function statusOf(server: ServerProcess, path: string): Promise<readonly [status: number, body: string]> {
  const response = await server.fetch(path);
  return [response.status, await response.text()];
}

for (const signal of ["SIGTERM", "SIGINT"] as const) {
  Deno.test(`${signal} drains: 1012 to all, no new ones, handlers in flight finish, exit code 0`, async () => {
    await using server = await startServer(ROUTES);
    using busy = await RawClient.connect({ port: server.port, path: "/gate" });
    using idle = await RawClient.connect({ port: server.port, path: "/crowd" });
    await busy.sendText("one");
    await server.printed(/gate holds one/);
    assertEquals(await statusOf(server, "/ready"), [200, "ok\n"]);

    server.kill(signal);
    assertEquals(await idle.next(), RESTART);
    assertEquals(await busy.next(), RESTART);
    await Promise.all([leave(idle), leave(busy)]);

    // The handler is still pending: so the server still listens, and says that it is going.
    assertEquals(await statusOf(server, "/ready"), [503, "draining\n"]);
    assertEquals(await statusOf(server, "/health"), [200, "ok\n"]);
    await assertRejects(() => RawClient.connect({ port: server.port }), Error, "HTTP/1.1 503 ");
    assertEquals(await (await server.fetch("/gate", { method: "POST" })).json(), 1);
    assertEquals((await server.exited()).code, 0);
    assert(server.output().includes("gate passed one\ngate closed 1012 clean"), server.output());
  });
}

Deno.test("a drain says 1012 in batches: who is not told yet is served on", async () => {
  await using server = await startServer({
    args: ["--drain-batch-size", "2", "--drain-interval-ms", "700ms"],
    ...ROUTES,
  });
  const clients: RawClient[] = [];
  try {
    for (let i = 0; i < 5; i++) clients.push(await RawClient.connect({ port: server.port, path: "/crowd" }));
    server.kill("SIGTERM");
    for (const batch of [[0, 1], [2, 3], [4]]) {
      for (const index of batch) {
        assertEquals(await clients[index]!.next(), RESTART);
        await leave(clients[index]!);
      }
      for (const client of clients.slice(batch.at(-1)! + 1)) {
        await client.sendText("served");
        assertEquals(await client.next(), { kind: "text", text: "served" });
      }
    }
    assertEquals((await server.exited()).code, 0);
  } finally {
    for (const client of clients) client[Symbol.dispose]();
  }
});

Deno.test("what was sent before the drain arrives before 1012", async () => {
  await using server = await startServer(ROUTES);
  using client = await RawClient.connect({ port: server.port, path: "/crowd" });
  const texts = Array.from({ length: 100 }, (_none, index) => `${index}`);
  for (const text of [...texts, "mark"]) await client.sendText(text);
  await server.printed(/crowd marked/);
  server.kill("SIGTERM");
  for (const text of [...texts, "mark"]) assertEquals(await client.next(), { kind: "text", text });
  assertEquals(await client.next(), RESTART);
  await leave(client);
  assertEquals((await server.exited()).code, 0);
});

Deno.test("a drain ends with exit code 0 at drainTimeoutMs, whoever does not answer or settle", async () => {
  await using server = await startServer({ args: ["--drain-timeout-ms", "500ms"], ...ROUTES });
  using deaf = await RawClient.connect({ port: server.port, path: "/flood" });
  using busy = await RawClient.connect({ port: server.port, path: "/gate" });
  using slow = await Deno.connect({ hostname: "127.0.0.1", port: server.port });
  await slow.write(new TextEncoder().encode("GET / HTTP/1.1\r\n"));
  await busy.sendText("one");
  await server.printed(/gate holds one/);
  const signalledAt = performance.now();
  server.kill("SIGTERM");
  assertEquals((await server.exited()).code, 0);
  assertLess(performance.now() - signalledAt, 5_000);
  assertEquals((await busy.ending()).kind, "close");
  assert(["close", "end", "reset"].includes((await deaf.ending()).kind));
});

Deno.test("a server without connections ends at once, also when the signal comes right after its address", async () => {
  await using server = await startServer();
  const signalledAt = performance.now();
  server.kill("SIGTERM");
  const status = await server.exited();
  assertEquals([status.code, status.signal], [0, null]);
  assertLess(performance.now() - signalledAt, 5_000);
});

for (
  const [first, second, code] of [["SIGTERM", "SIGTERM", 143], ["SIGTERM", "SIGINT", 130], [
    "SIGINT",
    "SIGINT",
    130,
  ]] as const
) {
  Deno.test(`${second} after ${first} ends the process at once with ${code}`, async () => {
    await using server = await startServer(ROUTES);
    using client = await RawClient.connect({ port: server.port, path: "/gate" });
    await client.sendText("one");
    await server.printed(/gate holds one/);
    server.kill(first);
    assertEquals(await client.next(), RESTART);
    server.kill(second);
    const status = await server.exited();
    assertEquals([status.code, status.signal], [code, null]);
  });
}
