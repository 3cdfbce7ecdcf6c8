/**
 * What a swap costs those who talk meanwhile: ping-pong on a thousand connections while new code takes them over twenty
 * times a second, beside the same without.
 *
 * @module
 */
import { pinning, Processes } from "./peers/processes.ts";
import { buildLoadGenerator, type Load, type LoadResult, runLoad } from "./wsload.ts";

const FOLDER = new URL("../../.tmp/bench", import.meta.url).pathname;
const SERVER = new URL("swap_server.ts", import.meta.url).pathname;
const ROUNDS = 7;
const LOAD: Load = { mode: "echo", connections: 1_000, messageBytes: 20, depth: 1, isText: false };
const WAYS = [["without", 0], ["a swap every 50 ms", 50]] as const;

if (import.meta.main) {
  const processes = new Processes();
  try {
    await run(processes);
  } finally {
    await processes.end();
  }
}

async function run(processes: Processes): Promise<void> {
  const [pin, generator] = [await pinning(), await buildLoadGenerator(FOLDER)];
  const results = new Map<string, LoadResult[]>();
  const servers = await Promise.all(WAYS.map(async ([name, everyMs]) => {
    const command: [string, ...string[]] = [
      Deno.execPath(),
      "run",
      "-A",
      "--no-prompt",
      SERVER,
      `--every-ms=${everyMs}`,
    ];
    const env = { DENO_TOKIO_EVENT_INTERVAL: "4" };
    return { name, server: await processes.start(name, { command, env }, pin.server) };
  }));
  for (let round = -2; round < ROUNDS; round++) {
    for (const { name, server: { port, pid } } of servers) {
      const target = { port, pid, path: "/echo", seconds: 1, warmUpSeconds: 0.3 };
      const [program = generator, ...before] = [...pin.load, generator];
      const result = await runLoad([program, ...before], LOAD, target, processes.add, {});
      if (round >= 0) results.set(name, [...results.get(name) ?? [], result]);
    }
  }
  console.log(`${pin.note}; ${LOAD.connections} connections, medians of ${ROUNDS} rounds of 1 s\n`);
  console.log("|  | messages/s | server CPU/message | p50 ms | p99 ms | conn_min | conn_max | errors |");
  console.log("|---|--:|--:|--:|--:|--:|--:|--:|");
  for (const [name, own] of results) console.log(row(name, own));
}

function row(name: string, own: readonly LoadResult[]): string {
  const median = (of: (result: LoadResult) => number): number =>
    own.map(of).toSorted((a, b) => a - b)[own.length >> 1]!;
  const cells = [
    name,
    median(({ rate }) => rate).toFixed(0),
    `${median(({ serverUs }) => serverUs).toFixed(2)} µs`,
    (median(({ p50Us }) => p50Us) / 1e3).toFixed(1),
    (median(({ p99Us }) => p99Us) / 1e3).toFixed(1),
    Math.min(...own.map(({ connMin }) => connMin)),
    Math.max(...own.map(({ connMax }) => connMax)),
    own.reduce((sum, { errors }) => sum + errors, 0),
  ];
  return `| ${cells.join(" | ")} |`;
}
