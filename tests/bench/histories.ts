/**
 * Measures histories: in memory, and in a file. `deno run -A tests/bench/histories.ts`
 *
 * Publications a second, those of one turn together and one after the other, and what one costs the server's own thread,
 * its answer included. Medians of so many rounds, after one that does not count. Linux only.
 *
 * @module
 */
import { SqliteHistory } from "../../lib/backplane/mod.ts";
import { systemClock } from "../../lib/gateway/clock.ts";
import { type HistoryRule, type HistoryStore, RingHistory } from "../../lib/pubsub/mod.ts";

const ROUNDS = 5;
const TOPICS = 20;
const RULE: HistoryRule = { limit: 100, ttlMs: 300_000 };

interface Measured {
  readonly perSecond: number;
  /** Of the server's thread, in µs for one publication. */
  readonly ownMicros: number;
}

/** `atOnce` publications at a time, `count` in all. */
async function measure(
  store: HistoryStore,
  atOnce: number,
  count: number,
  payload: string | Uint8Array<ArrayBuffer>,
): Promise<Measured> {
  const ownMs = threadMs();
  const start = performance.now();
  for (let done = 0; done < count; done += atOnce) {
    const stored: Array<number | Promise<number>> = [];
    for (let at = 0; at < atOnce; at++) {
      stored.push(store.append(`room:${at % TOPICS}`, RULE, { payload, from: "node-1234" }));
    }
    await Promise.all(stored);
  }
  return { perSecond: count / ((performance.now() - start) / 1000), ownMicros: (threadMs() - ownMs) / count * 1000 };
}

/** Processor time of this thread, which is the one that Linux names after the process. */
function threadMs(): number {
  return Number(Deno.readTextFileSync(`/proc/self/task/${Deno.pid}/schedstat`).split(" ")[0]) / 1e6;
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1]!;
}

async function row(
  name: string,
  open: () => Promise<HistoryStore>,
  atOnce: number,
  payload: string | Uint8Array<ArrayBuffer>,
) {
  const store = await open();
  const count = atOnce === 1 ? 5_000 : 100_000;
  const rounds: Measured[] = [];
  for (let round = 0; round <= ROUNDS; round++) rounds.push(await measure(store, atOnce, count, payload));
  await store.close();
  const counted = rounds.slice(1);
  console.log(
    `${name}, ${atOnce} at once: ${Math.round(median(counted.map(({ perSecond }) => perSecond)))}/s, ` +
      `${median(counted.map(({ ownMicros }) => ownMicros)).toFixed(2)} µs of the server's thread`,
  );
}

const folder = await Deno.makeTempDir({ prefix: "sockeye-bench-" });
try {
  const open = (name: string) => () =>
    SqliteHistory.open({ folder: `${folder}/${name}`, clock: systemClock, warn: console.error });
  const inMemory = () =>
    Promise.resolve(new RingHistory({ maxBytes: 2 ** 26, now: () => performance.now(), epoch: "e" }));
  const kinds = [["100 characters", "x".repeat(100)], ["100 bytes", new Uint8Array(100)], [
    "2 KiB",
    "x".repeat(2_048),
  ]] as const;
  for (const [kind, payload] of kinds) {
    for (const atOnce of [1_000, 10, 1]) {
      await row(`${kind}, in memory`, inMemory, atOnce, payload);
      await row(`${kind}, in a file`, open(`${kind} ${atOnce}`), atOnce, payload);
    }
  }
} finally {
  await Deno.remove(folder, { recursive: true });
}
