/**
 * `/room/[room]`: a room with history. What is said is acknowledged when it is stored; `!drop` drops whoever says it, as
 * a broken network does.
 *
 * @module
 */
import { defineRoute } from "sockeye";

export default defineRoute("/room/[room]", {
  topics: { "room:*": { history: { limit: 2_000, ttlMs: 600_000 } } },
  subscribe: (peer, topic) => topic === `room:${peer.params.room}`,
  message(peer, message) {
    const text = message.text();
    if (text === "!drop") return peer.terminate();
    return peer.publish(`room:${peer.params.room}`, text);
  },
});
