/**
 * From code to the runtimes it runs in: inline, in workers, in processes, as the placement says; and the plug-ins.
 *
 * @module
 */
import type { Clock } from "../gateway/mod.ts";
import type { Payload } from "../frame/mod.ts";
import { messageOf, type RouteDescriptor, type RouteRuntime, type RuntimeKind } from "../route/table.ts";
import { patternOfFile } from "../route/table.ts";
import {
  fileUrl,
  findKeeper,
  HibernatingRuntime,
  importBuiltRoutes,
  InlineRuntime,
  listRoutes,
  loadBuiltRoutes,
  type LoadedRoute,
  loadProcess,
  loadRoutes,
  loadWorker,
  readBuiltCode,
  type RemoteOrder,
  type RemoteRuntime,
  type RuntimeLog,
} from "../runtime/mod.ts";
import type { DeploymentCode } from "./deployment.ts";
import { checkPlaces, type Place, type Placement } from "./placement.ts";
import { checkManifest, describePlugin, PluginError, type PluginOrder } from "./plugin.ts";
import { ResidentRuntime } from "./resident_runtime.ts";
import { withMapBeside } from "./source_map.ts";

/** Where the hosts of workers and sandboxes come from, and how code is made ready for a sandbox. */
export interface Hosts {
  /** The module that hosts code in a worker. */
  readonly worker: URL;
  /** The module of the thread that keeps histories in a file. */
  readonly histories: URL;
  /** The host of a sandbox, as JavaScript that imports nothing but `node:`. */
  sandbox(): Promise<string>;
  /** Route files as one such module. */
  bundle(folder: string, files: readonly string[]): Promise<string>;
  /** A plug-in likewise. */
  bundlePlugin(order: PluginOrder): Promise<string>;
}

/** What runtimes are made of. */
export interface CodeRuntimesParts {
  readonly placement: Placement;
  readonly hosts: () => Promise<Hosts>;
  readonly publish: (topic: string, payload: Payload) => Promise<void>;
  readonly log: RuntimeLog;
  readonly clock: Pick<Clock, "now" | "setTimer">;
  readonly isDevelopment: boolean;
  /** Ports of this machine that no sandbox may connect to. */
  readonly deniedPorts: readonly number[];
  readonly env: (name: string) => string | undefined;
}

/** Code cannot be put where it should be, or not be loaded there: the message says why, and what to do. */
export class PlaceError extends Error {
  override readonly name = "PlaceError";
}

/** What the deployment of a folder of route files is called. */
export const LOCAL_DEPLOYMENT = "local";

/** One route that does not run inline. */
interface PlacedRoute {
  readonly file: string;
  readonly pattern: string;
  readonly place: Place;
}

/** Makes runtimes. */
export class CodeRuntimes {
  readonly #parts: CodeRuntimesParts;
  #plugins: readonly ResidentRuntime[] = [];
  #hosts: Promise<Hosts> | undefined;
  #keeper: ReturnType<typeof findKeeper> | undefined;

  constructor(parts: CodeRuntimesParts) {
    this.#parts = parts;
  }

  /**
   * Loads the plug-ins, which stand beside the routes of every deployment from then on.
   *
   * @returns a line for each: what it is, and what it may do.
   * @throws {PluginError} when one cannot be used; then none is left behind.
   */
  async loadPlugins(): Promise<readonly string[]> {
    const lines: string[] = [];
    const loaded: ResidentRuntime[] = [];
    try {
      for (const order of this.#parts.placement.plugins) {
        const { runtime, line } = await this.#loadPlugin(order);
        loaded.push(runtime);
        lines.push(line);
      }
    } catch (error) {
      await Promise.all(loaded.map((runtime) => runtime.end()));
      throw error;
    }
    this.#plugins = loaded;
    return lines;
  }

  /** Ends the plug-ins. */
  async end(): Promise<void> {
    await Promise.all(this.#plugins.map((runtime) => runtime.end()));
  }

  /**
   * Loads what a folder holds: what was built there, or route files.
   *
   * @param version imports anew what was imported before.
   */
  async ofFolder(folder: string, version?: string): Promise<DeploymentCode> {
    const built = await readBuiltCode(folder);
    if (built !== undefined) {
      if (this.#areAllInline) {
        const { deployment, routes } = (await loadBuiltRoutes(folder, version))!;
        return { name: deployment, make: () => Promise.resolve(this.#inline(deployment, routes)) };
      }
      // It runs from memory, also what of it runs inline.
      const code = await withMapBeside(built.code, built.path);
      return { name: built.deployment, make: () => this.ofBundle(built.deployment, code, built.table) };
    }
    const name = version === undefined ? LOCAL_DEPLOYMENT : `${LOCAL_DEPLOYMENT}.${version}`;
    const { root, files } = await listRoutes(folder);
    const placed = this.#placed(files.map((file) => ({ file, pattern: patternOfFile(file)! })));
    const elsewhere = new Set(placed.map(({ file }) => file));
    const routes = await loadRoutes(folder, version, files.filter((file) => !elsewhere.has(file)));
    const makers = await Promise.all(placed.map((route) => this.#makerOf(route, name, root, version)));
    return { name, make: async () => [...this.#inline(name, routes), ...await allOrNone(makers)] };
  }

  /**
   * The runtimes of a deployment that comes as one module. Loaded anew each time, with variables of its own.
   *
   * @param table what its manifest says that it has. Where none of that runs inline, nothing of it is loaded here: what
   * is stays in memory.
   */
  async ofBundle(
    deployment: string,
    code: Uint8Array<ArrayBuffer>,
    table: readonly RouteDescriptor[] = [],
  ): Promise<readonly RouteRuntime[]> {
    const isElsewhere = this.#isElsewhere(table);
    const routes = isElsewhere ? [] : await importBuiltRoutes(code);
    if (this.#areAllInline) return this.#inline(deployment, routes);
    const placed = this.#placed(isElsewhere ? table : routes.map(({ descriptor }) => descriptor));
    const elsewhere = new Set(placed.map(({ file }) => file));
    const source = new TextDecoder().decode(code);
    const makers = placed.map((route) => () => this.#remote(route, deployment, source));
    const inline = routes.filter(({ descriptor: { file } }) => !elsewhere.has(file));
    return [...this.#inline(deployment, inline), ...await allOrNone(makers)];
  }

  get #areAllInline(): boolean {
    return [...this.#parts.placement.places.values()].every(({ kind }) => kind === "inline");
  }

  /** Whether a table, which a stranger may have written, has routes, and none that runs inline. */
  #isElsewhere(table: unknown): boolean {
    const { places } = this.#parts.placement;
    const kindOf = (pattern: string): RuntimeKind => places.get(pattern)?.kind ?? "inline";
    return Array.isArray(table) && table.length > 0 &&
      table.every((one) => typeof one?.file === "string" && kindOf(one.pattern) !== "inline");
  }

  #placed(routes: ReadonlyArray<{ readonly file: string; readonly pattern: string }>): readonly PlacedRoute[] {
    const { placement } = this.#parts;
    checkPlaces(placement, routes.map(({ pattern }) => pattern));
    return routes.flatMap(({ file, pattern }) => {
      const place = placement.places.get(pattern);
      return place === undefined || place.kind === "inline" ? [] : [{ file, pattern, place }];
    });
  }

  #inline(deployment: string, routes: readonly LoadedRoute[]): readonly RouteRuntime[] {
    const { publish, log, isDevelopment: poisonViews } = this.#parts;
    return [new InlineRuntime({ routes, deployment, publish, log, poisonViews }), ...this.#plugins];
  }

  /** How a route file comes to run elsewhere, again and again. */
  async #makerOf(
    route: PlacedRoute,
    deployment: string,
    root: string,
    version: string | undefined,
  ): Promise<() => Promise<RouteRuntime>> {
    if (route.place.kind === "process") {
      const { bundle } = await this.#hostsFor(`the route ${route.file}`);
      const source = await naming(route.file, bundle(root, [route.file]));
      return () => this.#remote(route, deployment, source);
    }
    let wasMade = false;
    return async () => {
      // A worker reads the files itself: what they hold later is other code.
      if (wasMade) {
        throw new PlaceError(
          `${route.file} runs in a worker, and its file may hold other code by now: build and deploy it to go back to it`,
        );
      }
      wasMade = true;
      const code = { kind: "folder", folder: `${fileUrl(root).href}/`, files: [route.file] } as const;
      const { worker: entry } = await this.#hostsFor(`the route ${route.file}`);
      const boot = version === undefined ? code : { ...code, version };
      const order = this.#order(`${deployment} ${route.pattern}`, deployment, boot);
      return await naming(
        route.file,
        this.#hibernating(order.name, route.place.hibernateAfterMs, () => loadWorker({ ...order, entry })),
      );
    };
  }

  async #remote({ file, pattern, place }: PlacedRoute, deployment: string, source: string): Promise<RouteRuntime> {
    const order = this.#order(`${deployment} ${pattern}`, deployment, { kind: "module", source, files: [file] });
    const { worker: entry } = await this.#hostsFor(`the route ${file}`);
    const load = (): Promise<RemoteRuntime> =>
      place.kind === "worker"
        ? loadWorker({ ...order, entry })
        : this.#process(order, [pattern], place.permissions, place.limits, `the route ${file}`);
    return await naming(file, this.#hibernating(order.name, place.hibernateAfterMs, load));
  }

  /** Code that sleeps when nothing happens, where that was asked for. */
  #hibernating(name: string, hibernateAfterMs: number, load: () => Promise<RemoteRuntime>): Promise<RouteRuntime> {
    const { clock, log } = this.#parts;
    return hibernateAfterMs === 0 ? load() : HibernatingRuntime.load({ name, load, clock, log, hibernateAfterMs });
  }

  #order(name: string, deployment: string, code: RemoteOrder["boot"]["code"]): RemoteOrder {
    const { publish, log, clock, isDevelopment } = this.#parts;
    return { name, publish, log, clock, boot: { code, deployment, isDevelopment } };
  }

  async #process(
    order: RemoteOrder,
    patterns: readonly string[],
    grants: Place["permissions"],
    limits: Place["limits"],
    what: string,
  ): Promise<RemoteRuntime> {
    const { deniedPorts, env } = this.#parts;
    const hosts = await this.#hostsFor(what);
    const keeper = await (this.#keeper ??= findKeeper());
    return await loadProcess({
      ...order,
      host: await hosts.sandbox(),
      patterns,
      grants,
      limits,
      deniedPorts,
      keeper,
      env,
    });
  }

  async #loadPlugin(order: PluginOrder): Promise<{ readonly runtime: ResidentRuntime; readonly line: string }> {
    const { mount, module, permissions, limits, hibernateAfterMs } = order;
    const what = `the plug-in ${module}`;
    const source = await (await this.#hostsFor(what)).bundlePlugin(order);
    const own = this.#order(`plug-in ${mount}`, module, { kind: "module", source });
    let manifest: unknown;
    const load = async (): Promise<RemoteRuntime> => {
      const runtime = await this.#process(own, [mount], permissions, limits, what);
      manifest = runtime.manifest;
      return runtime;
    };
    const runtime = await this.#hibernating(own.name, hibernateAfterMs, load).catch((error) => {
      throw new PluginError(`${what} cannot be loaded: ${messageOf(error)}`, { cause: error });
    });
    try {
      return { runtime: new ResidentRuntime(runtime), line: describePlugin(checkManifest(manifest, order), order) };
    } catch (error) {
      await runtime.stop();
      throw error;
    }
  }

  /** Whoever needs another place needs a host for it. */
  #hostsFor(what: string): Promise<Hosts> {
    return this.#hosts ??= this.#parts.hosts().catch((error) => {
      throw new PlaceError(`${what} cannot have a place of its own: ${messageOf(error)}`, { cause: error });
    });
  }
}

/** What is wrong with a file's code, said so that the file is named, once. */
async function naming<T>(file: string, work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    if (error instanceof PlaceError) throw error;
    const message = messageOf(error);
    throw new PlaceError(message.includes(file) ? message : `${file}: ${message}`, { cause: error });
  }
}

/** When one cannot be made, the others are stopped. */
async function allOrNone(makers: ReadonlyArray<() => Promise<RouteRuntime>>): Promise<readonly RouteRuntime[]> {
  const made = await Promise.allSettled(makers.map((make) => make()));
  const runtimes = made.flatMap((one) => one.status === "fulfilled" ? [one.value] : []);
  const failed = made.find((one) => one.status === "rejected");
  if (failed === undefined) return runtimes;
  await Promise.all(runtimes.map((runtime) => runtime.stop()));
  throw failed.reason;
}
