/**
 * Reads a line of a JSON log again: a parent writes the records of its workers among its own.
 *
 * @module
 */
import type { LogRecord } from "@logtape/logtape";

const LEVELS: Readonly<Record<string, LogRecord["level"]>> = {
  TRACE: "trace",
  DEBUG: "debug",
  INFO: "info",
  WARN: "warning",
  ERROR: "error",
  FATAL: "fatal",
};

/** What every line of a log begins with, and nearly no other. */
const BEGINNING = '{"@timestamp":"';

/** The record that a line is; undefined when it is none, but what a program has printed. */
export function recordOfLine(line: string): LogRecord | undefined {
  if (!line.startsWith(BEGINNING)) return undefined;
  let read: Record<string, unknown>;
  try {
    read = JSON.parse(line);
  } catch {
    return undefined; // It only began like one, or was cut.
  }
  const { "@timestamp": time, level, message, logger, fields, ...trace } = read;
  const timestamp = Date.parse(String(time));
  const severity = LEVELS[String(level)];
  const isRecord = typeof message === "string" && typeof logger === "string" && typeof fields === "object" &&
    !Array.isArray(fields);
  if (!isRecord || fields === null || severity === undefined || Number.isNaN(timestamp)) return undefined;
  const category = logger === "" ? [] : logger.split(".");
  const properties = { ...fields, ...trace };
  return { category, level: severity, message: [message], rawMessage: message, timestamp, properties };
}
