/**
 * `/pour`: whoever says so many gets as many messages of 64 KiB, read or not.
 *
 * @module
 */
import { defineRoute } from "sockeye";

const PORTION = new Uint8Array(64 * 1024);

export default defineRoute("/pour", {
  message(peer, message) {
    for (let left = Number(message.text()); left > 0 && !peer.signal.aborted; left--) peer.send(PORTION);
  },
});
