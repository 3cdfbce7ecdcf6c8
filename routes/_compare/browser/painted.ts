/**
 * When what was just written is on the screen.
 *
 * @module
 */
/// <reference lib="dom" />
import { browserTime } from "./server_clock.ts";

/** Counts how often the page was hidden or shown. */
let changes = 0;
if (typeof document !== "undefined") document.addEventListener("visibilitychange", () => changes++);

/**
 * Resolves with the time right after the frame that shows what was written before the call; with undefined where the
 * page is or was hidden meanwhile, when there are no frames.
 */
export function painted(): Promise<number | undefined> {
  if (document.hidden) return Promise.resolve(undefined);
  const before = changes;
  return new Promise((resolve) => {
    requestAnimationFrame(() => {
      // Callbacks of a frame run before it is drawn; the next task runs after.
      const { port1, port2 } = new MessageChannel();
      port1.onmessage = () => resolve(changes === before ? browserTime() : undefined);
      port2.postMessage(0);
    });
  });
}
