/**
 * Log lines for a terminal: level, message, fields; errors with their stack.
 *
 * @module
 */

/** Levels, least severe first. */
export const LOG_LEVELS = ["debug", "info", "warn", "error", "silent"] as const;

/** One of the levels. */
export type LogLevel = typeof LOG_LEVELS[number];

/** Facts that go with a message. */
export type LogFields = Readonly<Record<string, unknown>>;

/** A log of one process. */
export interface Log {
  debug(message: string, fields?: LogFields): void;
  info(message: string, fields?: LogFields): void;
  warn(message: string, fields?: LogFields): void;
  error(message: string, fields?: LogFields): void;
}

/**
 * A log that writes lines of this level and above.
 *
 * @param write takes one line at a time, without its line feed.
 * @param correlation further facts for the line that is written: where it belongs.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { createLog } from "./log.ts";
 *
 * const lines: string[] = [];
 * const log = createLog("warn", (line) => lines.push(line));
 * log.info("not shown");
 * log.warn("refused", { status: 403, path: "/chat" });
 * assertEquals(lines, ["warn  refused status=403 path=/chat"]);
 * ```
 */
export function createLog(
  level: LogLevel,
  write: (line: string) => void,
  correlation?: () => LogFields | undefined,
): Log {
  const at = (own: LogLevel) => (message: string, fields?: LogFields): void => {
    if (LOG_LEVELS.indexOf(own) >= LOG_LEVELS.indexOf(level)) {
      write(formatLine(own, message, { ...fields, ...correlation?.() }));
    }
  };
  return { debug: at("debug"), info: at("info"), warn: at("warn"), error: at("error") };
}

function formatLine(level: LogLevel, message: string, fields: LogFields): string {
  const errors: string[] = [];
  let line = `${level.padEnd(5)} ${message}`;
  for (const [name, value] of Object.entries(fields)) {
    if (value instanceof Error) errors.push(value.stack ?? String(value));
    else line += ` ${name}=${formatValue(value)}`;
  }
  return [line, ...errors.map((stack) => stack.replaceAll(/^/gm, "      "))].join("\n");
}

/** Words as they are, everything else as JSON: a line feed a client sent cannot begin a line of ours. */
function formatValue(value: unknown): string {
  if (typeof value === "string" && /^[^\s"=\p{C}]+$/u.test(value)) return value;
  return JSON.stringify(value) ?? String(value);
}
