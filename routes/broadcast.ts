/**
 * `/broadcast`: what one peer sends, all others get, verbatim.
 *
 * @module
 */
import { defineRoute } from "sockeye";

const TOPIC = "broadcast";

export default defineRoute("/broadcast", {
  open(peer) {
    return peer.subscribe(TOPIC);
  },
  message(peer, message) {
    return peer.publish(TOPIC, message);
  },
});
