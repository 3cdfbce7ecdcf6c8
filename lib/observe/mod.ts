/**
 * What a running server shows of itself.
 *
 * @module
 */
export { createLog, type Log, LOG_LEVELS, type LogFields, type LogLevel } from "./log.ts";
