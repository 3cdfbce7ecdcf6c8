/**
 * Where the code of each route runs, as `sockeye.config.ts` says.
 *
 * @module
 */
import { messageOf, nearestName, parsePattern, type RuntimeKind } from "../route/table.ts";
import { GrantError, type Grants, type Limits, parseGrants, parseHibernation, parseLimits } from "../runtime/mod.ts";
import { parsePlugins, type PluginOrder } from "./plugin.ts";

/** Where one route runs. */
export interface Place {
  readonly kind: RuntimeKind;
  /** For a process: nothing is granted that is not named. */
  readonly permissions: Grants;
  readonly limits: Limits;
  /** Nothing happens for so long, in milliseconds: its code is ended until something does. 0 = never. */
  readonly hibernateAfterMs: number;
}

/** What `sockeye.config.ts` says of code. */
export interface Placement {
  /** By pattern. Who is not named runs inline. */
  readonly places: ReadonlyMap<string, Place>;
  readonly plugins: readonly PluginOrder[];
}

/** What is said of places is wrong: the message says what, where, and what to write. */
export class PlacementError extends Error {
  override readonly name = "PlacementError";
}

/** Everything inline, and no plug-ins. */
export const INLINE_PLACEMENT: Placement = { places: new Map(), plugins: [] };

const KINDS: readonly string[] = ["inline", "worker", "process"] satisfies RuntimeKind[];
const KEYS = ["kind", "permissions", "limits", "hibernateAfterMs"];

/**
 * Takes `runtimes` and `plugins` out of the configuration.
 *
 * @returns what is left of it, for the options.
 * @throws {PlacementError} {PluginError}
 *
 * @example
 * ```ts
 * import { parsePlacement } from "./placement.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const { placement, rest } = parsePlacement({ port: 4000, runtimes: { "/board": "worker" } });
 * assertEquals([placement.places.get("/board")?.kind, rest], ["worker", { port: 4000 }]);
 * ```
 */
export function parsePlacement(config: object | undefined): { readonly placement: Placement; readonly rest?: object } {
  if (config === undefined) return { placement: INLINE_PLACEMENT };
  const { runtimes, plugins, ...rest } = config as Readonly<Record<string, unknown>>;
  return { placement: { places: parseRuntimes(runtimes), plugins: parsePlugins(plugins) }, rest };
}

/**
 * Checks that every route that is named is there.
 *
 * @param patterns of the routes there are.
 * @throws {PlacementError}
 */
export function checkPlaces({ places }: Placement, patterns: readonly string[]): void {
  for (const pattern of places.keys()) {
    if (patterns.includes(pattern)) continue;
    const nearest = nearestName(pattern, patterns);
    const hint = nearest === undefined
      ? `the routes are ${patterns.join(", ") || "none"}`
      : `did you mean "${nearest}"?`;
    throw new PlacementError(`runtimes["${pattern}"]: there is no such route; ${hint}`);
  }
}

function parseRuntimes(value: unknown): ReadonlyMap<string, Place> {
  if (value === undefined) return new Map();
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new PlacementError('runtimes: it must be an object of patterns, as in { "/board": "worker" }');
  }
  return new Map(
    Object.entries(value).map(([pattern, place]) => {
      const where = `runtimes["${pattern}"]`;
      try {
        return [parsePattern(pattern).source, parsePlace(place, where)];
      } catch (error) {
        if (error instanceof PlacementError) throw error;
        const message = messageOf(error);
        throw new PlacementError(error instanceof GrantError ? message : `${where}: ${message}`, { cause: error });
      }
    }),
  );
}

function parsePlace(value: unknown, where: string): Place {
  const { kind, permissions, limits, hibernateAfterMs, ...others } =
    (typeof value === "object" && value !== null ? value : { kind: value }) as Readonly<Record<string, unknown>>;
  if (typeof kind !== "string" || !KINDS.includes(kind)) {
    throw new PlacementError(`${where}: it must be "inline", "worker" or "process", not ${JSON.stringify(kind)}`);
  }
  const unknown = Object.keys(others)[0];
  if (unknown !== undefined) {
    throw new PlacementError(`${where}: unknown key "${unknown}"; allowed: ${KEYS.join(", ")}`);
  }
  if (kind !== "process" && (permissions !== undefined || limits !== undefined)) {
    throw new PlacementError(
      `${where}: only a process has permissions and limits of its own; ${kind} has the server's`,
    );
  }
  if (kind === "inline" && hibernateAfterMs !== undefined) {
    throw new PlacementError(`${where}: only a worker or a process can hibernate`);
  }
  return {
    kind: kind as RuntimeKind,
    permissions: parseGrants(permissions, `${where}.permissions`),
    limits: parseLimits(limits, `${where}.limits`),
    hibernateAfterMs: parseHibernation(hibernateAfterMs, where),
  };
}
