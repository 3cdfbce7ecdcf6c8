/**
 * Files that change, told when they have come to rest: an editor saves in several steps.
 *
 * @module
 */

/** An editor is quicker between two steps. */
const REST_MS = 15;

/** Folders whose files are nobody's code. */
const PASSED_OVER = /(?:^|[/\\])(?:node_modules|\.git)(?:[/\\]|$)/;

/** Watches folders, and tells which files changed. */
export class FileChanges {
  readonly #onChanges: (paths: ReadonlySet<string>) => void;
  readonly #restMs: number;
  readonly #watchers = new Map<string, Deno.FsWatcher>();
  #paths = new Set<string>();
  #timer: ReturnType<typeof setTimeout> | undefined;
  #isClosed = false;

  /**
   * Watches nothing yet.
   *
   * @param onChanges gets absolute paths: files that were written, created, renamed or removed.
   * @param restMs so long nothing may change before it is told. Default: 15.
   */
  constructor(onChanges: (paths: ReadonlySet<string>) => void, restMs = REST_MS) {
    this.#onChanges = onChanges;
    this.#restMs = restMs;
  }

  /** Watches a folder and all that is in it, unless it does already. */
  watch(folder: string): void {
    if (this.#isClosed) return;
    for (const watched of this.#watchers.keys()) if (isInside(folder, watched)) return;
    const watcher = Deno.watchFs(folder, { recursive: true });
    this.#watchers.set(folder, watcher);
    void this.#follow(watcher);
  }

  /** Ends the watching. */
  close(): void {
    this.#isClosed = true;
    clearTimeout(this.#timer);
    for (const watcher of this.#watchers.values()) watcher.close();
    this.#watchers.clear();
  }

  async #follow(watcher: Deno.FsWatcher): Promise<void> {
    for await (const { kind, paths } of watcher) {
      if (kind === "access") continue;
      for (const path of paths) if (!PASSED_OVER.test(path)) this.#paths.add(path);
      if (this.#paths.size === 0 || this.#isClosed) continue;
      clearTimeout(this.#timer);
      this.#timer = setTimeout(this.#tell, this.#restMs);
    }
  }

  readonly #tell = (): void => {
    const paths = this.#paths;
    this.#paths = new Set();
    this.#onChanges(paths);
  };
}

function isInside(path: string, folder: string): boolean {
  return path === folder || path.startsWith(`${folder}/`) || path.startsWith(`${folder}\\`);
}
