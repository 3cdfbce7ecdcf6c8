/**
 * Route code that fails outside its handlers is told of; it does not end everybody's connections.
 *
 * @module
 */
import type { RuntimeLog } from "./log.ts";

/** From now on, what nobody catches goes to the log. */
export function keepRunning(log: Pick<RuntimeLog, "error">): void {
  globalThis.addEventListener("unhandledrejection", (event) => {
    event.preventDefault();
    log.error("a promise was rejected and nobody handled it", { error: event.reason });
  });
  globalThis.addEventListener("error", (event) => {
    event.preventDefault();
    log.error("an error was thrown and nobody caught it", { error: event.error });
  });
}
