/**
 * The command line of the comparison.
 *
 * @module
 */
import { dirname } from "node:path";
import { parseArgs } from "node:util";
import { type ServerRow, SERVERS } from "./servers.ts";
import { type Workload, WORKLOADS } from "./workloads.ts";

/** What to measure, for how long, and where the result goes. */
export interface PeersOptions {
  readonly rounds: number;
  /** Of each measurement. */
  readonly seconds: number;
  readonly servers: readonly ServerRow[];
  readonly workloads: readonly Workload[];
  /** Where the whole result goes, as JSON. */
  readonly json: string | undefined;
  /** Where the chart goes. */
  readonly svg: string | undefined;
  /** True: below the bar is an error. */
  readonly isStrict: boolean;
  /** True: nothing is measured, the words of {@linkcode helpText} are printed. */
  readonly isHelp: boolean;
}

/** A wrong command line. */
export class UsageError extends Error {}

/** Many short rounds: neighbours take much of a machine for seconds at a time, and then spoil a few rounds, not all. */
const DEFAULTS = { rounds: "7", seconds: "0.5" } as const;

/**
 * Reads the command line.
 *
 * @throws {UsageError} that says what is allowed.
 */
export function readOptions(args: readonly string[]): PeersOptions {
  const { rounds, seconds, only, json, svg, strict, help } = parsed(args);
  const names = [...SERVERS.map(({ name }) => name), ...workloadNames()];
  const unknown = only.find((name) => !names.includes(name));
  if (unknown !== undefined) throw new UsageError(`--only does not know "${unknown}": use ${names.join(", ")}`);
  const servers = SERVERS.filter(({ name }) => only.includes(name));
  const workloads = WORKLOADS.filter(({ name, family }) => only.includes(name) || only.includes(family));
  return {
    rounds: positive("--rounds", rounds, (value) => Number.isInteger(value)),
    seconds: positive("--seconds", seconds, Number.isFinite),
    servers: servers.length > 0 ? servers : SERVERS,
    workloads: workloads.length > 0 ? workloads : WORKLOADS,
    json: inFolder("--json", json),
    svg: inFolder("--svg", svg),
    isStrict: strict,
    isHelp: help,
  };
}

/** Names and families, each once. */
function workloadNames(): readonly string[] {
  return [...new Set(WORKLOADS.flatMap(({ name, family }) => [family, name]))];
}

interface RawOptions {
  readonly rounds: string;
  readonly seconds: string;
  readonly only: readonly string[];
  readonly json: string | undefined;
  readonly svg: string | undefined;
  readonly strict: boolean;
  readonly help: boolean;
}

function parsed(args: readonly string[]): RawOptions {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: {
        rounds: { type: "string", default: DEFAULTS.rounds },
        seconds: { type: "string", default: DEFAULTS.seconds },
        only: { type: "string", multiple: true, default: [] },
        json: { type: "string" },
        svg: { type: "string" },
        strict: { type: "boolean", default: false },
        help: { type: "boolean", short: "h", default: false },
      },
    });
    const { rounds, seconds, only, json, svg, strict, help } = values;
    return { rounds, seconds, only, json, svg, strict, help };
  } catch (error) {
    throw new UsageError(`${error instanceof Error ? error.message : String(error)} (--help tells what there is)`);
  }
}

function positive(flag: string, text: string, isAllowed: (value: number) => boolean): number {
  const value = Number(text);
  if (value > 0 && isAllowed(value)) return value;
  throw new UsageError(`${flag} takes a number above 0, not "${text}"`);
}

/** Says at the start, not after ten minutes, that a file cannot be written. */
function inFolder(flag: string, path: string | undefined): string | undefined {
  if (path === undefined) return undefined;
  const folder = dirname(path);
  try {
    if (path !== "" && Deno.statSync(folder).isDirectory) return path;
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
  throw new UsageError(`${flag} takes the path of a file, and there is no folder for "${path}"`);
}

/** What there is to say on the command line. */
export function helpText(): string {
  const wide = Math.max(...[...SERVERS, ...WORKLOADS].map(({ name }) => name.length)) + 2;
  const list = (rows: readonly { readonly name: string; readonly title: string }[]): string =>
    rows.map(({ name, title }) => `  ${name.padEnd(wide)}${title}`).join("\n");
  return `deno task bench:peers [OPTIONS]

Measures this server beside others, in one run: every workload on every server in turn, round after round, in another
order each round. Servers are pinned to one core, the load to another. What counts is the ratio of server CPU for one
message, peer ÷ ours: the median over the rounds of the ratio within a round, with the quartiles of those ratios.

  --only NAME      a server, a workload, or a family of workloads (the first word of their names); any number of times
  --rounds N       measurements of which the median is taken (${DEFAULTS.rounds}); of memory a third as many
  --seconds N      how long each lasts (${DEFAULTS.seconds})
  --json FILE      write everything that was measured
  --svg FILE       write a chart of the ratios
  --strict         end with 1 when ours is below the bar, or when a server with a bar is missing
  --help           this

Ends with 0 also when ours is below the bar, with 1 when a measurement failed, with 2 for a wrong command line. A whole
run takes about fourteen minutes. It needs Linux, a C compiler, and for the peers node and npm.

Servers:
${list(SERVERS)}

Workloads:
${list(WORKLOADS)}
`;
}
