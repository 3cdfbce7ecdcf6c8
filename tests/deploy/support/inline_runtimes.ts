/**
 * The runtimes of deployments that come as one module, all of it inline.
 *
 * @module
 */
import { type BuiltRoutes, importBuiltRoutes, InlineRuntime, type RuntimeLog } from "../../../lib/runtime/mod.ts";

/** @param loaded is told of each deployment whose code was loaded. */
export function inlineRuntimesOf(log: RuntimeLog, loaded: (code: BuiltRoutes) => void = () => {}) {
  return async (deployment: string, code: Uint8Array<ArrayBuffer>): Promise<readonly InlineRuntime[]> => {
    const built = { deployment, routes: await importBuiltRoutes(code) };
    loaded(built);
    return [new InlineRuntime({ ...built, publish: () => Promise.resolve(), log, poisonViews: false })];
  };
}
