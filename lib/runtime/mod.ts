/**
 * Where route code runs: loading it, checking it, and running it inline.
 *
 * @module
 */
export { type BuiltRoutes, importBuiltRoutes, loadBuiltRoutes, readBuiltCode, readManifest } from "./built_routes.ts";
export { fileUrl, NO_FOLDER, pathOfUrl } from "./file_url.ts";
export { InlineRuntime, type InlineRuntimeOptions } from "./inline_runtime.ts";
export { listRoutes, loadRoutes, RouteLoadError } from "./loader.ts";
export type { RuntimeLog } from "./log.ts";
export {
  type BuiltFile,
  CONTRACT,
  deploymentNameOf,
  type Manifest,
  MANIFEST_FILE,
  ManifestError,
  MAP_LINK,
  parseManifest,
  sha256,
} from "./manifest.ts";
export { importedFiles, withoutVersions } from "./module_versions.ts";
export { checkRouteModule, type LoadedRoute, type RoutePlace } from "./route_module.ts";
export {
  type BatchWriter,
  Calls,
  decodeValue,
  findKeeper,
  GrantError,
  type Grants,
  HibernatingRuntime,
  HibernationError,
  type Limits,
  loadProcess,
  loadWorker,
  mayUseTopic,
  missingGrants,
  Outbox,
  parseGrants,
  parseHibernation,
  parseLimits,
  type ProcessOrder,
  RecordReader,
  type RemoteOrder,
  RemoteRuntime,
  type TakeRecord,
  TEXT_FLAG,
  WireError,
  type WorkerOrder,
} from "./remote/mod.ts";
export { keepRunning } from "./stray_errors.ts";
