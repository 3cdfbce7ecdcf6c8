/** `/crowd`: echoes, prints when it is sent `mark`, and tells on GET when it has as many peers as were asked for. @module */
import { defineRoute, type Peer } from "sockeye";
import { setImmediate } from "node:timers/promises";

let peers: ReadonlyMap<string, Peer> = new Map();
const watchers = new Set<() => void>();

export default defineRoute("/crowd", {
  start(context) {
    peers = context.peers;
  },
  open: changed,
  message(peer, message) {
    const payload = message.isText ? message.text() : message.view;
    peer.send(payload);
    if (payload === "mark") console.log("crowd marked");
  },
  close: changed,
});

/** `GET /crowd?peers=3` is answered when there are three. Garbage is collected first where the server was started so. */
export async function get(request: Request): Promise<Response> {
  const wanted = Number(new URL(request.url).searchParams.get("peers"));
  const { promise, resolve } = Promise.withResolvers<void>();
  const watcher = () => {
    if (peers.size === wanted) resolve();
  };
  watchers.add(watcher);
  watcher();
  await promise;
  watchers.delete(watcher);
  await collectGarbage();
  return Response.json(peers.size);
}

/** Twice: what the first finds is let go of beside our own thread, and the second waits for that. */
async function collectGarbage(): Promise<void> {
  const { gc } = globalThis as { gc?: () => void };
  gc?.();
  await setImmediate();
  gc?.();
}

function changed(): void {
  for (const look of [...watchers]) look();
}
