/**
 * New code in place of the old, while the connections stay.
 *
 * @module
 */
export { builtHosts } from "./built_hosts.ts";
export { CodeRuntimes, type CodeRuntimesParts, type Hosts, LOCAL_DEPLOYMENT, PlaceError } from "./code_runtimes.ts";
export { ConfigError, readConfig } from "./config.ts";
export { type ParentOrders, parentOrders, type ParentOrdersParts } from "./parent_orders.ts";
export { checkPlaces, parsePlacement, type Placement, PlacementError } from "./placement.ts";
export { PluginError } from "./plugin.ts";
export { json, problem, refused } from "./admin_answer.ts";
export { type GuardParts, type MetricsGuardParts, metricsRefusalOf, refusalOf } from "./admin_guard.ts";
export { type AdminTokens, hasTokens, readTokens, TokenError } from "./admin_tokens.ts";
export { AdminListener, AdminListenError } from "./admin_listener.ts";
export { type DeployPlace, DeployService, type DeployServiceParts } from "./deploy_service.ts";
export type { DeployFacts, DeployTracer, OperationName, StepName } from "./deploy_tracer.ts";
export { Deployment, type DeploymentCode, type DeploymentState, type DeploymentStatus } from "./deployment.ts";
export { DataDirError, DeploymentStore } from "./deployment_store.ts";
export {
  type ActivationReport,
  type ActivationRules,
  DeploymentConflict,
  type DeploymentJournal,
  Deployments,
  type DeploymentsHost,
  type DeploymentsParts,
  UnknownDeployment,
} from "./deployments.ts";
export { processMetrics, readProcess } from "./process_metrics.ts";
export { openMetricsWarning } from "./public_metrics.ts";
export { RecentText } from "./recent_text.ts";
export { LiveReload, type LiveReloadParts } from "./live_reload.ts";
export { Reload, type ReloadParts } from "./reload.ts";
export { rehearse } from "./rehearsal.ts";
export { readBody } from "./request_body.ts";
export { RequestError } from "./request_error.ts";
export { startRoutes, tableOf } from "./starting.ts";
export { checkUpload, encodeUpload, readUpload, type UploadedCode } from "./upload.ts";
export { DEPLOY_START_ERRORS } from "./start_errors.ts";
