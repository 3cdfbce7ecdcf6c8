/**
 * The log of a server process: to its standard error, as text in a terminal, as JSON lines otherwise.
 *
 * @module
 */
import { withoutVersions } from "../runtime/mod.ts";
import { createLog, type LogParts, type ServerLog } from "./log.ts";
import { LOG_FORMATS, type LogFormat } from "./log_format.ts";

/** What an operator chooses. */
export interface LogChoice {
  readonly logLevel: LogParts["level"];
  /** One of the forms; `auto`, and what is none, is text in a terminal and JSON otherwise. */
  readonly logFormat: string;
}

/** What may differ from one process to the other. */
export interface LogSurroundings extends Pick<LogParts, "correlation"> {
  /** Takes what is to be printed. Default: standard error. */
  readonly print?: (text: string) => void;
  /** Whether that is a terminal. Default: whether standard error is one. */
  readonly isTerminal?: boolean;
  /** Default: whether `NO_COLOR` is set. */
  readonly noColor?: boolean;
}

// As it is now: a route may put its own in the place of what the console has.
const printError = console.error.bind(console);

/** Opens the log. Each process has one. */
export function openLog({ logLevel, logFormat }: LogChoice, surroundings: LogSurroundings = {}): ServerLog {
  const { print = printError, isTerminal = Deno.stderr.isTerminal(), noColor = Deno.noColor } = surroundings;
  const { correlation } = surroundings;
  const chosen = LOG_FORMATS.find((format) => format === logFormat);
  return createLog({
    level: logLevel,
    format: chosen ?? autoFormat(isTerminal),
    isTerminal,
    hasColor: isTerminal && !noColor,
    write: (text) => print(withoutVersions(text)),
    correlation,
  });
}

function autoFormat(isTerminal: boolean): LogFormat {
  return isTerminal ? "text" : "json";
}
