/** `/fragile`: throws or rejects when it is told to, and echoes everything else. @module */
import { defineRoute } from "sockeye";

export default defineRoute("/fragile", {
  message(peer, message) {
    const text = message.text();
    if (text === "throw") throw new Error("thrown on purpose");
    if (text === "reject") return Promise.reject(new Error("rejected on purpose"));
    peer.send(text);
  },
  error(peer, error) {
    peer.send(`error: ${error instanceof Error ? error.message : error}`);
  },
});
