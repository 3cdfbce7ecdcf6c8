/**
 * `RouteTable`: the immutable snapshot of all routes of all runtimes.
 *
 * @module
 */
import { type RouteMatch, Router } from "./router.ts";
import type { RouteDescriptor, RouteRuntime } from "./runtime_contract.ts";

/** One route and where its code runs. */
export interface RouteEntry {
  readonly runtime: RouteRuntime;
  /** Its place in `runtime.descriptors`, by which the runtime knows it. */
  readonly index: number;
  readonly descriptor: RouteDescriptor;
}

/** All routes at one moment. A deploy makes a new table and swaps one reference. */
export class RouteTable {
  /** In the order of the runtimes and of their descriptors. */
  readonly entries: readonly RouteEntry[];
  /** Those that serve at least one route. */
  readonly runtimes: ReadonlySet<RouteRuntime>;
  readonly #router: Router<RouteEntry>;
  readonly #byPattern: ReadonlyMap<string, RouteEntry>;

  private constructor(entries: readonly RouteEntry[]) {
    this.entries = Object.freeze(entries);
    this.runtimes = new Set(entries.map(({ runtime }) => runtime));
    this.#byPattern = new Map(entries.map((entry) => [entry.descriptor.pattern, entry]));
    this.#router = new Router(
      entries.map((entry) => ({ pattern: entry.descriptor.pattern, value: entry, file: entry.descriptor.file })),
    );
  }

  /**
   * The table of everything that these runtimes serve.
   *
   * @throws {Error} when two routes match the same paths; it names both files.
   */
  static of(runtimes: readonly RouteRuntime[]): RouteTable {
    return new RouteTable(
      runtimes.flatMap((runtime) =>
        runtime.descriptors.map((descriptor, index) => Object.freeze({ runtime, index, descriptor }))
      ),
    );
  }

  /** Finds the route of a percent-encoded path without query; see {@linkcode Router.match}. */
  match(path: string): RouteMatch<RouteEntry> | undefined {
    return this.#router.match(path);
  }

  /** Finds the route with this very pattern. */
  find(pattern: string): RouteEntry | undefined {
    return this.#byPattern.get(pattern);
  }

  /**
   * The table for a terminal: a line for each route with pattern, what it takes, file, and where it runs unless that is
   * inline; sorted by pattern.
   */
  describe(): string {
    const rows = this.entries.map(({ descriptor, runtime: { kind } }) => [
      descriptor.pattern,
      handledBy(descriptor),
      kind === "inline" ? descriptor.file : `${descriptor.file} (${kind})`,
    ]);
    rows.sort(([a = ""], [b = ""]) => a < b ? -1 : a > b ? 1 : 0);
    const widths = [0, 1].map((column) => Math.max(0, ...rows.map((row) => row[column]?.length ?? 0)));
    return rows
      .map(([pattern = "", takes = "", file = ""]) =>
        `${pattern.padEnd(widths[0] ?? 0)}  ${takes.padEnd(widths[1] ?? 0)}  ${file}`
      )
      .join("\n");
  }
}

function handledBy(descriptor: RouteDescriptor): string {
  return [...(descriptor.isWebSocket ? ["ws"] : []), ...descriptor.methods].join(" ");
}
