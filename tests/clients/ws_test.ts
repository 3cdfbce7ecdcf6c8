/** npm's `ws` against the server: the Web API it has, and what lies below it. @module */
import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { Buffer } from "node:buffer";
import { once } from "node:events";
import type { ClientRequest, IncomingMessage } from "node:http";
import type { Writable } from "node:stream";
import WebSocket from "ws";
import { encodeFrame } from "../../lib/frame/mod.ts";
import { showOutcomes } from "./reported.ts";
import { startServers } from "./servers.ts";
import { runWebApiCases } from "./web_api_suite.js";

Deno.test("ws talks to the server", async (test) => {
  await using servers = await startServers();
  const WebApi = WebSocket as unknown as typeof globalThis.WebSocket;
  await showOutcomes(test, await runWebApiCases(WebApi, servers.addresses));
});

Deno.test("ws sends fragments, with pings between them, and gets one message back", async () => {
  await using servers = await startServers();
  const socket = await open(`${servers.addresses.shipped}/echo`);
  const pongs: string[] = [];
  socket.on("pong", (payload: Uint8Array) => pongs.push(new TextDecoder().decode(payload)));
  socket.send("Hel", { fin: false });
  socket.ping("first");
  socket.send("", { fin: false });
  socket.ping();
  socket.send("lo 😀", { fin: true });
  assertEquals(await nextMessage(socket), { text: "Hello 😀", isBinary: false });
  socket.send(Uint8Array.of(1), { fin: false });
  socket.send(Uint8Array.of(2), { fin: true });
  assertEquals(await nextMessage(socket), { text: "\u0001\u0002", isBinary: true });
  assertEquals(pongs, ["first", ""]);
  await close(socket);
});

Deno.test("ws cuts a character between fragments, and gets it whole", async () => {
  await using servers = await startServers();
  const socket = await open(`${servers.addresses.shipped}/echo`);
  const face = new TextEncoder().encode("😀");
  for (let i = 0; i < 4; i++) socket.send(face.subarray(i, i + 1), { binary: false, fin: i === 3 });
  assertEquals(await nextMessage(socket), { text: "😀", isBinary: false });
  await close(socket);
});

Deno.test("ws sees the server's ping with its payload, and a pong to its own", async () => {
  await using servers = await startServers();
  const socket = await open(`${servers.addresses.lab}/lab`);
  const ping = nextEvent(socket, "ping");
  socket.send("ping x".padEnd(130, "y"));
  assertEquals(String((await ping)[0]), "x".padEnd(125, "y"));
  const pong = nextEvent(socket, "pong");
  socket.ping("z".repeat(125));
  assertEquals(String((await pong)[0]), "z".repeat(125));
  await close(socket);
});

Deno.test("ws sees a pong of its own go unanswered", async () => {
  await using servers = await startServers();
  const socket = await open(`${servers.addresses.shipped}/echo`);
  const pongs: unknown[] = [];
  socket.on("pong", (payload: unknown) => pongs.push(payload));
  socket.pong("unasked");
  socket.send("next");
  assertEquals(await nextMessage(socket), { text: "next", isBinary: false });
  assertEquals(pongs, []);
  await close(socket);
});

Deno.test("ws gets the status of every refusal, with a body that says why", async (test) => {
  await using servers = await startServers();
  const { shipped, lab } = servers.addresses;
  const refusals = [
    ["no route", `${shipped}/nowhere`, {}, 404, "no route"],
    ["a foreign origin", `${shipped}/echo`, { origin: "https://evil.example" }, 403, "https://evil.example"],
    ["the origin null", `${shipped}/echo`, { origin: "null" }, 403, "null"],
    ["version 8", `${shipped}/echo`, { protocolVersion: 8 }, 426, "use 13"],
    ["a route that refuses", `${lab}/gate`, {}, 401, "Say the word."],
    ["a path that is none", `${shipped}/%zz`, {}, 400, "percent sign"],
  ] as const;
  for (const [what, url, options, status, words] of refusals) {
    await test.step(`${what}: ${status}`, async () => {
      const refusal = await refused(url, options);
      assertEquals(refusal.status, status);
      assertStringIncludes(refusal.body, words);
      if (status === 426) assertEquals(refusal.headers["sec-websocket-version"], "13");
      if (status === 401) assertEquals(refusal.headers["www-authenticate"], "Bearer");
    });
  }
});

Deno.test("ws connects from the server's own origin, and gets a route's fields with the 101", async () => {
  await using servers = await startServers();
  const own = await open(`${servers.addresses.shipped}/echo`, { origin: servers.shipped.url });
  await close(own);
  const socket = new WebSocket(`${servers.addresses.lab}/gate?token=open`);
  const [[response]] = await Promise.all([nextEvent(socket, "upgrade"), nextEvent(socket, "open")]);
  const { statusCode, headers } = response as { statusCode: number; headers: Record<string, string> };
  assertEquals([statusCode, headers["x-gate"]], [101, "open"]);
  await close(socket);
});

Deno.test("ws offers compression, which a route that is not set up for it declines: plain frames", async () => {
  await using servers = await startServers();
  const socket = await open(`${servers.addresses.lab}/lab`, { perMessageDeflate: true });
  assertEquals(socket.extensions, "");
  await close(socket);
});

for (
  const offer of [{}, { serverNoContextTakeover: true }, { clientNoContextTakeover: true }, {
    serverMaxWindowBits: 9,
    clientMaxWindowBits: 9,
  }]
) {
  Deno.test(`ws with compression ${JSON.stringify(offer)} gets text and binary of 1 B to 8 MiB back`, async () => {
    await using servers = await startServers();
    for (const url of [`${servers.addresses.shipped}/echo`, `${servers.addresses.lab}/deflate`]) {
      const perMessageDeflate = { threshold: 0, ...offer };
      const socket = await open(url, { perMessageDeflate, maxPayload: 2 ** 30 });
      assertStringIncludes(socket.extensions, "permessage-deflate");
      for (const size of [1, 125, 1024, 65_536, 1024 * 1024, 8 * 1024 * 1024]) {
        const text = Array.from({ length: 40 }, (_, at) => `${at * size} `).join("").repeat(size / 200 + 1).slice(
          0,
          size,
        );
        const noise = Uint8Array.from({ length: Math.min(size, 100_000) }, (_, at) => Math.imul(at, 0x9e3779b1) >>> 24);
        for (const message of [text, noise, text]) {
          socket.send(message);
          const [echo, isBinary] = await nextEvent(socket, "message");
          assertEquals(isBinary, typeof message !== "string");
          assert(Buffer.from(message as string).equals(echo as Uint8Array), `${size} bytes came back otherwise`);
        }
      }
      await close(socket);
    }
  });
}

Deno.test("ws that sends what does not inflate is closed with 1007", async () => {
  await using servers = await startServers();
  const socket = await open(`${servers.addresses.shipped}/echo`, { perMessageDeflate: true });
  const closed = once(socket, "close");
  const frame = encodeFrame({ opcode: 1, payload: Uint8Array.of(0xff), rsv: 4, maskKey: Uint8Array.of(1, 2, 3, 4) });
  (socket as unknown as { readonly _socket: Writable })._socket.write(frame);
  const [code, reason] = await closed;
  assertEquals([code, String(reason)], [1007, "a compressed message cannot be inflated"]);
});

Deno.test("a test with ws fails with the code when the server ends the connection it waits at", async () => {
  await using servers = await startServers();
  const socket = await open(`${servers.addresses.lab}/narrow`);
  const message = nextMessage(socket);
  socket.send("x".repeat(100_000));
  await assertRejects(() => message, Error, 'closed with 1009 "the message is longer');
});

Deno.test("ws that vanishes is reported to the route as 1006", async () => {
  await using servers = await startServers();
  const watcher = new WebSocket(`${servers.addresses.lab}/closes`);
  assertEquals((await nextMessage(watcher)).text, "ready");
  const socket = await open(`${servers.addresses.lab}/lab?name=gone`);
  const told = nextMessage(watcher);
  socket.terminate();
  assertEquals(JSON.parse((await told).text), { name: "gone", code: 1006, reason: "", wasClean: false });
  await close(watcher);
});

Deno.test("a route's flood of 10 000 messages reaches ws whole and in order", async () => {
  await using servers = await startServers();
  const socket = await open(`${servers.addresses.lab}/lab`);
  const arrived: string[] = [];
  socket.on("message", (message: Uint8Array) => {
    arrived.push(String(message));
    if (arrived.length === 10_000) socket.emit("all");
  });
  const all = nextEvent(socket, "all");
  socket.send("flood 10000");
  await all;
  assertEquals(arrived, Array.from({ length: 10_000 }, (_, i) => String(i)));
  await close(socket);
});

async function open(url: string, options: Record<string, unknown> = {}): Promise<WebSocket> {
  const socket = new WebSocket(url, options);
  await nextEvent(socket, "open");
  return socket;
}

/** What the next event of this name brings. @throws {Error} with the code, when the connection ends before it. */
async function nextEvent(socket: WebSocket, name: string): Promise<unknown[]> {
  const { promise, resolve, reject } = Promise.withResolvers<unknown[]>();
  const onEvent = (...brought: unknown[]) => resolve(brought);
  const onClose = (code: number, reason: Uint8Array) =>
    reject(new Error(`closed with ${code} "${reason}" instead of the event "${name}"`));
  if (socket.readyState === WebSocket.CLOSED) reject(new Error(`closed before it could bring the event "${name}"`));
  socket.once(name, onEvent).once("close", onClose).once("error", reject);
  try {
    return await promise;
  } finally {
    socket.off(name, onEvent).off("close", onClose).off("error", reject);
  }
}

async function nextMessage(socket: WebSocket): Promise<{ readonly text: string; readonly isBinary: boolean }> {
  const [bytes, isBinary] = await nextEvent(socket, "message") as [Uint8Array, boolean];
  return { text: new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes), isBinary };
}

async function close(socket: WebSocket): Promise<void> {
  const closed = once(socket, "close");
  socket.close(1000, "done");
  const [code, reason] = await closed;
  assertEquals([code, String(reason)], [1000, ""]);
}

interface Refusal {
  readonly status: number | undefined;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly body: string;
}

async function refused(url: string, options: Record<string, unknown>): Promise<Refusal> {
  const socket = new WebSocket(url, options);
  const [request, response] = await nextEvent(socket, "unexpected-response") as [ClientRequest, IncomingMessage];
  let body = "";
  for await (const part of response) body += part;
  request.destroy();
  return { status: response.statusCode, headers: response.headers, body };
}
