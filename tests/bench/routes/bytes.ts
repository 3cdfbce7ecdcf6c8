/**
 * `/bytes`: every message back, out of a copy that the route may keep.
 *
 * @module
 */
import { defineRoute } from "sockeye";

export default defineRoute("/bytes", {
  message(peer, message) {
    peer.send(message.isText ? message.text() : message.bytes());
  },
});
