/**
 * Another server to measure beside ours: Deno's own `Deno.upgradeWebSocket`, as its manual shows it: an echo, and a
 * broadcast at `/fan`.
 *
 * @module
 */
const members = new Set<WebSocket>();

Deno.serve({
  hostname: "127.0.0.1",
  port: 0,
  onListen: ({ port }) => console.log(`listens on 127.0.0.1:${port}`),
}, (request) => {
  const { socket, response } = Deno.upgradeWebSocket(request);
  socket.binaryType = "arraybuffer";
  if (request.url.endsWith("/fan")) {
    socket.onopen = () => members.add(socket);
    socket.onclose = () => members.delete(socket);
    socket.onmessage = ({ data }) => {
      for (const member of members) {
        if (member !== socket && member.readyState === WebSocket.OPEN) member.send(data);
      }
    };
  } else {
    socket.onmessage = ({ data }) => socket.send(data);
  }
  return response;
});
