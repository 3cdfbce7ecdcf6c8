/**
 * The options a gateway or a route runs with: taken from flags, environment, config file and route, and checked.
 *
 * @module
 */
import type { RouteOptions } from "../route/mod.ts";
import { nearestName } from "../route/table.ts";
import { CONFIG_FILE, flagProblems } from "./command_line.ts";
import type { FlagTexts } from "./command_line.ts";
import { listenProblems } from "./listen_relations.ts";
import { OptionError } from "./option_error.ts";
import { relationProblems } from "./option_relations.ts";
import type { SetOption } from "./option_relations.ts";
import { envOf, flagOf, GATEWAY_OPTIONS, isOptionName, OPTION_NAMES, specOf } from "./option_table.ts";
import type { GatewayOptions, OptionName, OptionValue } from "./option_table.ts";
import { checkValue, readText, shown } from "./option_values.ts";
import type { Reading } from "./option_values.ts";

/** What the default export of {@linkcode CONFIG_FILE} is: any of the options, sizes in bytes and times in milliseconds. */
export type SockeyeConfig = Partial<GatewayOptions>;

/** The environment, as a record or as a function (`(name) => Deno.env.get(name)`). An empty variable counts as not set. */
export type Environment = Readonly<Record<string, string | undefined>> | ((name: string) => string | undefined);

/** Where options come from. */
export interface OptionSources {
  /** Of `parseCommandLine`. */
  readonly flags?: FlagTexts;
  readonly env?: Environment;
  /** The default export of {@linkcode CONFIG_FILE}, not checked yet. */
  readonly config?: unknown;
  /** True takes the defaults of `--dev`. */
  readonly dev?: boolean;
  /** What the server may use, in bytes, where it is known. */
  readonly memoryLimitBytes?: number | undefined;
  /** That have the memory together. Default: 1. */
  readonly processes?: number;
}

/** Names of the options a route may set. */
export type PerRouteName = {
  [Name in OptionName]: typeof GATEWAY_OPTIONS[Name]["perRoute"] extends true ? Name : never;
}[OptionName];

/** What one connection runs with: the gateway's options with its route's over them. */
export type ConnectionOptions = Pick<GatewayOptions, PerRouteName> & {
  /** Subprotocols of the route, best first. */
  readonly subprotocols: readonly string[];
};

type IsSame<A, B> = [A] extends [B] ? [B] extends [A] ? true : false : false;
// The contract and the table name the same options with the same types, or this does not compile.
true satisfies IsSame<keyof RouteOptions, keyof ConnectionOptions>;
true satisfies Required<RouteOptions> extends ConnectionOptions ? true : false;

const PER_ROUTE_NAMES = OPTION_NAMES.filter((name): name is PerRouteName => specOf(name).perRoute);
const ROUTE_ONLY_NAME = "subprotocols" satisfies keyof RouteOptions;
const ROUTE_NAMES: readonly string[] = [...PER_ROUTE_NAMES, ROUTE_ONLY_NAME];

/**
 * The options to run with: a flag beats the environment, which beats the config file, which beats the default. Only the
 * value that wins is read.
 *
 * @throws {OptionError} listing everything that is wrong.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { resolveOptions } from "./options.ts";
 *
 * const options = resolveOptions({
 *   flags: new Map([["--port", "8080"]]),
 *   env: { PORT: "80", SOCKEYE_MAX_MESSAGE_BYTES: "64KiB" },
 *   config: { maxFragments: 100 },
 * });
 * assertEquals([options.port, options.maxMessageBytes, options.maxFragments], [8080, 65_536, 100]);
 * ```
 */
export function resolveOptions(sources: OptionSources): GatewayOptions {
  const problems = [...flagProblems(sources.flags ?? new Map()), ...configProblems(sources.config)];
  const settings = new Map<OptionName, SetOption>();
  for (const name of OPTION_NAMES) {
    const found = findSetting(name, sources);
    if (found === undefined) {
      settings.set(name, { value: defaultOf(name, sources), source: "the default" });
    } else if (found.reading.ok) {
      settings.set(name, { value: found.reading.value, source: found.source });
    } else {
      problems.push(`${found.source} ${shown(found.given)}: ${found.reading.problem}`);
    }
  }
  problems.push(...relationProblems(settings), ...listenProblems(settings));
  if (problems.length > 0) throw new OptionError(problems);
  return Object.freeze(valuesOf(settings, OPTION_NAMES));
}

/**
 * The options of the connections of one route: its own over the gateway's.
 *
 * @param where The route's file, for the error.
 * @throws {OptionError} listing everything that is wrong.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { GATEWAY_DEFAULTS } from "./option_table.ts";
 * import { connectionOptionsOf } from "./options.ts";
 *
 * const options = connectionOptionsOf(GATEWAY_DEFAULTS, { maxMessageBytes: 1024 }, "routes/echo.ts");
 * assertEquals([options.maxMessageBytes, options.maxFragments], [1024, 16_384]);
 * ```
 */
export function connectionOptionsOf(gateway: GatewayOptions, route: RouteOptions, where: string): ConnectionOptions {
  const given = Object.entries(route).filter(([, value]) => value !== undefined);
  const problems: string[] = [];
  const settings = new Map<OptionName, SetOption>(
    OPTION_NAMES.map((name) => [name, { value: gateway[name], source: "the gateway's" }]),
  );
  for (const [name, value] of given) {
    const problem = routeNameProblem(name) ?? setForRoute(settings, name, value, where);
    if (problem !== undefined) problems.push(`${where} options.${name} ${shown(value)}: ${problem}`);
  }
  const isOwn = (setting: SetOption): boolean => setting.source.startsWith(where);
  problems.push(...relationProblems(settings, isOwn));
  if (problems.length > 0) throw new OptionError(problems);
  return Object.freeze({
    ...valuesOf(settings, PER_ROUTE_NAMES),
    subprotocols: Object.freeze([...route.subprotocols ?? []]),
  });
}

/** An option as one source gives it. */
interface FoundSetting {
  readonly source: string;
  readonly given: unknown;
  readonly reading: Reading;
}

function findSetting(name: OptionName, { flags, env, config }: OptionSources): FoundSetting | undefined {
  const spec = specOf(name);
  const flag = flagOf(name);
  const flagText = flags?.get(flag);
  if (flagText !== undefined) return { source: flag, given: flagText, reading: readText(spec, flagText) };

  const variable = envOf(name);
  const envText = typeof env === "function" ? env(variable) : env?.[variable];
  if (envText !== undefined && envText !== "") {
    return { source: `environment ${variable}`, given: envText, reading: readText(spec, envText) };
  }

  const value = isRecord(config) && Object.hasOwn(config, name) ? config[name] : undefined;
  if (value === undefined) return undefined;
  return { source: `${CONFIG_FILE} ${name}`, given: value, reading: checkValue(spec, value) };
}

function defaultOf(name: OptionName, { dev, memoryLimitBytes, processes = 1 }: OptionSources): OptionValue {
  const spec = specOf(name);
  if (spec.kind === "host" && dev === true) return spec.devDefault;
  if (spec.kind === "integer" && spec.fromMemoryLimit === true && memoryLimitBytes !== undefined) {
    return Math.min(spec.max, Math.max(spec.min, Math.floor(memoryLimitBytes / 2 / processes)));
  }
  return GATEWAY_OPTIONS[name].default;
}

function configProblems(config: unknown): string[] {
  if (config === undefined) return [];
  if (!isRecord(config)) {
    return [`${CONFIG_FILE} ${shown(config)}: the default export must be an object of options`];
  }
  return Object.keys(config).filter((name) => !isOptionName(name)).map((name) =>
    `${CONFIG_FILE} ${name}: unknown option${suggestion(name, OPTION_NAMES)}`
  );
}

function routeNameProblem(name: string): string | undefined {
  if (ROUTE_NAMES.includes(name)) return undefined;
  if (isOptionName(name)) return `not an option of a route; set it for the whole gateway with ${flagOf(name)}`;
  return `unknown option${suggestion(name, ROUTE_NAMES)}`;
}

/** Takes the route's value over, or says what is wrong with it. */
function setForRoute(
  settings: Map<OptionName, SetOption>,
  name: string,
  value: unknown,
  where: string,
): string | undefined {
  if (!isOptionName(name)) return subprotocolsProblem(value);
  const reading = checkValue(specOf(name), value);
  if (!reading.ok) {
    settings.delete(name);
    return reading.problem;
  }
  settings.set(name, { value: reading.value, source: `${where} options.${name}` });
  return undefined;
}

function subprotocolsProblem(value: unknown): string | undefined {
  if (!Array.isArray(value)) return "must be a list of subprotocol names";
  const names: unknown[] = value;
  // RFC 6455 §4.1 (10): the names are tokens, "and MUST all be unique strings".
  const wrongAt = names.findIndex((name, at) =>
    typeof name !== "string" || !/^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/.test(name) || names.indexOf(name) !== at
  );
  if (wrongAt < 0) return undefined;
  return `must be a list of different names without spaces and separators; look at ${shown(names[wrongAt])}`;
}

function suggestion(name: string, known: readonly string[]): string {
  const nearest = nearestName(name, known);
  return nearest === undefined ? `; known are ${known.join(", ")}` : `; did you mean ${nearest}?`;
}

function valuesOf<Name extends OptionName>(
  settings: ReadonlyMap<OptionName, SetOption>,
  names: readonly Name[],
): Pick<GatewayOptions, Name> {
  const pairs = names.map((name): [string, unknown] => [name, settings.get(name)?.value]);
  return Object.fromEntries(pairs) as Pick<GatewayOptions, Name>;
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
