/** `/closes`: says `ready`, then passes on how connections of `/lab` ended. @module */
import { defineRoute } from "sockeye";
import { CLOSES_TOPIC } from "./lab.ts";

export default defineRoute("/closes", {
  async open(peer) {
    await peer.subscribe(CLOSES_TOPIC);
    peer.send("ready");
  },
});
