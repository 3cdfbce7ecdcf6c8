/** `/deflate`: an echo that compresses everything, and keeps the contexts of both sides. @module */
import { defineRoute } from "sockeye";

export default defineRoute("/deflate", {
  options: {
    maxMessageBytes: 32 * 1024 * 1024,
    maxBufferedBytes: 32 * 1024 * 1024,
    // As by default: on a busy machine, a client needs seconds to make and compare 8 MiB, and answers no ping meanwhile.
    pingIntervalMs: 25_000,
    pongTimeoutMs: 8_000,
    perMessageDeflate: { threshold: 0, level: 6, serverNoContextTakeover: false, clientNoContextTakeover: false },
  },
  message(peer, message) {
    peer.send(message.isText ? message.text() : message.view);
  },
});
