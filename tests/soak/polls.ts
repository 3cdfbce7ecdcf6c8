/**
 * Clients that poll, half of them with long polls: each asks something now and then.
 *
 * @module
 */
import { SockeyeError, SockeyeSocket } from "../../lib/client/mod.ts";
import { pollSocket } from "../../lib/client/poll_socket.ts";
import { closeAll, TERMS } from "../support/room.ts";
import { until } from "../support/until.ts";
import type { Crowd, CrowdOrder } from "./crowd_kinds.ts";
import { openAll } from "./opening.ts";
import { Durations } from "./statistics.ts";

const KINDS = ["long-poll", "poll"] as const;
/** Each asks something that often. */
const PERIOD_MS = 3_000;
const REQUEST_TIMEOUT_MS = 30_000;

/** Connects them, and has them begin. */
export async function polls({ port, count }: CrowdOrder): Promise<Crowd> {
  let [aways, asked, lost, wrong, underWay, next] = [0, 0, 0, 0, 0, 0];
  let isStopped = false;
  let durations = { "long-poll": new Durations(), "poll": new Durations() };
  const clients = await openAll(count, async (at) => {
    const transport = KINDS[at % KINDS.length]!;
    const socket = new SockeyeSocket(`ws://127.0.0.1:${port}/ask`, {
      ...TERMS,
      transports: [transport],
      fallback: () => pollSocket({ transport }),
    });
    socket.addEventListener("away", () => isStopped || aways++);
    await until(() => socket.readyState === socket.OPEN, `a client that polls (${transport}) is connected`);
    return { socket, transport };
  });
  const timer = setInterval(async () => {
    const { socket, transport } = clients[next++ % clients.length]!;
    const text = String(asked++);
    const askedAt = performance.now();
    underWay++;
    try {
      if (await socket.request(text, { timeoutMs: REQUEST_TIMEOUT_MS }) !== text) wrong++;
      durations[transport].add(performance.now() - askedAt);
    } catch (error) {
      if (!(error instanceof SockeyeError)) throw error;
      lost++;
    } finally {
      underWay--;
    }
  }, PERIOD_MS / clients.length);
  return {
    begin: () => durations = { "long-poll": new Durations(), "poll": new Durations() },
    async stop() {
      clearInterval(timer);
      await until(() => underWay === 0, "all is answered", REQUEST_TIMEOUT_MS);
      isStopped = true;
      await closeAll(clients.map(({ socket }) => socket));
      const counts = { "clients that poll": count, "requests by polling": asked };
      const faults = [
        ...(lost === 0 ? [] : [`${lost} requests of clients that poll were not answered`]),
        ...(wrong === 0 ? [] : [`${wrong} answers to clients that poll were not those`]),
      ];
      const [longPoll, poll] = [durations["long-poll"].toJSON(), durations.poll.toJSON()];
      const told = { "request by long polls": longPoll, "request by a poll each second": poll };
      return { counts, closed: aways === 0 ? {} : { "away": aways }, faults, durations: told };
    },
  };
}
