/**
 * Loads code that comes as text, where it is to run.
 *
 * @module
 */
import { checkRouteModule, type LoadedRoute } from "../route_module.ts";
/** What a bundled module exports. */
interface BundledModule {
  readonly routes?: ReadonlyArray<{
    readonly file: string;
    readonly pattern: string;
    readonly exports: Readonly<Record<string, unknown>>;
  }>;
  /** What a plug-in says of itself. */
  readonly manifest?: unknown;
}

/** Code that is there to be run. */
export interface LoadedCode {
  readonly routes: readonly LoadedRoute[];
  /** What it says of itself, if it does; not checked. */
  readonly manifest?: unknown;
}

/**
 * Runs a module that imports nothing but `node:` and exports `routes`.
 *
 * @param source JavaScript.
 * @param files whose routes are meant. Default: all.
 * @throws whatever is wrong with the code.
 */
export async function loadModule(source: string, files?: readonly string[]): Promise<LoadedCode> {
  const url = URL.createObjectURL(new Blob([source], { type: "text/javascript" }));
  try {
    const { routes = [], manifest } = await import(url) as BundledModule;
    const meant = routes.filter(({ file }) => files?.includes(file) !== false);
    return { routes: meant.map(({ exports, ...place }) => checkRouteModule(exports, place)), manifest };
  } finally {
    URL.revokeObjectURL(url);
  }
}
