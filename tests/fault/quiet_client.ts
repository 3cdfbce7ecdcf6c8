/**
 * A client in a process of its own, to be stopped or killed by a test: `quiet_client.ts ws://… [load]`. With `load` it
 * sends as fast as it can; without, it only answers pings.
 *
 * @module
 */
const [url = "", mode] = Deno.args;
const socket = new WebSocket(url);
const message = new Uint8Array(16 * 1024);
socket.onopen = () => {
  console.log("open");
  if (mode === "load") { for (let i = 0; i < 64; i++) socket.send(message); }
};
socket.onmessage = () => {
  if (mode === "load") socket.send(message);
};
