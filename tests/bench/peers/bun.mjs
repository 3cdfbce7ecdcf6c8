/**
 * Another server to measure beside ours: Bun's own, as its manual shows it: an echo, and a topic at `/fan`.
 *
 * `--deflate` switches compression on. Everything else is Bun's default, its limits on what may wait to be sent included
 * (16 MiB a connection: the fan-out, with four publications under way at once, never comes near).
 *
 * @module
 */
import process from "node:process";

const isDeflating = process.argv.includes("--deflate");

const server = globalThis.Bun.serve({
  hostname: "127.0.0.1",
  port: 0,
  fetch(request, server) {
    const isFan = request.url.endsWith("/fan");
    if (!server.upgrade(request, { data: { isFan } })) return new Response("WebSocket only", { status: 426 });
  },
  websocket: {
    perMessageDeflate: isDeflating,
    open(socket) {
      if (socket.data.isFan) socket.subscribe("all");
    },
    message(socket, message) {
      if (socket.data.isFan) socket.publish("all", message, isDeflating);
      else socket.send(message, isDeflating);
    },
  },
});
console.log(`listens on 127.0.0.1:${server.port}`);
