/** Handlers that wait: for a message's turn, and for the client to leave. */
import { defineRoute } from "sockeye";

export default defineRoute("/slow", {
  async message(peer, message) {
    if (message.text() === "wait") {
      await new Promise((_, reject) => {
        peer.signal.addEventListener("abort", () => reject(peer.signal.reason), { once: true });
        peer.send("waiting");
      });
    }
    await Promise.resolve();
    peer.send(`late ${message.text()} ${message.view.byteLength}`);
  },
  close(peer) {
    peer.send(`close ${peer.signal.reason.message}`);
  },
});
