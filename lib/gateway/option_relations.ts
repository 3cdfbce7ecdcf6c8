/**
 * Which options may not be above which others, and why.
 *
 * @module
 */
import { specOf } from "./option_table.ts";
import type { GatewayOptions, OptionName, OptionValue } from "./option_table.ts";
import { textOf } from "./option_values.ts";

/** The value of an option and where it came from. */
export interface SetOption {
  readonly value: OptionValue;
  /** `--port`, `environment PORT`, `the default` … */
  readonly source: string;
}

type NumericName = { [Name in OptionName]: GatewayOptions[Name] extends number ? Name : never }[OptionName];

interface Relation {
  readonly lower: NumericName;
  readonly upper: NumericName;
  /** What would happen otherwise. */
  readonly otherwise: string;
}

const RELATIONS: readonly Relation[] = [
  {
    lower: "highWaterBytes",
    upper: "maxBufferedBytes",
    otherwise: "a slow peer would be closed before send ever returned false",
  },
  { lower: "maxBufferedBytes", upper: "maxMemoryBytes", otherwise: "one connection could use up the memory of all" },
  { lower: "maxQueuedBytes", upper: "maxMemoryBytes", otherwise: "one connection could use up the memory of all" },
  { lower: "maxMessageBytes", upper: "maxMemoryBytes", otherwise: "one message could use up the memory of all" },
  { lower: "maxBodyBytes", upper: "maxMemoryBytes", otherwise: "one request could use up the memory of all" },
  { lower: "drainIntervalMs", upper: "drainTimeoutMs", otherwise: "the second batch would never be told to leave" },
];

/**
 * One sentence for each pair in the wrong order. Options that are not in the map (because their own value is wrong) are
 * passed over.
 *
 * @param concerns Whether a setting is the caller's business: a pair with neither such side is passed over.
 */
export function relationProblems(
  settings: ReadonlyMap<OptionName, SetOption>,
  concerns: (setting: SetOption) => boolean = () => true,
): string[] {
  const problems: string[] = [];
  for (const { lower, upper, otherwise } of RELATIONS) {
    const less = settings.get(lower);
    const more = settings.get(upper);
    if (less === undefined || more === undefined || Number(less.value) <= Number(more.value)) continue;
    if (!concerns(less) && !concerns(more)) continue;
    problems.push(`${described(lower, less)} must not be above ${described(upper, more)}: ${otherwise}`);
  }
  return problems;
}

function described(name: OptionName, { value, source }: SetOption): string {
  return `${name} ${textOf(specOf(name), value)} (${source})`;
}
