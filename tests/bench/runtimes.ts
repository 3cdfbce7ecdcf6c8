/**
 * What a place of its own costs route code: an echo inline, in a worker and in a process, beside npm `ws`, in one run.
 *
 * `deno task bench:runtimes`. The gateway, its worker and its process share one core; the load has another.
 *
 * @module
 */
import { median } from "./peers/summary.ts";
import { pinning, Processes, type RunningServer } from "./peers/processes.ts";
import { type Launch, SERVERS } from "./peers/servers.ts";
import { WORKLOADS } from "./peers/workloads.ts";
import { judgeRuntimes, type RuntimeFigures } from "./runtime_verdict.ts";
import { START_TASK } from "../support/start_task.ts";
import { buildLoadGenerator, echoLoad, type Load, type LoadResult, runLoad } from "./wsload.ts";

const FOLDER = new URL("../../.tmp/bench", import.meta.url).pathname;
const SERVER = new URL("runtime_server.ts", import.meta.url).pathname;
const ROUNDS = 7;
const RUNTIMES = ["inline", "worker", "process"] as const;

const LOADS: Readonly<Record<keyof RuntimeFigures, { readonly title: string; readonly load: Load }>> = {
  alone: { title: "64 B ping-pong, 1 connection", load: echoLoad(1, 1) },
  pingPong: { title: "64 B ping-pong, 100 connections", load: echoLoad(100, 1) },
  pipelined: { title: "64 B, 64 deep, 100 connections", load: echoLoad(100, 64) },
};

if (import.meta.main) Deno.exit(await Processes.during(run));

async function run(processes: Processes): Promise<number> {
  const [pin, generator] = [await pinning(), await buildLoadGenerator(FOLDER)];
  const servers: { readonly name: string; readonly server: RunningServer }[] = [];
  for (const [name, launch] of await launches()) {
    servers.push({ name, server: await processes.start(name, launch, pin.server) });
  }
  console.log(`${pin.note}; medians of ${ROUNDS} interleaved rounds of 1 s`);
  const figures = new Map<string, Partial<Record<keyof RuntimeFigures, readonly LoadResult[]>>>();
  for (const [kind, { title, load }] of Object.entries(LOADS) as [keyof RuntimeFigures, typeof LOADS.alone][]) {
    const results = new Map<string, LoadResult[]>();
    for (let round = -2; round < ROUNDS; round++) {
      for (const { name, server: { port, pid } } of servers) {
        const target = { port, pid, path: "/echo", seconds: 1, warmUpSeconds: 0.3 };
        const [program = generator, ...before] = [...pin.load, generator];
        const result = await runLoad([program, ...before], load, target, processes.add, {});
        if (round >= 0) results.set(name, [...results.get(name) ?? [], result]);
      }
    }
    console.log(`\n${title}\n\n${table(results)}`);
    for (const [name, own] of results) figures.set(name, { ...figures.get(name), [kind]: own });
  }
  const verdicts = judgeRuntimes(new Map([...figures].map(([name, own]) => [name, middles(own)])));
  console.log("");
  for (const { title, figure, bar, isMet } of verdicts) {
    console.log(`${isMet ? "✓" : "✗"} ${title}: ${figure} (${bar})`);
  }
  return verdicts.every(({ isMet }) => isMet) ? 0 : 1;
}

/** Ours with the flags and the environment of `deno task start`, and with all permissions, for a process needs them. */
async function launches(): Promise<ReadonlyArray<readonly [name: string, launch: Launch]>> {
  const flags = START_TASK.flags.filter((flag) => !flag.startsWith("--allow-"));
  const own = RUNTIMES.map((name): [string, Launch] => {
    const command: Launch["command"] = [Deno.execPath(), ...flags, "-A", SERVER, `--runtime=${name}`];
    return [name, { command, env: START_TASK.env }];
  });
  const ws = await SERVERS.find(({ name }) => name === "ws")!.prepare(FOLDER);
  const pipelined = WORKLOADS.find(({ load: { depth, isDeflated } }) => depth === 64 && !isDeflated)!;
  return [...own, ["ws", ws.launch(pipelined)]];
}

function table(results: ReadonlyMap<string, readonly LoadResult[]>): string {
  const rows = [...results].map(([name, own]) => {
    const of = (pick: (result: LoadResult) => number, digits = 0): string => median(own.map(pick)).toFixed(digits);
    const errors = own.reduce((sum, one) => sum + one.errors, 0);
    return `| ${name} | ${of(({ rate }) => rate)} | ${of(({ p50Us }) => p50Us)} | ${
      of(({ p99Us }) => p99Us)
    } | ${errors} |`;
  });
  return ["|  | messages/s | p50 µs | p99 µs | errors |", "|---|--:|--:|--:|--:|", ...rows].join("\n");
}

function middles(own: Partial<Record<keyof RuntimeFigures, readonly LoadResult[]>>): RuntimeFigures {
  const of = (kind: keyof RuntimeFigures): { readonly rate: number; readonly p50Us: number } => ({
    rate: median(own[kind]!.map(({ rate }) => rate)),
    p50Us: median(own[kind]!.map(({ p50Us }) => p50Us)),
  });
  return { alone: of("alone"), pingPong: of("pingPong"), pipelined: of("pipelined") };
}
