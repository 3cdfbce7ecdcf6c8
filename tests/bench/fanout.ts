/**
 * Measures fan-out: deliveries a second to 500, 2,000 and 10,000 subscribers, on one node, and on two that a broker
 * joins; beside npm `ws` and Bun on one. `deno task bench:fanout`.
 *
 * All processes of a contestant share one core, the broker included; the load has another. So two nodes cannot be faster
 * here: what is to be seen is what the second one costs.
 *
 * @module
 */
import { startNats } from "../support/nats_server.ts";
import { startRedis } from "../support/redis_server.ts";
import { START_TASK } from "../support/start_task.ts";
import { pinning, Processes, type RunningServer } from "./peers/processes.ts";
import { OURS, SERVERS } from "./peers/servers.ts";
import { median } from "./peers/summary.ts";
import { WORKLOADS } from "./peers/workloads.ts";
import { buildLoadGenerator, type Load, LoadError, type LoadResult, runLoad } from "./wsload.ts";

const PROJECT = new URL("../../", import.meta.url).pathname;
const FOLDER = `${PROJECT}.tmp/bench`;
const ROUNDS = 3;
const SUBSCRIBERS = [500, 2_000, 10_000] as const;
const MESSAGE_BYTES = 100;
const PUBLICATIONS_UNDER_WAY = 4;

/** Whoever is measured: one server or two, and what joins them. */
interface Contestant {
  readonly name: string;
  readonly ports: readonly number[];
  readonly pids: readonly number[];
}

if (import.meta.main) {
  await using brokers = new AsyncDisposableStack();
  await Processes.during((processes) => run(processes, brokers));
}

async function run(processes: Processes, brokers: AsyncDisposableStack): Promise<void> {
  const [pin, generator] = [await pinning(), await buildLoadGenerator(FOLDER)];
  const contestants = await enter(processes, brokers, pin.server);
  console.log(
    `${pin.note}; medians of ${ROUNDS} interleaved rounds of 2 s; ${MESSAGE_BYTES} B, ` +
      `${PUBLICATIONS_UNDER_WAY} publications under way`,
  );
  const [program = generator, ...before] = [...pin.load, generator];
  const command: [string, ...string[]] = [program, ...before];
  for (const connections of SUBSCRIBERS) {
    const load: Load = {
      mode: "fan",
      connections,
      messageBytes: MESSAGE_BYTES,
      depth: PUBLICATIONS_UNDER_WAY,
      isText: false,
    };
    const results = new Map<string, (LoadResult | LoadError)[]>();
    for (let round = 0; round < ROUNDS; round++) {
      for (const { name, ports, pids } of contestants) {
        const target = { port: ports, pid: pids, path: "/fan", seconds: 2, warmUpSeconds: 1 };
        const result = await runLoad(command, load, target, processes.add).catch((error: unknown) => {
          if (error instanceof LoadError) return error;
          throw error;
        });
        results.set(name, [...results.get(name) ?? [], result]);
      }
    }
    console.log(`\n${connections} subscribers\n\n${table(results)}`);
  }
}

/** Starts all of them. */
async function enter(
  processes: Processes,
  brokers: AsyncDisposableStack,
  pin: readonly string[],
): Promise<readonly Contestant[]> {
  const [nats, redis] = [await startNats(), await startRedis()];
  brokers.use(nats);
  brokers.use(redis);
  for (const { pid } of [nats, redis]) await pinned(pid!, pin);
  const one = await processes.start("one node", ours({}), pin);
  const workers = await processes.start("two workers", ours({ SOCKEYE_WORKERS: "2" }), pin);
  return [
    of("sockeye, one node", [one]),
    of(
      "sockeye, two nodes, NATS",
      await pair(processes, pin, { NATS_URL: `nats://127.0.0.1:${nats.port}` }),
      nats.pid!,
    ),
    of(
      "sockeye, two nodes, Redis",
      await pair(processes, pin, { REDIS_URL: `redis://127.0.0.1:${redis.port}` }),
      redis.pid!,
    ),
    of("sockeye, --workers=2", [workers], ...await childrenOf(workers.pid)),
    of("npm ws, one node", [await other(processes, pin, "ws")]),
    of("Bun, one node", [await other(processes, pin, "bun")]),
  ];
}

function of(name: string, servers: readonly RunningServer[], ...pids: readonly number[]): Contestant {
  return { name, ports: servers.map(({ port }) => port), pids: [...servers.map(({ pid }) => pid), ...pids] };
}

async function pair(
  processes: Processes,
  pin: readonly string[],
  env: Readonly<Record<string, string>>,
): Promise<readonly RunningServer[]> {
  return await Promise.all(["first", "second"].map((name) => processes.start(name, ours(env), pin)));
}

/** With the flags of `deno task start`, and those that workers and brokers need. */
function ours(env: Readonly<Record<string, string>>) {
  const flags = START_TASK.flags.filter((flag) => !flag.startsWith("--allow-"));
  const options = ["--host=127.0.0.1", "--port=0", `--routes=${PROJECT}tests/bench/routes`];
  return {
    command: [Deno.execPath(), ...flags, "-A", `${PROJECT}${START_TASK.entry}`, ...options] as [string, ...string[]],
    env: { ...START_TASK.env, ...env },
  };
}

async function other(processes: Processes, pin: readonly string[], name: string): Promise<RunningServer> {
  const row = SERVERS.find((server) => server.name === name && name !== OURS)!;
  const workload = WORKLOADS.find(({ name }) => name === "fan-500")!;
  return await processes.start(row.title, (await row.prepare(FOLDER)).launch(workload), pin);
}

/** A broker that was started by itself goes to the servers' core. */
async function pinned(pid: number, pin: readonly string[]): Promise<void> {
  const core = pin.at(-1);
  if (core === undefined) return;
  await new Deno.Command("taskset", { args: ["-a", "-p", "-c", core, String(pid)], stdout: "null" }).output();
}

async function childrenOf(pid: number): Promise<readonly number[]> {
  const list = await Deno.readTextFile(`/proc/${pid}/task/${pid}/children`);
  return list.trim().split(" ").filter((word) => word !== "").map(Number);
}

function table(results: ReadonlyMap<string, readonly (LoadResult | LoadError)[]>): string {
  const rows = [...results].map(([name, own]) => {
    const good = own.filter((result): result is LoadResult => !(result instanceof LoadError));
    if (good.length === 0) return `| ${name} | – | – | – | – | ${(own[0] as LoadError).message.slice(0, 60)} |`;
    const of = (pick: (result: LoadResult) => number, digits = 0): string => median(good.map(pick)).toFixed(digits);
    const errors = good.reduce((sum, one) => sum + one.errors, 0);
    const cells = [of(({ rate }) => rate), of(({ serverUs }) => serverUs, 2), of(({ p50Us }) => p50Us / 1e3, 1)];
    return `| ${[name, ...cells, of(({ p99Us }) => p99Us / 1e3, 1), String(errors)].join(" | ")} |`;
  });
  const head = "|  | deliveries/s | server CPU µs each | p50 ms | p99 ms | errors |";
  return [head, "|---|--:|--:|--:|--:|--:|", ...rows].join("\n");
}
