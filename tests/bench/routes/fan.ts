/**
 * `/fan`: what one peer sends, all others get, as anybody would write it.
 *
 * @module
 */
import { defineRoute } from "sockeye";

export default defineRoute("/fan", {
  open(peer) {
    peer.subscribe("all");
  },
  message(peer, message) {
    peer.publish("all", message);
  },
});
