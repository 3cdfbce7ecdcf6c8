/**
 * The two forms of a log: JSON lines for programs, and text for people.
 *
 * @module
 */
import { getAnsiColorFormatter, getJsonLinesFormatter, getTextFormatter } from "@logtape/logtape";
import type { LogRecord, TextFormatter, TextFormatterOptions } from "@logtape/logtape";
import { isLoggedError, type Loggable, loggable, type LoggableError, loggableFields } from "./loggable.ts";

/** The forms. */
export const LOG_FORMATS = ["text", "json"] as const;

/** One of the forms. */
export type LogFormat = typeof LOG_FORMATS[number];

/** What a log is written to. */
export interface LogPlace {
  /** Somebody looks at it: the time of day is enough. */
  readonly isTerminal: boolean;
  readonly hasColor: boolean;
}

/** The first name of a category of the server's own. */
export const OWN_CATEGORY = "sockeye";

/** What OpenTelemetry wants beside the message, and not among the fields. */
const TRACE_NAMES = ["trace_id", "span_id", "trace_flags"];

/** Lines that go on belong to the one that began. */
const INDENT = "      ";

const DIM = "\x1b[2m";
const RESET = "\x1b[0m";

/** Characters that nobody sees, and that can hide or turn around others; LogTape escapes those below U+00A0. */
const UNSEEN = /[\u007f-\u009f\p{Cf}\u2028\u2029]/gu;

/**
 * What makes a line of a record, without its line feed. What it returns has no line feed where it is JSON; as text, the
 * lines after the first are indented, so that no field and no message can begin one.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { logFormatter } from "./log_format.ts";
 *
 * const format = logFormatter("json", { isTerminal: false, hasColor: false });
 * const message = ["refused"];
 * const record = { category: ["sockeye", "gateway"], message, rawMessage: "refused", timestamp: 0 };
 * assertEquals(JSON.parse(format({ ...record, level: "warning", properties: { status: 403 } })), {
 *   "@timestamp": "1970-01-01T00:00:00.000Z",
 *   level: "WARN",
 *   message: "refused",
 *   logger: "sockeye.gateway",
 *   fields: { status: 403 },
 * });
 * ```
 */
export function logFormatter(format: LogFormat, place: LogPlace): TextFormatter {
  const formatter = format === "json" ? jsonFormatter() : textFormatter(place);
  return (record) => formatter(shownRecord(record)).slice(0, -1).replace(UNSEEN, escaped);
}

function jsonFormatter(): TextFormatter {
  const formatter = getJsonLinesFormatter({ properties: "flatten" });
  return (record) => {
    const entries = Object.entries(record.properties);
    const isTrace = ([name, value]: [string, unknown]) => TRACE_NAMES.includes(name) && typeof value === "string";
    const fields = Object.fromEntries(entries.filter((entry) => !isTrace(entry)));
    // A field of any name stays where the fields are, whoever chose it.
    return formatter({ ...record, properties: { ...Object.fromEntries(entries.filter(isTrace)), fields } });
  };
}

function textFormatter({ isTerminal, hasColor }: LogPlace): TextFormatter {
  const options: TextFormatterOptions = {
    ...(isTerminal ? { timestamp: "time", timeZone: null } : { timestamp: "rfc3339" }),
    level: (level) => (level === "warning" ? "warn" : level).padEnd(5),
    category: ".",
    value: (value) => shownValue(value as Loggable),
    sanitize: { sgr: "escape" },
    format: ({ timestamp, level, category, message, record }) => {
      const whose = record.category[0] === OWN_CATEGORY ? "" : ` [${category}]`;
      const [first, ...others] = message.replaceAll("\r", "\\r").split("\n");
      return [`${timestamp} ${level}${whose} ${first}${fieldsOf(record, hasColor)}`, ...others, ...stacksOf(record)]
        .join(`\n${INDENT}`);
    },
  };
  return hasColor ? getAnsiColorFormatter({ ...options, categoryStyle: null }) : getTextFormatter(options);
}

/** With values that can be shown. */
function shownRecord(record: LogRecord): LogRecord {
  const { category, level, rawMessage, timestamp } = record;
  // What stands between the words of a template are values.
  const message = record.message.map((part, at) => at % 2 === 0 ? String(loggable(part)) : loggable(part));
  return { category, level, message, rawMessage, timestamp, properties: loggableFields(record.properties) };
}

function fieldsOf({ properties }: LogRecord, hasColor: boolean): string {
  return Object.entries(properties)
    .filter(([, value]) => !isLoggedError(value))
    .map(([name, value]) => {
      const named = `${shownName(name)}=`;
      return ` ${hasColor ? DIM + named + RESET : named}${shownValue(value as Loggable)}`;
    })
    .join("");
}

function stacksOf({ properties }: LogRecord): readonly string[] {
  return Object.values(properties).filter(isLoggedError).flatMap((error) => stackOf(error));
}

function stackOf(error: LoggableError): readonly string[] {
  const { name, message, stack, cause, errors } = error;
  const behind = [
    ...(cause === undefined ? [] : [cause]),
    ...(Array.isArray(errors) ? errors as readonly Loggable[] : []),
  ];
  return [
    ...(stack || `${name}: ${message}`).split("\n").map(shownLine),
    ...behind.flatMap((one) => {
      const [first = "", ...others] = isLoggedError(one) ? stackOf(one) : [shownValue(one)];
      return [`because of ${first}`, ...others];
    }),
  ];
}

/** Words as they are, everything else as JSON. */
function shownValue(value: Loggable): string {
  if (typeof value === "string" && /^[^\s"=\p{C}]+$/u.test(value)) return value;
  return JSON.stringify(value) ?? String(value);
}

/** Names are ours, or of code in a sandbox. */
function shownName(name: string): string {
  return /^[\w.-]+$/.test(name) ? name : JSON.stringify(name);
}

/** A stack is no place for control characters. */
function shownLine(line: string): string {
  return line.replace(/\p{Cc}/gu, (text) => text === "\t" ? text : escaped(text));
}

function escaped(text: string): string {
  let shown = "";
  for (let at = 0; at < text.length; at++) shown += `\\u${text.charCodeAt(at).toString(16).padStart(4, "0")}`;
  return shown;
}
