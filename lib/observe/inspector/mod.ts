/**
 * The inspector: connections, frames as they pass, and what else there is to see of a running server.
 *
 * @module
 */
export { Inspector, INSPECTOR_PATHS, type InspectorParts, type InspectorPlace } from "./inspector.ts";
export { type OpeningParts, openInspector } from "./open_inspector.ts";
