/** Sends back what it gets. */
import { defineRoute } from "sockeye";

export default defineRoute("/echo", {
  open(peer) {
    peer.send("open");
  },
  message(peer, message) {
    peer.send(message.isText ? message.text() : message.view);
  },
  drain(peer) {
    peer.send("drain");
  },
  close(peer, { code, reason, wasClean }) {
    peer.send(`close ${code} ${reason} ${wasClean} ${peer.signal.aborted}`);
  },
});
