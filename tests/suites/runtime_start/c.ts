/** Comes after the route that cannot start. */
import { defineRoute } from "sockeye";

export default defineRoute("/c", {
  async start({ publish }) {
    await publish("start", "c started");
  },
});
