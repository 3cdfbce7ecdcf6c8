/** Processes that stop, vanish or are killed, on either side. @module */
import { pathOfUrl } from "../../lib/runtime/file_url.ts";
import { assert, assertEquals } from "@std/assert";
import { RawClient } from "../support/raw_client.ts";
import { startServer } from "../support/server_process.ts";

const ROUTES = { routes: "tests/fault/routes" };
const SHORT_PINGS = ["--ping-interval-ms", "100ms", "--pong-timeout-ms", "200ms"];

/** A client in a process of its own, connected. */
async function startClient(url: string, ...mode: readonly string[]): Promise<Deno.ChildProcess> {
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "--no-prompt", "--allow-net", pathOfUrl(new URL("quiet_client.ts", import.meta.url)), url, ...mode],
    stdin: "null",
    stdout: "piped",
  }).spawn();
  const reader = child.stdout.getReader();
  assert(!(await reader.read()).done, "the client ended before it was connected");
  await reader.cancel();
  return child;
}

/** Lets so many pings go by, each of them answered: time, as a server that runs counts it. */
async function passPings(client: RawClient, count: number): Promise<void> {
  while (count > 0) {
    const incoming = await client.next();
    if (incoming.kind !== "ping") continue;
    await client.pong(incoming.bytes);
    count--;
  }
}

Deno.test("a peer that vanishes without a FIN is pinged and dropped after pongTimeoutMs, seen as 1006", async () => {
  await using server = await startServer({ args: SHORT_PINGS, env: { LOG_LEVEL: "debug" }, ...ROUTES });
  const child = await startClient(`ws://127.0.0.1:${server.port}/gate`);
  try {
    using good = await RawClient.connect({ port: server.port, path: "/crowd" });
    await passPings(good, 4);
    assertEquals(server.output().includes("gate closed"), false, "a client that answers pings stays");
    child.kill("SIGSTOP");
    await Promise.all([
      server.printed(/gate closed 1006 unclean/),
      server.printed(/violation=PONG_TIMEOUT route=\/gate/),
      passPings(good, 4),
    ]);
    await good.sendText("still here");
    assertEquals(await good.nextButPings(), { kind: "text", text: "still here" });
  } finally {
    child.kill("SIGKILL");
    await child.status;
  }
});

Deno.test("kill -9 of a client under load closes its connection and harms nobody else", async () => {
  await using server = await startServer(ROUTES);
  using good = await RawClient.connect({ port: server.port, path: "/crowd" });
  const child = await startClient(`ws://127.0.0.1:${server.port}/crowd`, "load");
  try {
    await (await server.fetch("/crowd?peers=2")).text();
    for (let i = 0; i < 50; i++) {
      await good.sendText(`${i}`);
      assertEquals(await good.nextButPings(), { kind: "text", text: `${i}` });
    }
  } finally {
    child.kill("SIGKILL");
    await child.status;
  }
  assertEquals(await (await server.fetch("/crowd?peers=1")).json(), 1);
  await good.sendText("still here");
  assertEquals(await good.nextButPings(), { kind: "text", text: "still here" });
});

/** Answers pings until a text comes, which it returns; or what ended the connection. */
async function answerPings(client: RawClient): Promise<string> {
  for (;;) {
    const incoming = await client.next();
    if (incoming.kind === "ping") await client.pong(incoming.bytes);
    else return incoming.kind === "text" ? incoming.text : incoming.kind;
  }
}

Deno.test("clients survive a server that is stopped for longer than pongTimeoutMs and goes on", async () => {
  await using server = await startServer({ args: SHORT_PINGS, ...ROUTES });
  await using other = await startServer({ args: SHORT_PINGS, ...ROUTES });
  using clock = await RawClient.connect({ port: other.port, path: "/crowd" });
  const clients = await Promise.all(
    Array.from({ length: 20 }, () => RawClient.connect({ port: server.port, path: "/crowd" })),
  );
  try {
    // It stops when each client owes it a pong; they come while it stands still, and are not read before it goes on.
    const pings = await Promise.all(clients.map((client) => client.next()));
    server.kill("SIGSTOP");
    for (const [index, ping] of pings.entries()) {
      assert(ping.kind === "ping");
      await clients[index]!.pong(ping.bytes);
    }
    await passPings(clock, 10);
    server.kill("SIGCONT");
    const texts = clients.map(answerPings);
    await passPings(clock, 10);
    for (const client of clients) await client.sendText("still here").catch(() => {});
    assertEquals(await Promise.all(texts), clients.map(() => "still here"));
  } finally {
    for (const client of clients) client[Symbol.dispose]();
  }
});
