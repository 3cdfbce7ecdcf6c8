/**
 * What our client does in any browser, over each transport. Runs as it is in a page, and knows no test runner.
 *
 * @module
 */
import { equal, outcomeOf } from "./web_api_suite.js";

/** Nobody listens there: what a proxy that lets no WebSocket through comes to. */
const NOWHERE = "ws://127.0.0.1:1/";

/**
 * Runs the cases.
 *
 * @param {typeof import("../../lib/client/mod.ts").SockeyeSocket} SockeyeSocket
 * @param {string} url of the route `/topic`, beginning with `ws:`.
 * @returns {Promise<readonly { readonly name: string, readonly problem?: string }[]>}
 */
export async function runClientCases(SockeyeSocket, url) {
  const outcomes = [];
  for (const entry of Object.entries(clientCases(SockeyeSocket, url))) outcomes.push(await outcomeOf(entry));
  return outcomes;
}

function clientCases(SockeyeSocket, url) {
  const talking = ["websocket", "long-poll", "poll"].map((transport) => [
    `our client talks by ${transport}`,
    () => talks(new SockeyeSocket(url, { transports: [transport] }), transport),
  ]);
  return {
    ...Object.fromEntries(talking),
    "where WebSocket is blocked, our client is there by long-poll": () =>
      withWebSocket(
        class extends WebSocket {
          constructor(_url, protocols) {
            super(NOWHERE, protocols);
          }
        },
        () => talks(new SockeyeSocket(url), "long-poll"),
      ),
  };
}

async function talks(socket, transport) {
  const heard = [];
  const waiting = [];
  const hear = ({ data }) => {
    heard.push(data);
    waiting.shift()?.();
  };
  const next = async () => {
    while (heard.length === 0) await new Promise((resolve) => waiting.push(resolve));
    return heard.shift();
  };
  socket.binaryType = "arraybuffer";
  socket.addEventListener("message", hear);
  const topic = socket.subscribe("topic");
  topic.addEventListener("message", hear);
  await new Promise((resolve) => topic.addEventListener("subscribed", resolve, { once: true }));
  equal(socket.transport, transport);
  equal(await socket.request("who?"), "echo who?");
  for (const text of ["", "naïve 日本語 😀", "x".repeat(100_000)]) {
    socket.send(text);
    equal(await next(), text);
  }
  socket.send(new Uint8Array(70_000).fill(7));
  const bytes = new Uint8Array(await next());
  equal([bytes.length, bytes.every((byte) => byte === 7)], [70_000, true]);
  socket.send("publish");
  equal(await next(), "news");
  const closed = new Promise((resolve) => socket.addEventListener("close", resolve, { once: true }));
  socket.close(1000, "bye");
  equal((await closed).code, 1000);
}

async function withWebSocket(replacement, run) {
  const { WebSocket: own } = globalThis;
  globalThis.WebSocket = replacement;
  try {
    await run();
  } finally {
    globalThis.WebSocket = own;
  }
}
