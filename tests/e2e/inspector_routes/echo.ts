/** Sends back what comes. @module */
import { defineRoute } from "sockeye";

export default defineRoute("/echo", {
  options: {
    perMessageDeflate: { threshold: 0, serverNoContextTakeover: false, clientNoContextTakeover: false },
  },
  upgrade: () => ({ headers: { "x-from-route": "yes", "set-cookie": "a=secret" } }),
  message(peer, message) {
    peer.send(message.isText ? message.text() : message.bytes());
  },
});
