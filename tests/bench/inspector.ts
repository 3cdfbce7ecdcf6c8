/**
 * What the inspector costs a message: off, enabled while nobody watches, and while somebody does, in one run.
 * `deno task bench:inspector`, with the folder of other sources of the server behind it to have those beside.
 *
 * Each server has the one core in its turn, the load has another. A watch is read as a page would, by this process.
 *
 * @module
 */
import { START_TASK } from "../support/start_task.ts";
import { pinning, Processes } from "./peers/processes.ts";
import { median } from "./peers/summary.ts";
import { buildLoadGenerator, echoLoad, type Load, type LoadResult, runLoad } from "./wsload.ts";

const PROJECT = new URL("../../", import.meta.url).pathname;
const FOLDER = `${PROJECT}.tmp/bench`;
const ROUNDS = 7;
const SECONDS = 1;
const TOKEN = "0123456789abcdef";

/** CPU of a message while nobody watches, as a multiple of that with the inspector off: at most. */
const BAR = 1.05;

const LOADS: ReadonlyArray<readonly [title: string, load: Load]> = [
  ["64 B ping-pong, 100 connections, one of them watched", echoLoad(100, 1)],
  ["64 B, 64 deep, 100 connections, one of them watched", echoLoad(100, 64)],
  ["64 B ping-pong, one connection, watched", echoLoad(1, 1)],
  ["64 B, 64 deep, one connection, watched", echoLoad(1, 64)],
];

/** One way to have it. */
interface Way {
  readonly name: string;
  /** Where the server's sources are. */
  readonly folder: string;
  readonly admin?: number;
  readonly isWatched: boolean;
}

if (import.meta.main) Deno.exit(await Processes.during((processes) => run(processes, Deno.args[0])));

async function run(processes: Processes, before: string | undefined): Promise<number> {
  const [pin, generator] = [await pinning(), await buildLoadGenerator(FOLDER)];
  const ways: readonly Way[] = [
    ...(before === undefined ? [] : [{ name: "before", folder: before, isWatched: false }]),
    { name: "off", folder: PROJECT, isWatched: false },
    { name: "nobody watches", folder: PROJECT, admin: freePort(), isWatched: false },
    { name: "watched", folder: PROJECT, admin: freePort(), isWatched: true },
  ];
  const servers = [];
  for (const way of ways) servers.push({ way, server: await processes.start(way.name, launchOf(way), pin.server) });
  console.log(`${pin.note}; medians of ${ROUNDS} interleaved rounds of ${SECONDS} s`);
  const [program = generator, ...rest] = [...pin.load, generator];
  let isMet = true;
  for (const [title, load] of LOADS) {
    const results = new Map<string, LoadResult[]>(ways.map(({ name }) => [name, []]));
    for (let round = -1; round < ROUNDS; round++) {
      for (const { way, server: { port, pid } } of round % 2 === 0 ? servers : servers.toReversed()) {
        const stop = way.isWatched ? await watchNext(way.admin!) : undefined;
        const target = { port, pid, path: "/echo", seconds: SECONDS, warmUpSeconds: 0.3 };
        const result = await runLoad([program, ...rest], load, target, processes.add);
        await stop?.();
        if (round >= 0) results.get(way.name)!.push(result);
      }
    }
    console.log(`\n${title}\n\n${table(results)}`);
    isMet &&= ratio(results, "nobody watches") <= BAR;
  }
  console.log(`\n${isMet ? "✓" : "✗"} nobody watches: at most ${BAR} times the CPU of off under each load`);
  return isMet ? 0 : 1;
}

/** Of the CPU of a message, within each round. */
function ratio(results: ReadonlyMap<string, readonly LoadResult[]>, name: string): number {
  const off = results.get("off")!;
  return median(results.get(name)!.map(({ serverUs }, round) => serverUs / off[round]!.serverUs));
}

function table(results: ReadonlyMap<string, readonly LoadResult[]>): string {
  const rows = [...results].map(([name, own]) => {
    const of = (pick: (result: LoadResult) => number, digits: number): string => median(own.map(pick)).toFixed(digits);
    const cells = [of(({ rate }) => rate, 0), of(({ serverUs }) => serverUs, 3), ratio(results, name).toFixed(2)];
    return `| ${[name, ...cells].join(" | ")} |`;
  });
  return ["|  | messages/s | CPU µs/message | beside off |", "|---|--:|--:|--:|", ...rows].join("\n");
}

/** Logs in, and reads what a page would of the next connection. @returns ends it. */
async function watchNext(port: number): Promise<() => Promise<void>> {
  const base = `http://127.0.0.1:${port}/inspector`;
  const login = await fetch(`${base}/login`, {
    method: "POST",
    headers: { origin: `http://127.0.0.1:${port}` },
    body: new URLSearchParams({ token: TOKEN }),
    redirect: "manual",
  });
  await login.body?.cancel();
  const cookie = login.headers.get("set-cookie")!.split(";")[0]!;
  const aborted = new AbortController();
  const { body } = await fetch(`${base}/api/watch?next=%2Fecho`, { headers: { cookie }, signal: aborted.signal });
  const reading = (async () => {
    for await (const _ of body!);
  })().catch(() => {});
  return async () => {
    aborted.abort();
    await reading;
  };
}

/** With the flags and the environment of `deno task start`. */
function launchOf({ folder, admin }: Way) {
  const flags = START_TASK.flags.map((flag) => flag.replace(/=\.$/, `=${folder}`));
  const options = ["--host=127.0.0.1", "--port=0", `--routes=${folder}/tests/bench/routes`, "--log-level=silent"];
  const command = [Deno.execPath(), ...flags, `${folder}/${START_TASK.entry}`, ...options] as [string, ...string[]];
  if (admin === undefined) return { command, env: START_TASK.env };
  return {
    command: [...command, `--admin=127.0.0.1:${admin}`] as [string, ...string[]],
    env: { ...START_TASK.env, SOCKEYE_INSPECTOR_TOKEN: TOKEN },
  };
}

function freePort(): number {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  return listener.addr.port;
}
