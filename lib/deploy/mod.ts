/**
 * New code in place of the old, while the connections stay.
 *
 * @module
 */
export { Deployments, type DeploymentsHost } from "./deployments.ts";
