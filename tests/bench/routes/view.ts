/**
 * `/view`: every message back, through the borrowed view.
 *
 * @module
 */
import { defineRoute } from "sockeye";

export default defineRoute("/view", {
  message(peer, message) {
    peer.send(message.isText ? message.text() : message.view);
  },
});
