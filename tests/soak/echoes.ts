/**
 * Clients that each say a number about once a second, and have it sent back.
 *
 * @module
 */
import { until } from "../support/until.ts";
import { CheapSocket } from "./cheap_socket.ts";
import type { Crowd, CrowdOrder } from "./crowd_kinds.ts";
import { CloseCodes, openAll } from "./opening.ts";
import { Durations } from "./statistics.ts";

/** Each says something that often. */
const PERIOD_MS = 1_000;
/** So often some of them do. */
const TICK_MS = 20;
/** What is not back by then is lost. */
const LAST_ANSWER_MS = 20_000;

/** One of them. */
class Echoer {
  readonly socket: CheapSocket;
  #said = 0;
  #heard = 0;
  #saidAt = 0;

  private constructor(socket: CheapSocket) {
    this.socket = socket;
  }

  static async open(port: number, codes: CloseCodes, back: (tookMs: number, isRight: boolean) => void) {
    const echoer: Echoer = new Echoer(
      await CheapSocket.open(port, "/echo", {
        ended: (code) => codes.add(code),
        text: (text) => back(performance.now() - echoer.#saidAt, text === String(++echoer.#heard)),
      }),
    );
    return echoer;
  }

  get isWaiting(): boolean {
    return this.#heard < this.#said;
  }

  say(): void {
    this.#saidAt = performance.now();
    this.socket.send(String(++this.#said));
  }
}

/** Connects them, and has them begin. */
export async function echoes({ port, count }: CrowdOrder): Promise<Crowd> {
  const codes = new CloseCodes();
  let [durations, wrong, late, next] = [new Durations(), 0, 0, 0];
  const all = await openAll(count, () =>
    Echoer.open(port, codes, (tookMs, isRight) => {
      durations.addWithMissed(tookMs, PERIOD_MS);
      if (!isRight) wrong++;
    }));
  const startedAt = performance.now();
  const timer = setInterval(() => {
    // By the clock: a tick that is late does the work of those that it missed, and so the load stays what it is.
    const due = Math.floor((performance.now() - startedAt) / PERIOD_MS * count);
    for (; next < due; next++) {
      const echoer = all[next % count]!;
      // Nobody waits for two answers at once.
      if (echoer.isWaiting) late++;
      else if (!echoer.socket.isEnded) echoer.say();
    }
  }, TICK_MS);
  return {
    begin: () => durations = new Durations(),
    async stop() {
      clearInterval(timer);
      const waiting = () => all.filter(({ isWaiting }) => isWaiting).length;
      await until(() => waiting() === 0, "all is back", LAST_ANSWER_MS).catch(() => {}); // Told below.
      const faults = [
        ...(waiting() === 0 ? [] : [`${waiting()} echoes did not come back`]),
        ...(wrong === 0 ? [] : [`${wrong} echoes were not what was said`]),
      ];
      const closed = codes.stop();
      for (const { socket } of all) socket.drop();
      const counts = { "echoes": durations.count, "echoes not asked for, the one before being late": late };
      return { counts, closed, faults, durations: { "echo": durations.toJSON() } };
    },
  };
}
