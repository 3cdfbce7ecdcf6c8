/**
 * Which options of listening need each other, and which do not go together.
 *
 * @module
 */
import type { SetOption } from "./option_relations.ts";
import { flagOf, GATEWAY_DEFAULTS, type OptionName } from "./option_table.ts";

interface Pair {
  readonly names: readonly [OptionName, OptionName];
  /** Why not both, or not one of them. */
  readonly because: string;
}

/** One without the other is a mistake. */
const TOGETHER: readonly Pair[] = [
  { names: ["cert", "key"], because: "TLS needs both files" },
];

/** Both at once are a mistake. */
const APART: readonly Pair[] = [
  { names: ["socket", "cert"], because: "what crosses a Unix socket stays on this machine: leave TLS to the proxy" },
  { names: ["socket", "proxyProtocol"], because: "who connects to a Unix socket has no address to be listed by" },
  { names: ["socket", "workers"], because: "a Unix socket belongs to one process" },
];

/** One sentence for each pair that is not right. */
export function listenProblems(settings: ReadonlyMap<OptionName, SetOption>): string[] {
  const isSet = (name: OptionName): boolean => {
    const value = settings.get(name)?.value;
    const isEmpty = Array.isArray(value) && value.length === 0;
    return value !== undefined && !isEmpty && value !== GATEWAY_DEFAULTS[name];
  };
  const where = (name: OptionName): string => {
    const source = settings.get(name)?.source;
    return source === flagOf(name) ? source : `${flagOf(name)} (${source})`;
  };
  const alone = TOGETHER.flatMap(({ names, because }) => {
    const [given, missing] = isSet(names[0]) ? names : [names[1], names[0]];
    if (!isSet(given) || !settings.has(missing) || isSet(missing)) return [];
    return [`${where(given)} needs ${flagOf(missing)}: ${because}`];
  });
  const both = APART.filter(({ names }) => names.every(isSet)).map(({ names: [one, other], because }) =>
    `${where(one)} and ${where(other)} do not go together: ${because}`
  );
  return [...alone, ...both];
}
