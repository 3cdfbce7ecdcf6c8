/**
 * Measures this server beside others, in one run, interleaved: `deno task bench:peers`, and `--help` for what it takes.
 *
 * What can be trusted is the ratio of server CPU per message, for it compares runs that are seconds apart on the same
 * core; rates and latencies drift with the machine.
 *
 * @module
 */
import { BARS } from "./peers/bars.ts";
import { chart } from "./peers/chart.ts";
import { Contest } from "./peers/contest.ts";
import { helpText, type PeersOptions, readOptions, UsageError } from "./peers/options.ts";
import { type Pinning, pinning, Processes } from "./peers/processes.ts";
import { detailTable, doubts, ratioTable } from "./peers/report.ts";
import { OURS } from "./peers/servers.ts";
import type { Summary } from "./peers/summary.ts";
import { judge, shortfalls, starved } from "./peers/verdict.ts";
import { buildLoadGenerator, LoadError } from "./wsload.ts";

/** What the load generator and other packages are kept in. */
const FOLDER = new URL("../../.tmp/bench", import.meta.url).pathname;

/** @returns the exit code. */
async function main(args: readonly string[]): Promise<number> {
  const options = readOptions(args);
  if (options.isHelp) {
    console.log(helpText());
    return 0;
  }
  const processes = new Processes();
  const stop = (code: number) => async (): Promise<void> => {
    await processes.end();
    Deno.exit(code);
  };
  Deno.addSignalListener("SIGINT", stop(130));
  Deno.addSignalListener("SIGTERM", stop(143));
  try {
    return await run(options, processes);
  } finally {
    await processes.end();
  }
}

async function run(options: PeersOptions, processes: Processes): Promise<number> {
  const pin = await pinning();
  const generator = await buildLoadGenerator(FOLDER);
  const contest = new Contest({ options, processes, pin, generator, folder: FOLDER });
  await contest.enter();
  for (const { row, program } of contest.entrants) console.log(`${row.name}: ${program.version}`);
  for (const [name, reason] of contest.missing) console.log(`${name}: missing, ${reason}`);
  console.log(`${pin.note}; medians of ${options.rounds} interleaved rounds of ${options.seconds} s, quartiles`);
  const summaries: Summary[] = [];
  for (const workload of options.workloads) {
    const own = await contest.measure(workload);
    summaries.push(...own);
    console.log(`\n${workload.name}: ${workload.title}\n\n${detailTable(workload, own)}`);
    for (const doubt of doubts(workload, own)) console.log(`  ${doubt}`);
    for (const failure of contest.failures.filter(({ workload: name }) => name === workload.name)) {
      console.log(`  failed with ${failure.server}: ${failure.reason}`);
    }
  }
  return await conclude(options, contest, summaries, pin);
}

/** Judges, tells, and writes what was asked for. */
async function conclude(
  options: PeersOptions,
  contest: Contest,
  summaries: readonly Summary[],
  pin: Pinning,
): Promise<number> {
  const { workloads, servers, json, svg, isStrict, rounds, seconds } = options;
  const { missing, failures } = contest;
  const verdicts = judge(summaries, BARS);
  const below = shortfalls(verdicts, starved(summaries));
  console.log("\nours, and peer ÷ ours, its quartiles (bar):\n");
  console.log(ratioTable({ workloads, servers: servers.map(({ name }) => name), missing, summaries, verdicts }));
  for (const [name, reason] of missing) console.log(`  ${name} is missing: ${reason}`);
  for (const { workload, server, reason } of failures) console.log(`  ${workload} failed with ${server}: ${reason}`);
  if (verdicts.length === 0) console.log("\nnothing to judge: there is no bar for what was measured");
  else if (below.length === 0) console.log(`\nbelow the bar: nothing, of ${verdicts.length} bars`);
  else console.log(`\nbelow the bar, of ${verdicts.length} bars:\n${below.map((line) => `- ${line}`).join("\n")}`);
  if (json !== undefined) {
    const setting = { rounds, seconds, pinning: pin.note };
    const judged = { missing: Object.fromEntries(missing), failures, verdicts, below };
    await writeJson(json, { ...setting, servers: versions(contest), pids: contest.pids, summaries, ...judged });
  }
  if (svg !== undefined) await Deno.writeTextFile(svg, chart(summaries, workloads, servers));
  const isUnjudged = servers.some(({ name }) => missing.has(name) && BARS.some(({ peers }) => name in peers));
  return failures.length > 0 || (isStrict && (below.length > 0 || isUnjudged)) ? 1 : 0;
}

function versions({ entrants }: Contest): readonly Readonly<Record<"name" | "version", string>>[] {
  return entrants.map(({ row: { name }, program: { version } }) => ({ name, version }));
}

async function writeJson(path: string, result: Readonly<Record<string, unknown>>): Promise<void> {
  const cpu = /^model name\s*:\s*(.*)$/m.exec(await Deno.readTextFile("/proc/cpuinfo"))?.[1];
  const machine = { cpu, cores: navigator.hardwareConcurrency, os: Deno.osRelease() };
  const whole = { date: new Date().toISOString(), machine, ours: OURS, ...result };
  await Deno.writeTextFile(path, `${JSON.stringify(whole, null, 2)}\n`);
}

if (import.meta.main) {
  try {
    Deno.exit(await main(Deno.args));
  } catch (error) {
    if (!(error instanceof UsageError || error instanceof LoadError)) throw error;
    console.error(`bench:peers: ${error.message}`);
    Deno.exit(error instanceof UsageError ? 2 : 1);
  }
}
