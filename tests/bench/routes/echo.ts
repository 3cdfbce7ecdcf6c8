/**
 * `/echo`: every message back, as anybody would write it.
 *
 * @module
 */
import { defineRoute } from "sockeye";

export default defineRoute("/echo", {
  message(peer, message) {
    peer.send(message.isText ? message.text() : message.view);
  },
});
