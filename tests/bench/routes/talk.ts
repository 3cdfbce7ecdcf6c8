/** What a client says comes back, whatever it comes over. @module */
import { defineRoute } from "sockeye";

export default defineRoute("/talk", {
  message(peer, message) {
    peer.send(message);
  },
});
