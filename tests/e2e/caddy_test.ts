/** Caddy with TLS in front: who the client is, its own authority, silence, servers that drain, and its reload. @module */
import { assert, assertEquals, assertRejects } from "@std/assert";
import WebSocket from "ws";
import { SockeyeSocket } from "../../lib/client/mod.ts";
import { Caddy } from "../support/caddy.ts";
import { CERT } from "../support/certificates.ts";
import { requires } from "../support/requires.ts";
import { type ServerProcess, type ServerSetting, startServer } from "../support/server_process.ts";
import { until } from "../support/until.ts";

const ROUTE = `
import { defineRoute } from "sockeye";
export default defineRoute("/who", {
  open(peer) { peer.send(peer.url.href + " " + peer.remoteAddress); },
  async message(peer, message) {
    if (message.isRequest) return message.reply(String(Deno.pid));
    peer.send(message);
  },
});
`;

const TRUSTING = ["--trusted-proxies", "127.0.0.1"];

async function withRoute(use: (start: (args?: readonly string[]) => Promise<ServerProcess>) => Promise<void>) {
  const folder = await Deno.realPath(await Deno.makeTempDir({ prefix: "sockeye-caddy-" }));
  try {
    await Deno.mkdir(`${folder}/routes`);
    await Deno.writeTextFile(`${folder}/routes/who.ts`, ROUTE);
    const setting: ServerSetting = { denoFlags: [`--allow-read=.,${folder}`] };
    await use((args = []) => startServer({ ...setting, args: ["--routes", `${folder}/routes`, ...TRUSTING, ...args] }));
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** npm's ws, opened, and what it was told first. */
async function open(url: string, options: object = {}): Promise<readonly [socket: WebSocket, first: string]> {
  const socket = new WebSocket(url, { ca: CERT, ...options });
  const first = Promise.withResolvers<string>();
  socket.once("message", (text: unknown) => first.resolve(String(text)));
  socket.once("error", first.reject);
  return [socket, await first.promise];
}

async function end(socket: WebSocket): Promise<void> {
  const closed = new Promise((resolve) => socket.once("close", resolve));
  socket.close();
  await closed;
}

Deno.test({
  name: "behind Caddy with TLS, routes see https, the host that was asked for and the client's own address",
  ...requires("caddy"),
  async fn() {
    await withRoute(async (start) => {
      await using server = await start();
      await using caddy = await Caddy.start({ port: server.port, tls: "given" });
      const url = `wss://localhost:${caddy.port}/who`;
      const seen = `https://localhost:${caddy.port}/who 127.0.0.9`;
      const from = { localAddress: "127.0.0.9" };
      const [one, told] = await open(url, from);
      assertEquals(told, seen);
      // Who says something else of itself is not believed.
      const headers = { "X-Forwarded-For": "192.0.2.1", "X-Forwarded-Proto": "http", Forwarded: "for=192.0.2.1" };
      const [two, believed] = await open(url, { ...from, headers });
      assertEquals(believed, seen);
      // A page of the same host, and one that came without TLS.
      const [three] = await open(url, { ...from, origin: `https://localhost:${caddy.port}` });
      await assertRejects(() => open(url, { ...from, origin: `http://localhost:${caddy.port}` }), Error, "403");
      await Promise.all([one, two, three].map(end));
    });
  },
});

Deno.test({
  name: "behind Caddy with a certificate of its own authority, whoever trusts that connects",
  ...requires("caddy"),
  async fn() {
    await withRoute(async (start) => {
      await using server = await start();
      await using caddy = await Caddy.start({ port: server.port, tls: "internal" });
      let root = "";
      const look = () => void caddy.root().then((text) => root = text, () => {});
      await until(() => (look(), root !== ""), "its authority is there");
      const url = `wss://localhost:${caddy.port}/who`;
      // Its certificate comes a moment later.
      let socket: WebSocket | undefined;
      let isTrying = false;
      const attempt = () => {
        if (isTrying) return;
        isTrying = true;
        open(url, { ca: root }).then(([opened]) => socket = opened, () => isTrying = false);
      };
      await until(() => (attempt(), socket !== undefined), "it connects");
      await assertRejects(() => open(url, { ca: CERT }));
      await end(socket!);
    });
  },
});

Deno.test({
  name: "pings and pongs pass through Caddy both ways, and nothing else need",
  ...requires("caddy"),
  async fn() {
    await withRoute(async (start) => {
      await using server = await start(["--ping-interval-ms", "100ms", "--pong-timeout-ms", "1s"]);
      await using caddy = await Caddy.start({ port: server.port, tls: "given" });
      const [socket] = await open(`wss://localhost:${caddy.port}/who`);
      // It would be closed by now, had its pongs not come through.
      let pings = 0;
      socket.on("ping", () => pings++);
      await until(() => pings >= 20, "twenty pings have passed");
      const echo = new Promise((resolve) => socket.once("message", resolve));
      socket.send("still there");
      assertEquals(String(await echo), "still there");
      await end(socket);
    });
  },
});

Deno.test({
  name:
    "of two servers behind Caddy one drains: every client is told 1012 and goes on at the other, and no new one is sent there",
  ...requires("caddy"),
  async fn() {
    await withRoute(async (start) => {
      await using one = await start();
      await using two = await start();
      await using caddy = await Caddy.start({ ports: [one.port, two.port] });
      const url = `ws://127.0.0.1:${caddy.port}/who`;
      const others = await Promise.all(Array.from({ length: 6 }, () => open(url)));
      const codes: number[] = [];
      for (const [socket] of others) socket.once("close", (code: number) => void codes.push(code));
      const clients = Array.from({ length: 12 }, () => new SockeyeSocket(url));
      const where = () => Promise.all(clients.map(async (client) => Number(await client.request("where"))));
      const isOpen = () => clients.every(({ readyState }) => readyState === SockeyeSocket.OPEN);
      await until(isOpen, "all are connected");
      assertEquals(new Set(await where()), new Set([one.pid, two.pid]));
      one.kill("SIGTERM");
      assertEquals((await one.exited()).code, 0);
      await until(isOpen, "all are connected again");
      assertEquals(new Set(await where()), new Set([two.pid]));
      for (let count = 0; count < 5; count++) {
        const [socket] = await open(url);
        await end(socket);
      }
      // Of those that do not come back by themselves, who was there is told why.
      assert(codes.length > 0 && codes.length < others.length, `${codes}`);
      assertEquals(new Set(codes), new Set([1012]));
      await Promise.all(
        others.filter(([{ readyState }]) => readyState === WebSocket.OPEN).map(([socket]) => end(socket)),
      );
      for (const client of clients) client.close();
      await until(() => clients.every(({ readyState }) => readyState === SockeyeSocket.CLOSED), "all are closed");
    });
  },
});

Deno.test({
  name: "Caddy that loads its configuration anew cuts its WebSockets, and our client comes back",
  ...requires("caddy"),
  async fn() {
    await withRoute(async (start) => {
      await using server = await start();
      await using caddy = await Caddy.start({ port: server.port });
      const url = `ws://127.0.0.1:${caddy.port}/who`;
      const [socket] = await open(url);
      const code = new Promise<number>((resolve) => socket.once("close", resolve));
      const client = new SockeyeSocket(url);
      let opened = 0;
      client.addEventListener("open", () => opened++);
      await until(() => opened === 1, "it is connected");
      await caddy.reload("header_up X-Anew yes");
      assert([1001, 1006].includes(await code), `${await code}`);
      await until(() => opened === 2, "it is connected again");
      assertEquals(Number(await client.request("where")), server.pid);
      client.close();
      await until(() => client.readyState === SockeyeSocket.CLOSED, "it is closed");
    });
  },
});
