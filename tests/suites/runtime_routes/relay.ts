/** What it gets, sent and published as what it is. */
import { defineRoute } from "sockeye";

export default defineRoute({
  message(peer, message) {
    peer.send(message);
    peer.publish("all", message);
    peer.send(message.text());
  },
});
