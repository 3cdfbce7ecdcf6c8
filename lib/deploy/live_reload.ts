/**
 * Development: a file is saved, and the open sockets go on with the new code.
 *
 * @module
 */
import type { SwapReport, SwapRules } from "../gateway/mod.ts";
import type { RouteRuntime } from "../route/table.ts";
import { pathOfUrl } from "../runtime/mod.ts";
import { FileChanges } from "./file_changes.ts";

/** What a reload needs. */
export interface LiveReloadParts {
  /** The folder of the routes, absolute and without links. */
  readonly routes: string;
  /** Loads the code as it is now. The version is another one each time. */
  load(version: string): Promise<RouteRuntime>;
  /** Has it take over. */
  activate(runtime: RouteRuntime, rules: SwapRules): Promise<SwapReport>;
  /** The files that the code consists of, as URLs. */
  files(): ReadonlySet<string>;
  /** Why the code that was saved last is not served; undefined when it is. */
  tell(problem: string | undefined): void;
  readonly log: {
    info(message: string, fields?: Readonly<Record<string, unknown>>): void;
    warn(message: string, fields?: Readonly<Record<string, unknown>>): void;
    error(message: string, fields?: Readonly<Record<string, unknown>>): void;
  };
}

/** Each version stays in memory: after so many it is time to say so. */
const VERSIONS_WORTH_A_WARNING = 200;

/** What may hold code, beside the files that the code is known to import. */
const CODE = /\.[cm]?[jt]sx?$/;

/** Reloads the routes whenever a file of theirs changes. */
export class LiveReload {
  readonly #parts: LiveReloadParts;
  readonly #changes: FileChanges;
  #version = 1;
  #changed = new Set<string>();
  #reloading: Promise<void> | undefined;
  #isClosed = false;

  constructor(parts: LiveReloadParts) {
    this.#parts = parts;
    this.#changes = new FileChanges((paths) => this.#onChanges(paths));
    this.#watch();
  }

  /** Ends the watching; a reload that is under way is finished. */
  async close(): Promise<void> {
    this.#isClosed = true;
    this.#changes.close();
    await this.#reloading;
  }

  #watch(): void {
    this.#changes.watch(this.#parts.routes);
    for (const file of this.#parts.files()) this.#changes.watch(folderOf(pathOf(file)));
  }

  #onChanges(paths: ReadonlySet<string>): void {
    const files = new Set([...this.#parts.files()].map(pathOf));
    for (const path of paths) if (files.has(path) || CODE.test(path)) this.#changed.add(path);
    if (this.#changed.size > 0) this.#reloading ??= this.#reload().finally(() => this.#reloading = undefined);
  }

  async #reload(): Promise<void> {
    while (this.#changed.size > 0 && !this.#isClosed) {
      const names = [...this.#changed].map((path) => this.#nameOf(path)).sort();
      this.#changed = new Set();
      await this.#reloadOnce(names.length > 3 ? `${names.length} files` : names.join(", "));
    }
  }

  async #reloadOnce(what: string): Promise<void> {
    const { load, activate, log, tell } = this.#parts;
    const beganAt = performance.now();
    const version = String(++this.#version);
    try {
      const { moved, dismissed } = await activate(await load(version), { allowRemoval: true });
      const peers = `${moved} ${moved === 1 ? "peer goes" : "peers go"} on with it`;
      const others = dismissed === 0 ? "" : `, ${dismissed} whose route is gone got 1012`;
      tell(undefined);
      log.info(`${what}: new code in ${Math.round(performance.now() - beganAt)} ms; ${peers}${others}`);
    } catch (error) {
      const problem = error instanceof Error ? error.message : String(error);
      tell(problem);
      log.error(`${what}: the old code goes on:\n${problem.replaceAll(/^/gm, "      ")}`);
    }
    this.#watch();
    if (this.#version === VERSIONS_WORTH_A_WARNING) {
      log.warn(`${this.#version} versions of the code are in memory, which comes back with a restart only`);
    }
  }

  #nameOf(path: string): string {
    const { routes } = this.#parts;
    return path.startsWith(routes) ? path.slice(routes.length + 1).replaceAll("\\", "/") : path;
  }
}

/** As a watcher tells it. */
function pathOf(url: string): string {
  const path = pathOfUrl(new URL(url));
  return Deno.build.os === "windows" ? path.replaceAll("/", "\\") : path;
}

function folderOf(path: string): string {
  return path.replace(/[/\\][^/\\]*$/, "");
}
