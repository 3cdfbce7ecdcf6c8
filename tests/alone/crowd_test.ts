/** Many at once: waves of sockets, the file limit, connections reset before they are accepted. @module */
import { assertEquals, assertLessOrEqual, assertStringIncludes } from "@std/assert";
import net from "node:net";
import { RawClient } from "../support/raw_client.ts";
import { type ServerProcess, startServer } from "../support/server_process.ts";

const ROUTES = { routes: "tests/fault/routes" };

/** Waits until there are so many peers. */
async function crowdOf(server: ServerProcess, peers: number): Promise<void> {
  assertEquals(await (await server.fetch(`/crowd?peers=${peers}`)).json(), peers);
}

async function connectAll(port: number, count: number, atATime: number): Promise<readonly RawClient[]> {
  const clients: RawClient[] = [];
  const connect = async () => {
    while (count-- > 0) clients.push(await RawClient.connect({ port, path: "/crowd" }));
  };
  await Promise.all(Array.from({ length: atATime }, connect));
  return clients;
}

Deno.test("memory after the third wave of 2 000 sockets is within 5 % of that after the second", async () => {
  const denoFlags = ["--v8-flags=--expose-gc"];
  await using server = await startServer({ denoFlags, ...ROUTES });
  const rss: number[] = [];
  for (let wave = 0; wave < 3; wave++) {
    const clients = await connectAll(server.port, 2_000, 50);
    for (const client of clients) await client.sendText("a message of each");
    for (const client of clients) assertEquals((await client.nextButPings()).kind, "text");
    // One half ends in good order, the other is just gone.
    for (const client of clients.slice(1_000)) await client.close();
    for (const client of clients) client[Symbol.dispose]();
    await crowdOf(server, 0);
    rss.push(server.rssBytes());
  }
  const [, second = 0, third = 0] = rss;
  assertLessOrEqual(third, second * 1.05, `after each wave: ${rss.join(", ")} bytes`);
});

Deno.test("at the file limit the server goes on serving, and accepts again when files are free", async () => {
  await using server = await startServer({ maxOpenFiles: 64, ...ROUTES });
  using good = await RawClient.connect({ port: server.port, path: "/crowd" });
  const conns = await Promise.all(
    Array.from({ length: 100 }, () => Deno.connect({ hostname: "127.0.0.1", port: server.port })),
  );
  const [line] = await server.printed(/accept failed.*/);
  assertStringIncludes(line.toLowerCase(), "too many open files");
  await good.sendText("at the limit");
  assertEquals(await good.nextButPings(), { kind: "text", text: "at the limit" });
  for (const conn of conns) conn.close();
  const clients = await connectAll(server.port, 10, 10);
  for (const client of clients) {
    await client.sendText("after");
    assertEquals(await client.nextButPings(), { kind: "text", text: "after" });
    client[Symbol.dispose]();
  }
  await crowdOf(server, 1);
});

Deno.test("500 connections reset before they are accepted do not end the accepting", async () => {
  await using server = await startServer(ROUTES);
  // While it is stopped the kernel takes connections for it: they are reset before it sees them.
  server.kill("SIGSTOP");
  await Promise.all(Array.from({ length: 500 }, () =>
    new Promise<void>((resolve, reject) => {
      const socket = net.connect(server.port, "127.0.0.1", () => socket.resetAndDestroy());
      socket.once("close", () => resolve()).once("error", reject);
    })));
  server.kill("SIGCONT");
  const clients = await connectAll(server.port, 20, 20);
  for (const client of clients) {
    await client.sendText("after");
    assertEquals(await client.nextButPings(), { kind: "text", text: "after" });
    client[Symbol.dispose]();
  }
  await crowdOf(server, 0);
});
