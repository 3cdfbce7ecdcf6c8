/**
 * Another server to measure beside ours: npm `ws` on Node, as its README shows it, with compression for those who offer it.
 *
 * Its one argument is the folder to find `ws` from, which may hold the native addons too.
 *
 * @module
 */
import { createRequire } from "node:module";
import process from "node:process";

const require = createRequire(`${process.argv[2]}/`);
const { WebSocketServer } = require("ws");

const server = new WebSocketServer({ host: "127.0.0.1", port: 0, perMessageDeflate: true }, () => {
  console.log(`listens on 127.0.0.1:${server.address().port}`);
});
server.on("connection", (socket) => {
  socket.on("error", () => socket.terminate());
  socket.on("message", (message, isBinary) => socket.send(message, { binary: isBinary }));
});
