/**
 * What a message costs with two workers beside one, and how connections are shared out. `deno task bench:workers`.
 *
 * All processes of a server have one core, the parent's included, and the load has another: with two cores there is none
 * to be faster with. What is to be seen is what sharing costs.
 *
 * @module
 */
import { withDescendants } from "../support/other_process.ts";
import { START_TASK } from "../support/start_task.ts";
import { pinning, Processes, type RunningServer } from "./peers/processes.ts";
import { median } from "./peers/summary.ts";
import { judgeWorkers, type WorkersFigure } from "./workers_verdict.ts";
import { buildLoadGenerator, echoLoad, type Load, type LoadResult, runLoad } from "./wsload.ts";

const PROJECT = new URL("../../", import.meta.url).pathname;
const FOLDER = `${PROJECT}.tmp/bench`;
const ROUNDS = 9;
const SECONDS = 1;
const CONNECTIONS = 1_000;

const LOADS: ReadonlyArray<readonly [title: string, load: Load]> = [
  ["64 B ping-pong, 100 connections", echoLoad(100, 1)],
  ["64 B ping-pong, 500 connections", echoLoad(500, 1)],
  ["64 B, 64 deep, 100 connections", echoLoad(100, 64)],
];

if (import.meta.main) Deno.exit(await Processes.during(run));

async function run(processes: Processes): Promise<number> {
  const [pin, generator] = [await pinning(), await buildLoadGenerator(FOLDER)];
  const servers = [
    { name: "one", server: await processes.start("one", ours(1), pin.server) },
    { name: "two", server: await processes.start("two", ours(2), pin.server) },
  ];
  const split = await splitOf(servers[1]!.server);
  console.log(`${pin.note}; medians of ${ROUNDS} interleaved rounds of ${SECONDS} s`);
  const [program = generator, ...before] = [...pin.load, generator];
  const figures: WorkersFigure[] = [];
  for (const [title, load] of LOADS) {
    const results = new Map<string, LoadResult[]>(servers.map(({ name }) => [name, []]));
    for (let round = -2; round < ROUNDS; round++) {
      // In each round the other one goes first: whoever does may find another machine.
      for (const { name, server: { port, pid } } of round % 2 === 0 ? servers : servers.toReversed()) {
        const target = { port, pid: withDescendants(pid), path: "/echo", seconds: SECONDS, warmUpSeconds: 0.3 };
        const result = await runLoad([program, ...before], load, target, processes.add);
        if (round >= 0) results.get(name)!.push(result);
      }
    }
    console.log(`\n${title}\n\n${table(results)}`);
    const cpu = (name: string): readonly number[] => results.get(name)!.map(({ serverUs }) => serverUs);
    figures.push({ title, one: cpu("one"), two: cpu("two") });
  }
  const verdicts = judgeWorkers(figures, split, median);
  console.log("");
  for (const { title, figure, bar, isMet } of verdicts) {
    console.log(`${isMet ? "✓" : "✗"} ${title}: ${figure} (${bar})`);
  }
  return verdicts.every(({ isMet }) => isMet) ? 0 : 1;
}

/** With the flags and the environment of `deno task start`, and the permission to start workers. */
function ours(workers: number) {
  const flags = START_TASK.flags.map((flag) => flag.replace(/=\.$/, `=${PROJECT}`));
  const options = [
    "--host=127.0.0.1",
    "--port=0",
    `--routes=${PROJECT}tests/bench/routes`,
    `--workers=${workers}`,
  ];
  return {
    command: [Deno.execPath(), ...flags, "--allow-run", `${PROJECT}${START_TASK.entry}`, ...options] as [
      string,
      ...string[],
    ],
    env: START_TASK.env,
  };
}

/** How many of {@linkcode CONNECTIONS} each worker has. */
async function splitOf({ port }: RunningServer): Promise<readonly number[]> {
  const counts = new Map<string, number>();
  const sockets: WebSocket[] = [];
  while (sockets.length < CONNECTIONS) {
    const batch = Array.from({ length: 100 }, () => new WebSocket(`ws://127.0.0.1:${port}/process`));
    sockets.push(...batch);
    for (const process of await Promise.all(batch.map(firstMessage))) {
      counts.set(process, (counts.get(process) ?? 0) + 1);
    }
  }
  await Promise.all(sockets.map((socket) => {
    const { promise, resolve } = Promise.withResolvers<void>();
    socket.onclose = () => resolve();
    socket.close();
    return promise;
  }));
  return [...counts.values()];
}

function firstMessage(socket: WebSocket): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  socket.onmessage = ({ data }) => resolve(data);
  socket.onerror = () => reject(new Error("a connection could not be made"));
  return promise;
}

function table(results: ReadonlyMap<string, readonly LoadResult[]>): string {
  const rows = [...results].map(([name, own]) => {
    const of = (pick: (result: LoadResult) => number, digits = 0): string => median(own.map(pick)).toFixed(digits);
    const cells = [of(({ rate }) => rate), of(({ serverUs }) => serverUs, 3), of(({ serverCores }) => serverCores, 2)];
    return `| ${
      [`${name} worker${name === "one" ? "" : "s"}`, ...cells, of(({ steal }) => steal * 100, 1)].join(" | ")
    } |`;
  });
  const head = "|  | messages/s | CPU µs/message | cores | taken by neighbours % |";
  return [head, "|---|--:|--:|--:|--:|", ...rows].join("\n");
}
