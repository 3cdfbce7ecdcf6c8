/** Fails when it is stopped. */
import { defineRoute } from "sockeye";

export default defineRoute("/bad_stop", {
  start() {},
  stop() {
    throw new Error("stop broke");
  },
});
