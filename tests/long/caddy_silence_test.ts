/** What Caddy does to silence: nothing, longer than most proxies bear it. @module */
import { assertEquals, assertGreater } from "@std/assert";
import WebSocket from "ws";
import { Caddy } from "../support/caddy.ts";
import { CERT } from "../support/certificates.ts";
import { requires } from "../support/requires.ts";
import { startServer } from "../support/server_process.ts";
import { until } from "../support/until.ts";

/** Beyond the minute that others give. */
const SILENCE_MS = 75_000;

Deno.test({
  name: "a WebSocket without pings and a poll that is held outlive 75 s of silence behind Caddy",
  ...requires("caddy"),
  async fn() {
    const held = `${SILENCE_MS / 1_000}s`;
    await using server = await startServer({ args: ["--ping-interval-ms", "0", "--poll-wait-ms", held] });
    await using caddy = await Caddy.start({ port: server.port, tls: "given" });
    const socket = new WebSocket(`wss://localhost:${caddy.port}/echo`, { ca: CERT });
    await new Promise((resolve) => socket.once("open", resolve));
    const since = performance.now();
    using client = Deno.createHttpClient({ caCerts: [CERT] });
    const poll = async (init: RequestInit & { readonly headers: Record<string, string> }) =>
      await fetch(`https://localhost:${caddy.port}/_sockeye/poll`, { client, ...init });
    const begun = await poll({ method: "POST", headers: { "Sockeye-Route": "/echo" } });
    const { session } = await begun.json();
    const answer = await poll({ headers: { "Sockeye-Session": session, "Sockeye-Acknowledge": "0" } });
    await answer.arrayBuffer();
    assertGreater(performance.now() - since, SILENCE_MS - 1_000);
    assertEquals(answer.status, 204);
    await until(() => performance.now() - since > SILENCE_MS, "it has been silent", SILENCE_MS);
    const echo = new Promise((resolve) => socket.once("message", resolve));
    socket.send("still there");
    assertEquals(String(await echo), "still there");
    const closed = new Promise((resolve) => socket.once("close", resolve));
    socket.close();
    await closed;
  },
});
