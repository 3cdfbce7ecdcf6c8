/**
 * Clients that come and go: most say something and close, some reset, some never end their request, and some ask for
 * much and read nothing.
 *
 * @module
 */
import { handshakeRequest, maskedFrame } from "../support/raw_client.ts";
import { until } from "../support/until.ts";
import { CheapSocket } from "./cheap_socket.ts";
import type { Crowd, CrowdOrder } from "./crowd_kinds.ts";

/** So many at a time at the most: who comes then does not come. */
const MOST = 200;
/** One that takes longer has failed. */
const VISIT_MS = 20_000;
/** Messages of 64 KiB that those ask for who do not read: far more than a system and the server keep. */
const POURED = 400;
/** Those who do not read stay that long. */
const STAY_MS = 3_000;

const KINDS = { visit, reset, unfinished, glutton } as const;
type Kind = keyof typeof KINDS;
/** Who comes in turn. */
const TURNS: readonly Kind[] = [
  ...["visit", "reset", "visit", "unfinished", "visit", "visit", "reset", "visit", "visit", "visit"] as const,
  ...["visit", "reset", "visit", "unfinished", "visit", "visit", "reset", "visit", "visit", "glutton"] as const,
];

/** Has so many come each second. */
export function churn({ port, count }: CrowdOrder): Promise<Crowd> {
  const counts: Record<Kind | "missed", number> = { visit: 0, reset: 0, unfinished: 0, glutton: 0, missed: 0 };
  const faults: string[] = [];
  let [underWay, next] = [0, 0];
  const timer = setInterval(async () => {
    if (underWay >= MOST) return void counts.missed++;
    underWay++;
    const kind = TURNS[next++ % TURNS.length]!;
    try {
      await KINDS[kind](port);
      counts[kind]++;
    } catch (error) {
      faults.push(`${kind}: ${error instanceof Error ? error.message : error}`);
    }
    underWay--;
  }, 1_000 / count);
  return Promise.resolve({
    begin() {},
    async stop() {
      clearInterval(timer);
      await until(() => underWay === 0, "all who came have gone", 2 * VISIT_MS);
      const told = {
        "came, spoke and closed": counts.visit,
        "reset": counts.reset,
        "went within their request": counts.unfinished,
        "asked for 25 MiB and read nothing": counts.glutton,
        "not come, there being too many": counts.missed,
      };
      return { counts: told, closed: {}, faults: tenOf(faults), durations: {} };
    },
  });
}

function tenOf(faults: readonly string[]): readonly string[] {
  return faults.length <= 10 ? faults : [...faults.slice(0, 10), `and ${faults.length - 10} more faults of who came`];
}

async function visit(port: number): Promise<void> {
  let [heard, code] = [0, 0];
  const socket = await CheapSocket.open(port, "/echo", {
    text: () => ++heard < 3 ? socket.send("again") : socket.close(),
    ended: (how) => code = how,
  });
  try {
    socket.send("hello");
    await until(() => socket.isEnded, "the connection is closed", VISIT_MS);
    if (code !== 1000 || heard !== 3) throw new Error(`${code} after ${heard} echoes in place of 1000 after 3`);
  } finally {
    socket.drop();
  }
}

/** Whoever closes with something unread resets. */
async function reset(port: number): Promise<void> {
  using conn = await Deno.connect({ hostname: "127.0.0.1", port });
  await conn.write(handshakeRequest("/echo"));
  await conn.write(maskedFrame(1, "nobody reads the answer"));
  await conn.read(new Uint8Array(1));
}

async function unfinished(port: number): Promise<void> {
  using conn = await Deno.connect({ hostname: "127.0.0.1", port });
  const head = handshakeRequest("/echo");
  await conn.write(head.subarray(0, head.length / 2));
}

async function glutton(port: number): Promise<void> {
  using conn = await Deno.connect({ hostname: "127.0.0.1", port });
  await conn.write(handshakeRequest("/pour"));
  await conn.write(maskedFrame(1, String(POURED)));
  await new Promise((resolve) => setTimeout(resolve, STAY_MS));
}
