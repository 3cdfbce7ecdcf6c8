/** Cannot start. */
import { defineRoute } from "sockeye";

export default defineRoute("/b", {
  start() {
    throw new Error("no feed");
  },
});
