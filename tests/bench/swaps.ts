/**
 * What a swap costs those who talk meanwhile: ping-pong on a thousand connections while new code takes them over once a
 * second, inline, in workers and in processes, beside the same without.
 *
 * @module
 */
import { RUNTIME_KINDS } from "../support/remote_code.ts";
import { pinning, Processes, type RunningServer } from "./peers/processes.ts";
import { buildLoadGenerator, type Load, type LoadResult, runLoad } from "./wsload.ts";

const FOLDER = new URL("../../.tmp/bench", import.meta.url).pathname;
const SERVER = new URL("swap_server.ts", import.meta.url).pathname;
const ROUNDS = 7;
/** Two or three swaps are in each round. */
const ROUND_SECONDS = 2;
const EVERY_MS = 1_000;
const LOAD: Load = { mode: "echo", connections: 1_000, messageBytes: 20, depth: 1, isText: false };

/** One kind of runtime, without swaps and with them. */
interface Pair {
  readonly kind: string;
  readonly servers: readonly [without: RunningServer, swapping: RunningServer];
  readonly results: readonly [without: LoadResult[], swapping: LoadResult[]];
}

if (import.meta.main) await Processes.during(run);

async function run(processes: Processes): Promise<void> {
  const [pin, generator] = [await pinning(), await buildLoadGenerator(FOLDER)];
  const start = (kind: string, everyMs: number): Promise<RunningServer> => {
    const flags = ["run", "-A", "--no-prompt", SERVER, `--runtime=${kind}`, `--every-ms=${everyMs}`];
    const env = { DENO_TOKIO_EVENT_INTERVAL: "4" };
    return processes.start(kind, { command: [Deno.execPath(), ...flags], env }, pin.server);
  };
  const pairs: Pair[] = [];
  for (const kind of RUNTIME_KINDS) {
    pairs.push({ kind, servers: [await start(kind, 0), await start(kind, EVERY_MS)], results: [[], []] });
  }
  for (let round = -1; round < ROUNDS; round++) {
    for (const { servers, results } of pairs) {
      for (const [at, { port, pid }] of servers.entries()) {
        const target = { port, pid, path: "/echo", seconds: ROUND_SECONDS, warmUpSeconds: 0.3 };
        const [program = generator, ...before] = [...pin.load, generator];
        const result = await runLoad([program, ...before], LOAD, target, processes.add, {});
        if (round >= 0) results[at]!.push(result);
      }
    }
  }
  console.log(
    `${pin.note}; ${LOAD.connections} connections, medians of ${ROUNDS} rounds of ${ROUND_SECONDS} s: without, and with ` +
      `a swap every ${EVERY_MS} ms. CPU is the gateway's process, which has the worker too.\n`,
  );
  console.log("|  | messages/s | … | CPU/message | … | p50 ms | … | p99 ms | … | conn_min … conn_max | errors |");
  console.log("|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|");
  for (const { kind, results } of pairs) console.log(row(kind, results));
}

function row(kind: string, results: Pair["results"]): string {
  const medians = (of: (result: LoadResult) => number, digits: number): readonly string[] =>
    results.map((own) => own.map(of).toSorted((a, b) => a - b)[own.length >> 1]!.toFixed(digits));
  const [, swapping] = results;
  const cells = [
    kind,
    ...medians(({ rate }) => rate, 0),
    ...medians(({ serverUs }) => serverUs, 2),
    ...medians(({ p50Us }) => p50Us / 1e3, 1),
    ...medians(({ p99Us }) => p99Us / 1e3, 1),
    `${Math.min(...swapping.map(({ connMin }) => connMin))} … ${Math.max(...swapping.map(({ connMax }) => connMax))}`,
    results.flat().reduce((sum, { errors }) => sum + errors, 0),
  ];
  return `| ${cells.join(" | ")} |`;
}
