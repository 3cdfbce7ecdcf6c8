/** Fails in the way the message asks for; its `error` hook tells what it was given. */
import { defineRoute } from "sockeye";

export default defineRoute<"/failing", string>("/failing", {
  message(peer, message) {
    switch (message.text()) {
      case "throw":
        throw new Error("thrown");
      case "reject":
        return Promise.reject(new Error("rejected"));
      case "reject with nothing":
        return Promise.reject();
      case "fail twice":
        peer.context = "fail twice";
        throw new Error("first");
      case "fail twice later":
        peer.context = "fail twice later";
        throw new Error("first");
      default:
        peer.send(message.text());
    }
  },
  close(peer) {
    peer.send("close");
  },
  error(peer, error) {
    peer.send(`error: ${error instanceof Error ? error.message : error}`);
    if (peer.context === "fail twice") throw new Error("second");
    if (peer.context === "fail twice later") return Promise.reject(new Error("second"));
  },
});
