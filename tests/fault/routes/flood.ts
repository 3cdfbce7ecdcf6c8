/** `/flood`: sends without ever looking at what `send` returns, until the connection is over. @module */
import { defineRoute } from "sockeye";
import { setImmediate } from "node:timers/promises";

const MESSAGE = new Uint8Array(64 * 1024);

export default defineRoute("/flood", {
  async open(peer) {
    let accepted = 0;
    for (; !peer.signal.aborted; await setImmediate()) {
      peer.send(MESSAGE);
      accepted += MESSAGE.length;
    }
    console.log(`flood over after ${accepted} bytes`);
  },
});
