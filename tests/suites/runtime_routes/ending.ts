/** Ends its own connection, and must then not be called again but for `close`. */
import { defineRoute } from "sockeye";

export default defineRoute("/ending", {
  message(peer, message) {
    const text = message.text();
    peer.send(`message ${text}`);
    if (text === "close") peer.close();
    if (text === "close with") peer.close(4001, "enough");
    if (text === "terminate") peer.terminate();
  },
  drain(peer) {
    peer.send("drain");
  },
  close(peer) {
    peer.send("close");
  },
});
