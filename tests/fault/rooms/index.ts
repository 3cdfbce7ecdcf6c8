/** `/`: a room with history. What is said is acknowledged when it is stored. @module */
import { defineRoute } from "sockeye";

export default defineRoute("/", {
  topics: { room: { history: { limit: 10_000, ttlMs: 600_000 } } },
  subscribe: () => true,
  async message(peer, message) {
    const text = message.text();
    const [, count] = /^many (\d+)$/.exec(text) ?? [];
    if (text === "who") message.reply(String(Deno.pid));
    else if (count !== undefined) {
      message.reply(JSON.stringify(await many(Number(count), (one) => peer.publish("room", one))));
    } else await peer.publish("room", text);
  },
});

/** Says so many at once, and which of them were refused. */
async function many(count: number, publish: (text: string) => void | Promise<void>): Promise<readonly number[]> {
  const outcomes = await Promise.allSettled(Array.from({ length: count }, (_, number) => publish(`many:${number}`)));
  return outcomes.flatMap(({ status }, number) => status === "rejected" ? [number] : []);
}
