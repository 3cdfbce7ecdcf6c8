/** `/kept`: keeps the view of its first message, which it must not, and shows it at the second. @module */
import { defineRoute } from "sockeye";

let kept: Uint8Array | undefined;

export default defineRoute("/kept", {
  message(peer, message) {
    if (kept === undefined) {
      kept = message.view;
      peer.send(kept.slice());
    } else peer.send(kept);
  },
});
