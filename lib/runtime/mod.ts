/**
 * Where route code runs: loading it, checking it, and running it inline.
 *
 * @module
 */
export { InlineRuntime, type InlineRuntimeOptions } from "./inline_runtime.ts";
export { loadRoutes, RouteLoadError } from "./loader.ts";
export type { RuntimeLog } from "./log.ts";
export { importedFiles } from "./module_versions.ts";
export { checkRouteModule, type LoadedRoute, type RoutePlace } from "./route_module.ts";
