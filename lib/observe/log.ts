/**
 * The log of one process, over LogTape: records of the server, and of whoever else logs by LogTape here.
 *
 * @module
 */
import { AsyncLocalStorage } from "node:async_hooks";
import { configureSync, getLogger } from "@logtape/logtape";
import type { LogLevel as Severity, LogRecord } from "@logtape/logtape";
import { type LogFormat, logFormatter, OWN_CATEGORY } from "./log_format.ts";
import { recordOfLine } from "./log_line.ts";
import { loggableFields } from "./loggable.ts";

/** Levels, least severe first. */
export const LOG_LEVELS = ["debug", "info", "warn", "error", "silent"] as const;

/** One of the levels. */
export type LogLevel = typeof LOG_LEVELS[number];

/** Facts that go with a message. */
export type LogFields = Readonly<Record<string, unknown>>;

/** Where something is logged. */
export interface Log {
  debug(message: string, fields?: LogFields): void;
  info(message: string, fields?: LogFields): void;
  warn(message: string, fields?: LogFields): void;
  error(message: string, fields?: LogFields): void;
}

/** What a log is made of. */
export interface LogParts {
  /** The least severe that is written. */
  readonly level: LogLevel;
  readonly format: LogFormat;
  /** Takes one record at a time, without its last line feed. As text it may be of several lines. */
  write(line: string): void;
  /** Text for somebody who looks at it. Default: false. */
  readonly isTerminal?: boolean;
  /** Default: false. */
  readonly hasColor?: boolean;
  /**
   * Further fields of a record, asked when it is made: which trace it belongs to. `trace_id`, `span_id` and `trace_flags`
   * stand beside the message in JSON.
   */
  readonly correlation?: (() => LogFields | undefined) | undefined;
}

/** The log of a process. */
export interface ServerLog extends Log {
  readonly format: LogFormat;
  /** The log of a part of the server: `gateway` has the category `sockeye.gateway`. */
  of(part: string): Log;
  /**
   * Writes a line that another process has written as JSON, in the form of this log.
   *
   * @param fields are added.
   * @returns false when the line is no record.
   */
  passOn(line: string, fields: LogFields): boolean;
  /** Says why the process ends, whatever the level: words as they are where the form is text, a record in JSON. */
  end(message: string): void;
  /** From now on whoever logs by LogTape in this process, a route for instance, writes to this log, which it returns. */
  share(): ServerLog;
}

const SEVERITIES = { debug: "debug", info: "info", warn: "warning", error: "error", silent: null } as const;

/**
 * A log that writes records of this level and above.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { createLog } from "./log.ts";
 *
 * const lines: string[] = [];
 * const log = createLog({ level: "warn", format: "text", write: (line) => lines.push(line) });
 * log.info("not shown");
 * log.warn("refused", { status: 403, path: "/chat" });
 * assertEquals(lines[0]?.split(" ").slice(1).join(" "), "warn  refused status=403 path=/chat");
 * ```
 */
export function createLog(parts: LogParts): ServerLog {
  const sink = new OwnSink(parts);
  const log: ServerLog = {
    ...sink.log([OWN_CATEGORY]),
    format: parts.format,
    of: (part) => sink.log([OWN_CATEGORY, part]),
    passOn: (line, fields) => sink.passOn(line, fields),
    end: (message) => sink.end(message),
    share() {
      sink.share();
      return log;
    },
  };
  return log;
}

/** Where all records of a log come to. */
class OwnSink {
  readonly #parts: LogParts;
  readonly #format: (record: LogRecord) => string;
  #isShared = false;
  /** Whether the record that is told has come here. */
  #hasCome = false;

  constructor(parts: LogParts) {
    const { format, isTerminal = false, hasColor = false } = parts;
    this.#parts = parts;
    this.#format = logFormatter(format, { isTerminal, hasColor });
  }

  log(category: readonly string[]): Log {
    const least = LOG_LEVELS.indexOf(this.#parts.level);
    const at = (level: Exclude<LogLevel, "silent">) => {
      if (LOG_LEVELS.indexOf(level) < least) return () => {};
      return (message: string, fields?: LogFields): void => {
        this.#tell(recordOf(category, SEVERITIES[level], message, { ...readable(fields), ...this.#correlation() }));
      };
    };
    return { debug: at("debug"), info: at("info"), warn: at("warn"), error: at("error") };
  }

  end(message: string): void {
    if (this.#parts.format === "text") this.#parts.write(message);
    else this.#take(recordOf([OWN_CATEGORY], "fatal", message, {}));
  }

  passOn(line: string, fields: LogFields): boolean {
    const record = recordOfLine(line);
    if (record === undefined) return false;
    this.#tell({ ...record, properties: { ...record.properties, ...fields } });
    return true;
  }

  share(): void {
    this.#isShared = true;
    const lowestLevel: Severity | null = SEVERITIES[this.#parts.level];
    configureSync({
      reset: true,
      sinks: { own: this.#take },
      loggers: [
        { category: [], sinks: ["own"], lowestLevel },
        // What LogTape says of itself, and at `info` that it was configured.
        {
          category: ["logtape", "meta"],
          lowestLevel: lowestLevel === null || lowestLevel === "error" ? lowestLevel : "warning",
        },
      ],
      contextLocalStorage: new AsyncLocalStorage(),
    });
  }

  readonly #take = (record: LogRecord): void => {
    this.#hasCome = true;
    this.#parts.write(this.#format(record));
  };

  #tell(record: LogRecord): void {
    this.#hasCome = false;
    if (this.#isShared) getLogger(record.category).emit(record);
    // A library that configures LogTape for itself does not silence the server.
    if (!this.#hasCome) this.#take(record);
  }

  #correlation(): LogFields | undefined {
    try {
      return this.#parts.correlation?.();
    } catch {
      return undefined; // What is to be logged matters more than what it belongs to.
    }
  }
}

/** The message is no template: braces in it are braces. */
function recordOf(category: readonly string[], level: Severity, message: string, properties: LogFields): LogRecord {
  return { category, level, message: [message], rawMessage: message, timestamp: Date.now(), properties };
}

/** Its own, whatever its getters do. */
function readable(fields: LogFields = {}): LogFields {
  try {
    return { ...fields };
  } catch {
    return loggableFields(fields);
  }
}
