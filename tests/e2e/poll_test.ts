/** Our client over each transport, with the real server. @module */
import { assert, assertEquals } from "@std/assert";
import { type ClientOptions, SockeyeSocket, type Transport } from "../../lib/client/mod.ts";
import { type Fetch, type PollExchange, pollSocket } from "../../lib/client/poll_socket.ts";
import { type ServerProcess, startServer } from "../support/server_process.ts";
import { until } from "../support/until.ts";

const ROUTE = `
import { defineRoute } from "sockeye";
const peers = new Set();
export default defineRoute("/room", {
  open: (peer) => void peers.add(peer),
  close: (peer) => void peers.delete(peer),
  topics: { room: { history: { limit: 1000 } } },
  subscribe: () => true,
  async message(peer, message) {
    const text = message.isBinary ? "" : message.text();
    if (text === "count") return message.reply(String(peers.size));
    if (text === "who") return message.reply(peer.transport);
    if (text === "end") return peer.close(4000, "enough");
    if (message.isRequest) return message.reply("echo " + text);
    if (text.startsWith("tell ")) return void await peer.publish("room", text.slice(5));
    peer.send(message);
  },
});
`;

async function withServer(tell: (server: ServerProcess) => Promise<void>): Promise<void> {
  const folder = await Deno.realPath(await Deno.makeTempDir({ prefix: "sockeye-poll-" }));
  try {
    await Deno.mkdir(`${folder}/routes`);
    await Deno.writeTextFile(`${folder}/routes/room.ts`, ROUTE);
    await using server = await startServer({
      args: ["--routes", `${folder}/routes`],
      denoFlags: [`--allow-read=.,${folder}`],
    });
    await tell(server);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** A client, and what it saw. */
function connect(server: ServerProcess, options: ClientOptions) {
  const socket = new SockeyeSocket(`${server.url}/room`, options);
  const seen = { messages: [] as string[], published: [] as string[], ends: [] as unknown[], binary: 0 };
  socket.binaryType = "arraybuffer";
  socket.addEventListener("message", ({ data }) => {
    if (typeof data === "string") seen.messages.push(data);
    else seen.binary += data.byteLength;
  });
  socket.addEventListener("close", ({ code, reason, wasClean }) => seen.ends.push([code, reason, wasClean]));
  const topic = socket.subscribe("room");
  topic.addEventListener("message", ({ data }) => seen.published.push(data));
  return { socket, topic, seen };
}

for (const transport of ["websocket", "long-poll", "poll"] as const) {
  Deno.test(`a client over ${transport} sends, asks, subscribes, and closes as over any other`, async () => {
    await withServer(async (server) => {
      const { socket, topic, seen } = connect(server, { transports: [transport] });
      assertEquals(await socket.request("who"), transport);
      assertEquals(socket.transport, transport);
      await until(() => topic.isSubscribed, "subscribed");
      const long = "é".repeat(300_000);
      for (const message of ["one", long, "two"]) socket.send(message);
      socket.send(new Uint8Array(100_000));
      socket.send(new Blob(["blob"]));
      await until(() => seen.messages.length === 3 && seen.binary === 100_004, "all echoes");
      assertEquals(seen.messages, ["one", long, "two"]);
      const other = connect(server, { transports: ["websocket"] });
      for (let n = 0; n < 50; n++) other.socket.send(`tell ${n}`);
      await until(() => seen.published.length === 50, "all publications");
      assertEquals(seen.published, Array.from({ length: 50 }, (_, n) => String(n)));
      socket.send("end");
      await until(() => seen.ends.length === 1, "the server's close");
      assertEquals(seen.ends, [[4000, "enough", true]]);
      const own = connect(server, { transports: [transport] });
      await own.socket.request("who");
      own.socket.close(3000, "bye");
      await until(() => own.seen.ends.length === 1, "our close over it");
      const closedAt = performance.now();
      while (await other.socket.request("count") !== "1") assert(performance.now() - closedAt < 3_000, "still there");
      other.socket.close(3000, "bye");
      await until(() => other.seen.ends.length === 1, "our close");
      // The server answers with the code alone.
      assertEquals([own.seen.ends, other.seen.ends], [[[3000, "", true]], [[3000, "", true]]]);
    });
  });
}

/** A fetch whose answers are lost now and then: the server has taken the request. */
function losing(lost: { count: number }): Fetch {
  let n = 0;
  return async (url, init) => {
    const response = await fetch(url, init);
    if (new Headers(init.headers).has("sockeye-session") && ++n % 3 === 0) {
      lost.count++;
      await response.body?.cancel();
      throw new TypeError("lost on purpose");
    }
    return response;
  };
}

for (const transport of ["long-poll", "poll"] as const) {
  Deno.test(`answers that are lost on purpose over ${transport} cost no message, and none comes twice`, async () => {
    await withServer(async (server) => {
      const lost = { count: 0 };
      const { socket, topic, seen } = connect(server, {
        transports: [transport],
        fallback: (transport) => pollSocket({ transport, fetch: losing(lost), intervalMs: 20 }),
      });
      await until(() => topic.isSubscribed, "subscribed");
      const wanted = Array.from({ length: 25 }, (_, n) => `m${n}`);
      for (const message of wanted) {
        socket.send(message);
        socket.send(`tell ${message}`);
        await socket.request("?");
      }
      await until(() => seen.messages.length >= 25, "all echoes");
      assertEquals([seen.messages, lost.count > 5], [wanted, true]);
      // What a connection publishes itself it does not get.
      assertEquals(seen.published, []);
      socket.close();
      await until(() => seen.ends.length === 1, "close");
    });
  });
}

Deno.test("where WebSocket is blocked the client polls long; where that is broken, too, it polls", async () => {
  await withServer(async (server) => {
    const Blocked = class extends WebSocket {
      constructor(_url: string, protocols: string[]) {
        // Nobody listens there.
        super("ws://127.0.0.1:9", protocols);
      }
    };
    const broken = (transport: Transport): Fetch => (url, init) =>
      transport === "long-poll" ? Promise.reject(new TypeError("broken")) : fetch(url, init);
    const cases = [
      [{ WebSocket: Blocked }, "long-poll"],
      [{
        WebSocket: Blocked,
        fallback: (transport: "long-poll" | "poll") => pollSocket({ transport, fetch: broken(transport) }),
      }, "poll"],
    ] as const;
    for (const [options, transport] of cases) {
      const { socket, seen } = connect(server, options);
      assertEquals([await socket.request("who"), socket.transport], [transport, transport]);
      socket.close();
      await until(() => seen.ends.length === 1, "close");
    }
  });
});

Deno.test("a client that measures is told what the server counts", async () => {
  await withServer(async (server) => {
    const exchanges: PollExchange[] = [];
    const { socket, seen } = connect(server, {
      transports: ["long-poll"],
      fallback: (transport) => pollSocket({ transport, onExchange: (exchange) => exchanges.push(exchange) }),
    });
    await socket.request("who");
    socket.close();
    await until(() => seen.ends.length === 1, "close");
    const answered = exchanges.filter(({ status, kind }) => status !== 0 && kind !== "begin");
    assert(answered.length >= 3, JSON.stringify(exchanges));
    for (const { requestHeadBytes, responseHeadBytes } of answered) {
      assert(requestHeadBytes > 100 && responseHeadBytes > 50, JSON.stringify(answered));
    }
  });
});
