/**
 * The command line of `deno task build`.
 *
 * @module
 */
import { type Build, build, BuildError } from "./build.ts";
import { ConfigError, readConfig } from "./config.ts";
import { importsHere } from "./imports_here.ts";
import { parsePlacement, PlacementError } from "./placement.ts";
import { PluginError } from "./plugin.ts";

const HELP = `Bundles server and routes into a folder that needs no node_modules, no cache and no network.

Usage: deno task build [--routes DIR] [--out DIR]

  --routes DIR   folder of the route files (routes)
  --out DIR      folder for the result (dist); what was built there before is replaced
  -h, --help     print this

Names in "imports" of the working directory's deno.json are known to the routes.
`;

/** Inputs that make less of a bundle are told together. */
const SHARE_WORTH_A_ROW = 0.04;

/** So wide that the longest names of what is made of us fit. */
const NAME_WIDTH = 36;

/** Exit codes. */
const EXIT = { FAILED: 1, WRONG_ARGUMENT: 2 } as const;

/** What was asked for; undefined for the help. @throws {BuildError} for anything else. */
export function parseBuildArguments(args: readonly string[]): { routes: string; out: string } | undefined {
  const order = { routes: "routes", out: "dist" };
  const words = args.flatMap((arg) =>
    /^--\w+=/.test(arg) ? [arg.slice(0, arg.indexOf("=")), arg.slice(arg.indexOf("=") + 1)] : [arg]
  );
  for (let at = 0; at < words.length; at++) {
    const word = words[at]!;
    if (word === "--help" || word === "-h") return undefined;
    if (word !== "--routes" && word !== "--out") throw new BuildError(`${word}: unknown argument; --help lists all`);
    const value = words[++at];
    if (value === undefined || value === "" || value.startsWith("--")) {
      throw new BuildError(`${word}: needs a folder, as in ${word} ${order[word === "--out" ? "out" : "routes"]}`);
    }
    order[word === "--out" ? "out" : "routes"] = value;
  }
  return order;
}

/** What was built, for a terminal. */
export function describeBuild(
  { manifest, inputs }: Pick<Build, "manifest" | "inputs">,
  out: string,
): string {
  const count = manifest.table.length === 1 ? "one route" : `${manifest.table.length} routes`;
  const lines = [`deployment ${manifest.deployment}: ${count} in ${out}/`, ""];
  const { parts = [], hosts, plugins = [] } = manifest;
  const row = (name: string, bytes: number) => void lines.push(`  ${name.padEnd(NAME_WIDTH)}${kib(bytes)}`);
  // Behind the gateway comes what it loads only when it is asked for: brokers.
  for (const [name, { file, bytes }] of [["gateway", manifest.gateway], ["routes", manifest.routes]] as const) {
    row(file, bytes);
    let others = 0;
    for (const [path, part] of grouped(inputs[name])) {
      if (part >= bytes * SHARE_WORTH_A_ROW) row(`  ${path}`, part);
      else others += part;
    }
    if (others > 0) row("  others", others);
    if (name === "gateway") { for (const { file, bytes } of parts) row(file, bytes); }
  }
  const others = hosts === undefined ? [] : [hosts.worker, hosts.sandbox, hosts.histories];
  for (const { file, bytes } of [...others, ...plugins]) row(file, bytes);
  lines.push("", `  start it: deno run --allow-net --allow-read=${out} --allow-env ${out}/main.js`);
  return lines.join("\n");
}

/** By package, by folder of the server, and else by file. */
function grouped(inputs: Build["inputs"]["gateway"]): [string, number][] {
  const sums = new Map<string, number>();
  for (const [path, bytes] of inputs) {
    const name = /node_modules\/((?:@[^/]+\/)?[^/.][^/]*)(?!.*node_modules\/)/.exec(path)?.[1] ??
      /(?:^|\/)(lib\/\w+)\//.exec(path)?.[1] ?? path;
    sums.set(name, (sums.get(name) ?? 0) + bytes);
  }
  return [...sums].sort(([, a], [, b]) => b - a);
}

function kib(bytes: number): string {
  return `${(bytes / 1024).toFixed(1)} KiB`.padStart(12);
}

async function main(args: readonly string[]): Promise<number> {
  let order;
  try {
    order = parseBuildArguments(args);
  } catch (error) {
    console.error(`sockeye cannot build: ${(error as Error).message}`);
    return EXIT.WRONG_ARGUMENT;
  }
  if (order === undefined) {
    console.log(HELP);
    return 0;
  }
  try {
    const { placement: { plugins } } = parsePlacement(await readConfig());
    console.log(describeBuild(await build({ ...order, imports: await importsHere(), plugins }), order.out));
    return 0;
  } catch (error) {
    if (![BuildError, ConfigError, PlacementError, PluginError].some((reason) => error instanceof reason)) throw error;
    console.error(`sockeye cannot build: ${(error as Error).message}`);
    return EXIT.FAILED;
  }
}

if (import.meta.main) Deno.exit(await main(Deno.args));
