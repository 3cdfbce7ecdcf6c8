/**
 * Topics that docs/PUSH.md publishes to; GET says the id of whoever came last.
 *
 * @module
 */
import { defineRoute } from "sockeye";

let latest = "";

/** The id. */
export function get(): Response {
  return new Response(latest);
}

export default defineRoute("/news", {
  async open(peer) {
    latest = peer.id;
    for (const topic of ["news", "pictures", "latest"]) await peer.subscribe(topic);
  },
});
