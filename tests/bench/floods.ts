/**
 * `deno task bench:floods [--seconds N] [--rounds N]`: what good clients see of floods, with the limits of admission and
 * without; prints the table of docs/PERFORMANCE.md.
 *
 * @module
 */
import { parseArgs } from "node:util";
import { percentile } from "../support/bystander.ts";
import { Workshop } from "../support/deploy_server.ts";
import { type FloodKind, FLOODS } from "../support/flood_kinds.ts";
import { ADMISSION_ARGS, TLS_ARGS, type UnderFlood, underFlood } from "../support/under_flood.ts";

const KINDS = Object.keys(FLOODS) as readonly FloodKind[];

async function one(kind: FloodKind, args: readonly string[], seconds: number): Promise<UnderFlood> {
  await using here = await Workshop.open();
  const all = kind.startsWith("TLS") ? [...args, ...TLS_ARGS] : args;
  return await underFlood(await here.serve("tests/fault/routes", { args: all }), kind, seconds);
}

/** The middle of what the rounds found. */
function median(numbers: readonly number[]): number {
  return percentile(numbers.toSorted((a, b) => a - b), 0.5);
}

function cells(rounds: readonly UnderFlood[]): readonly string[] {
  const of = (value: (round: UnderFlood) => number): number => median(rounds.map(value));
  const ms = (value: number): string => value === Infinity ? "refused" : value.toFixed(1);
  return [
    `${ms(of(({ quiet }) => percentile(quiet, 0.5)))} / ${ms(of(({ quiet }) => percentile(quiet, 0.99)))}`,
    `${ms(of(({ flooded }) => percentile(flooded, 0.5)))} / ${ms(of(({ flooded }) => percentile(flooded, 0.99)))}`,
    ms(of(({ newcomersMs }) => newcomersMs.at(-1) ?? NaN)),
    `${of(({ quietCores }) => quietCores).toFixed(2)} / ${of(({ floodedCores }) => floodedCores).toFixed(2)}`,
    String(of(({ flood }) => flood.opened)),
  ];
}

if (import.meta.main) {
  const { values } = parseArgs({
    args: Deno.args,
    options: { seconds: { type: "string", default: "3" }, rounds: { type: "string", default: "3" } },
  });
  console.log(
    "| flood | limits | echo quiet, p50 / p99 ms | flooded | slowest newcomer, ms | cores, quiet / flooded | connections |",
  );
  console.log("| --- | --- | --: | --: | --: | --: | --: |");
  for (const kind of KINDS) {
    const found = { on: [] as UnderFlood[], off: [] as UnderFlood[] };
    // Interleaved: what else the machine does is then the same for both.
    for (let round = 0; round < Number(values.rounds); round++) {
      found.on.push(await one(kind, ADMISSION_ARGS, Number(values.seconds)));
      found.off.push(await one(kind, [], Number(values.seconds)));
    }
    for (const limits of ["on", "off"] as const) {
      console.log(`| ${[kind, limits, ...cells(found[limits])].join(" | ")} |`);
    }
  }
}
