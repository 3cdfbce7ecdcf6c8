/**
 * `/echo`: every message back: text as a string, bytes as they came.
 *
 * @module
 */
import { defineRoute } from "sockeye";

export default defineRoute("/echo", {
  message(peer, message) {
    peer.send(message.isText ? message.text() : message);
  },
});
