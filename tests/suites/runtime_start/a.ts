/** Starts, and has to be stopped when another route does not. */
import { defineRoute, type StartContext } from "sockeye";

let context: StartContext | undefined;

export default defineRoute("/a", {
  async start(given) {
    context = given;
    await given.publish("start", "a started");
  },
  async stop() {
    await context?.publish("start", `a stopped ${context.signal.aborted}`);
  },
});
