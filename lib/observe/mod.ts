/**
 * What a running server shows of itself.
 *
 * @module
 */
export { exposition, EXPOSITION_TYPE, type MetricFamily, type MetricSample } from "./exposition.ts";
export { createLog, type Log, LOG_LEVELS, type LogFields, type LogLevel, type ServerLog } from "./log.ts";
export { type LogChoice, openLog } from "./open_log.ts";
export { openTracing, type TraceFields, type Tracing } from "./trace.ts";
export { type OpeningParts, openInspector } from "./inspector/mod.ts";
