/**
 * The idle: connections on which nobody says anything, and pings are answered.
 *
 * @module
 */
import { CheapSocket } from "./cheap_socket.ts";
import type { Crowd, CrowdOrder } from "./crowd_kinds.ts";
import { CloseCodes, openAll } from "./opening.ts";

/** Connects them. */
export async function idle({ port, count }: CrowdOrder): Promise<Crowd> {
  const codes = new CloseCodes();
  const sockets = await openAll(count, () => CheapSocket.open(port, "/idle", { ended: (code) => codes.add(code) }));
  return {
    begin() {},
    stop() {
      const closed = codes.stop();
      const open = sockets.filter(({ isEnded }) => !isEnded).length;
      for (const socket of sockets) socket.drop();
      const faults = open === count ? [] : [`${count - open} of ${count} idle connections have ended`];
      return Promise.resolve({ counts: { "idle connections": open }, closed, faults, durations: {} });
    },
  };
}
