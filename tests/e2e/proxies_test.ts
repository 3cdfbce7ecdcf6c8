/** Our client over each transport behind nginx, HAProxy and Caddy, which buffer as they do by default. @module */
import { assert, assertEquals } from "@std/assert";
import { type ClientOptions, SockeyeSocket, type Transport } from "../../lib/client/mod.ts";
import { Caddy } from "../support/caddy.ts";
import { type ProxySetting, startHaproxy, startNginx } from "../support/proxies.ts";
import { requires } from "../support/requires.ts";
import { startServer } from "../support/server_process.ts";
import { until } from "../support/until.ts";

const ROUTE = `
import { defineRoute } from "sockeye";
export default defineRoute("/room", {
  subscribe: () => true,
  async message(peer, message) {
    if (message.isRequest) return message.reply(peer.transport + " " + peer.remoteAddress);
    await peer.publish("room", message, { self: true });
  },
});
`;

/** So short that polls are answered with nothing, too. */
const POLL_WAIT = "400ms";

async function behind(
  start: (setting: ProxySetting) => Promise<AsyncDisposable & { readonly port: number }>,
  hasWebSocket: boolean,
  tell: (url: string) => Promise<void>,
): Promise<void> {
  const folder = await Deno.realPath(await Deno.makeTempDir({ prefix: "sockeye-proxies-" }));
  try {
    await Deno.mkdir(`${folder}/routes`);
    await Deno.writeTextFile(`${folder}/routes/room.ts`, ROUTE);
    await using server = await startServer({
      args: ["--routes", `${folder}/routes`, "--poll-wait-ms", POLL_WAIT],
      denoFlags: [`--allow-read=.,${folder}`],
    });
    await using proxy = await start({ port: server.port, hasWebSocket });
    await tell(`ws://127.0.0.1:${proxy.port}/room`);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** A client, and what it was told. */
async function connect(url: string, options: ClientOptions) {
  const socket = new SockeyeSocket(url, { ...options, connectTimeoutMs: 20_000 });
  const seen: (string | number)[] = [];
  let isOver = false;
  socket.binaryType = "arraybuffer";
  socket.addEventListener("close", () => isOver = true);
  const room = socket.subscribe("room");
  room.addEventListener("message", ({ data }) => seen.push(typeof data === "string" ? data : data.byteLength));
  await until(() => room.isSubscribed, "subscribed", 20_000);
  const close = async (): Promise<void> => {
    socket.close();
    await until(() => isOver, "over");
  };
  return { socket, seen, close };
}

const PROXIES = { nginx: startNginx, haproxy: startHaproxy, caddy: Caddy.start } as const;

for (const name of ["nginx", "haproxy", "caddy"] as const) {
  for (const transport of ["websocket", "long-poll", "poll"] as const satisfies readonly Transport[]) {
    Deno.test({
      name: `${name}: a client over ${transport} is told all, in order, within what a request may take`,
      ...requires(name),
      async fn() {
        await behind(PROXIES[name], true, async (url) => {
          const one = await connect(url, { transports: [transport] });
          const two = await connect(url, { transports: [transport] });
          assertEquals(await one.socket.request("who"), `${transport} 127.0.0.1`);
          const long = "é".repeat(200_000);
          for (const message of ["a", long, "b"]) one.socket.send(message);
          one.socket.send(new Uint8Array(300_000));
          const all = ["a", long, "b", 300_000];
          await until(() => two.seen.length === 4 && one.seen.length === 4, "all is told", 20_000);
          assertEquals([one.seen, two.seen], [all, all]);
          // Beyond the wait of a poll, so that some are answered with nothing.
          await one.socket.request("who");
          const silentUntil = performance.now() + 1_000;
          await until(() => performance.now() > silentUntil, "some polls had nothing to say");
          for (let number = 0; number < 20; number++) two.socket.send(`n${number}`);
          await until(() => one.seen.length === 24, "what came later", 20_000);
          assertEquals(one.seen.slice(4), Array.from({ length: 20 }, (_, number) => `n${number}`));
          await Promise.all([one.close(), two.close()]);
        });
      },
    });
  }

  Deno.test({
    name: `${name}: where it lets no WebSocket through, the client polls long without being told`,
    ...requires(name),
    async fn() {
      await behind(PROXIES[name], false, async (url) => {
        const { socket, close } = await connect(url, {});
        assertEquals([socket.transport, await socket.request("who")], ["long-poll", "long-poll 127.0.0.1"]);
        assert(socket.readyState === SockeyeSocket.OPEN);
        await close();
      });
    },
  });
}
