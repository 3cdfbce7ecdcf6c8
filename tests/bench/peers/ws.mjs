/**
 * Another server to measure beside ours: npm `ws` on Node, as its README shows it: an echo, and a broadcast at `/fan`.
 *
 * Its first argument is the folder to find `ws` from, which may hold the native addons too. `--deflate` after it switches
 * compression on, with the defaults of `ws`.
 *
 * @module
 */
import { createRequire } from "node:module";
import process from "node:process";

const require = createRequire(`${process.argv[2]}/`);
const { WebSocket, WebSocketServer } = require("ws");

const perMessageDeflate = process.argv.includes("--deflate");
const server = new WebSocketServer({ host: "127.0.0.1", port: 0, perMessageDeflate }, () => {
  console.log(`listens on 127.0.0.1:${server.address().port}`);
});

server.on("connection", (socket, request) => {
  socket.on("error", () => socket.terminate());
  if (request.url === "/fan") {
    socket.on("message", (message, isBinary) => {
      const sent = isBinary ? message : message.toString();
      for (const client of server.clients) {
        if (client !== socket && client.readyState === WebSocket.OPEN) client.send(sent);
      }
    });
  } else {
    // Text is handed over as a string, as in every server that is measured.
    socket.on("message", (message, isBinary) => socket.send(isBinary ? message : message.toString()));
  }
});
