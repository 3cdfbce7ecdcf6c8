/** `/narrow`: an echo that takes messages of at most 1000 bytes in at most 4 fragments. @module */
import { defineRoute } from "sockeye";

export default defineRoute("/narrow", {
  options: { maxMessageBytes: 1000, maxFragments: 4 },
  message(peer, message) {
    peer.send(message.isText ? message.text() : message.view);
  },
});
