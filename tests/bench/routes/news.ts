/** News four times a second, as long as somebody hears them; what a client says comes back. @module */
import { defineRoute } from "sockeye";

const INTERVAL_MS = 250;

let publish: (topic: string, text: string) => unknown = () => {};
let peers = 0;
let timer: ReturnType<typeof setInterval> | undefined;

export default defineRoute("/news", {
  start(context) {
    publish = context.publish;
  },
  open(peer) {
    peer.subscribe("news");
    peer.send(peer.id);
    // 21 bytes, as the quotation of a share.
    if (peers++ === 0) timer = setInterval(() => publish("news", `news ${Date.now()} AB`), INTERVAL_MS);
  },
  message(peer, message) {
    peer.send(message);
  },
  close() {
    if (--peers === 0) clearInterval(timer);
  },
});
