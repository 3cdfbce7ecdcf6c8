/** `/lobby?key=ada`: whoever says a key is present under it. @module */
import { defineRoute } from "sockeye";

export default defineRoute("/lobby", {
  subscribe: () => true,
  async open(peer) {
    const key = peer.url.searchParams.get("key");
    if (key !== null) await peer.presence.join("lobby", { key });
  },
});
