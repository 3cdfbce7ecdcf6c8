/** Every hook fails, and nobody catches it. */
import { defineRoute } from "sockeye";

export default defineRoute("/fragile", {
  open(peer) {
    if (peer.request.headers.has("x-open")) throw new Error("open");
  },
  message() {
    throw new Error("message");
  },
  drain() {
    return Promise.reject(new Error("drain"));
  },
  close() {
    throw new Error("close");
  },
});
