/** Topics, parameters and everything a peer says of itself. */
import { defineRoute } from "sockeye";

export default defineRoute("/rooms/[room]", {
  open: (peer) => peer.subscribe(`room:${peer.params.room}`),
  message(peer, message) {
    const { id, url, params, remoteAddress, subprotocol, context, transport, bufferedAmount, deployment, request } =
      peer;
    const own = { id, url, params, remoteAddress, subprotocol, context, transport, bufferedAmount, deployment };
    const { method, headers } = request;
    peer.send(JSON.stringify({ ...own, topics: [...peer.topics], method, headers: [...headers] }));
    peer.publish(`room:${peer.params.room}`, message.text());
    peer.publish(`room:${peer.params.room}`, message.bytes(), { self: true });
    peer.unsubscribe(`room:${peer.params.room}`);
    peer.context = { said: message.text() };
  },
});
