/** `/deflate`: an echo that compresses everything, and keeps the contexts of both sides. @module */
import { defineRoute } from "sockeye";

export default defineRoute("/deflate", {
  options: {
    maxMessageBytes: 32 * 1024 * 1024,
    maxBufferedBytes: 32 * 1024 * 1024,
    perMessageDeflate: { threshold: 0, level: 6, serverNoContextTakeover: false, clientNoContextTakeover: false },
  },
  message(peer, message) {
    peer.send(message.isText ? message.text() : message.view);
  },
});
