/**
 * Development: a file is saved, and the open sockets go on with the new code.
 *
 * @module
 */
import { pathOfUrl } from "../runtime/mod.ts";
import { FileChanges } from "./file_changes.ts";
import type { Reload } from "./reload.ts";

/** What is reloaded, and where from. */
export interface LiveReloadParts {
  /** The folder of the routes, absolute and without links. */
  readonly routes: string;
  /** The files that the code consists of, as URLs. */
  files(): ReadonlySet<string>;
  readonly reload: Pick<Reload, "run">;
}

/** What may hold code, beside the files that the code is known to import. */
const CODE = /\.[cm]?[jt]sx?$/;

/** Reloads the routes whenever a file of theirs changes. */
export class LiveReload {
  readonly #parts: LiveReloadParts;
  readonly #changes: FileChanges;
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
      await this.#parts.reload.run(names.length > 3 ? `${names.length} files` : names.join(", "), {
        allowRemoval: true,
      });
      this.#watch();
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
