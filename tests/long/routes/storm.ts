/**
 * A topic with history that any client may read, and a request that drops all who are connected, as a broken network
 * does.
 *
 * @module
 */
import { defineRoute, type HttpContext, type Peer } from "sockeye";

let everybody: ReadonlyMap<string, Peer> = new Map();

export default defineRoute("/storm", {
  topics: { storm: { history: { limit: 1_000, ttlMs: 600_000 } } },
  start: ({ peers }) => void (everybody = peers),
  subscribe: () => true,
});

/** With a body it publishes it; without one it drops everybody. */
export async function post(request: Request, { publish }: HttpContext): Promise<Response> {
  const text = await request.text();
  if (text !== "") await publish("storm", text);
  else for (const peer of [...everybody.values()]) peer.terminate();
  return new Response(null, { status: 204 });
}
