/**
 * New code in place of the old, while the connections stay.
 *
 * @module
 */
export { LiveReload, type LiveReloadParts } from "./live_reload.ts";
export { Reload, type ReloadParts } from "./reload.ts";
export { Deployments, type DeploymentsHost } from "./deployments.ts";
