/**
 * The command line: taking it apart, finding what is wrong with it, and the help text.
 *
 * @module
 */
import { nearestName } from "../route/table.ts";
import type { OptionSpec } from "./option_spec.ts";
import { envOf, flagOf, OPTION_NAMES, specOf } from "./option_table.ts";
import type { OptionName } from "./option_table.ts";
import { defaultText, shown } from "./option_values.ts";

/** The file a project keeps its options in, beside its routes folder. */
export const CONFIG_FILE = "sockeye.config.ts";

/** Flags as they were written, without what they mean: the text after each, undefined where nothing came after it. */
export type FlagTexts = ReadonlyMap<string, string | undefined>;

/** A command line, taken apart. */
export interface CommandLine {
  /** By flag (`--port`). What is not a known flag is kept as it was written, for {@linkcode flagProblems}. */
  readonly flags: FlagTexts;
  /** Print the help text and end. */
  readonly help: boolean;
  /** Print the version and end. */
  readonly version: boolean;
  /** Serve on loopback, for development. */
  readonly dev: boolean;
  /** Load everything, print what would be served, and end. */
  readonly check: boolean;
}

/** Flags that take no value. */
const SWITCHES = {
  "--dev": { name: "dev", doc: "development: listen on 127.0.0.1 and check harder" },
  "--check": { name: "check", doc: "load options and routes, print them as JSON, and end" },
  "--help": { name: "help", short: "-h", doc: "print this" },
  "--version": { name: "version", short: "-V", doc: "print the version" },
} as const satisfies Record<`--${string}`, { name: keyof CommandLine; short?: string; doc: string }>;

type SwitchFlag = keyof typeof SWITCHES;
const SWITCH_FLAGS = Object.keys(SWITCHES) as SwitchFlag[];
const FLAG_OF_SHORT = new Map<string, SwitchFlag>([["-h", "--help"], ["-V", "--version"]]);
const OPTION_OF_FLAG: ReadonlyMap<string, OptionName> = new Map(OPTION_NAMES.map((name) => [flagOf(name), name]));

/** What a mistyped flag is compared with: every flag, and `--hostname` beside `--host`. */
const FLAG_OF_GUESS: ReadonlyMap<string, string> = new Map([
  ...OPTION_NAMES.map((name): [string, string] => [`--${name}`, flagOf(name)]),
  ...[...OPTION_OF_FLAG.keys(), ...SWITCH_FLAGS].map((flag): [string, string] => [flag, flag]),
]);

/** What stands for the value of a flag in the help text. */
const PLACEHOLDERS = {
  port: "N",
  workers: "N",
  host: "HOST",
  address: "ADDRESS",
  publicKey: "KEY",
  url: "URL",
  path: "DIR",
  choice: "WORD",
  list: "LIST",
  deflate: "WORD",
  switch: "",
} as const;

const HELP_COLUMNS = 100;
const DOC_COLUMN = 32;

/**
 * Takes `--port 4000`, `--port=4000` and switches apart. A list flag given twice adds up; of another one the last
 * counts. Never throws: {@linkcode flagProblems} says what is wrong, so that it can be told together with wrong values.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { parseCommandLine } from "./command_line.ts";
 *
 * const { flags, dev } = parseCommandLine(["--port=8080", "--dev", "--host", "::1"]);
 * assertEquals([...flags], [["--port", "8080"], ["--host", "::1"]]);
 * assertEquals(dev, true);
 * ```
 */
export function parseCommandLine(args: readonly string[]): CommandLine {
  const flags = new Map<string, string | undefined>();
  const switched = new Set<string>();
  for (let at = 0; at < args.length; at++) {
    const arg = args[at] ?? "";
    const equals = arg.startsWith("--") ? arg.indexOf("=") : -1;
    const flag = FLAG_OF_SHORT.get(arg) ?? (equals < 0 ? arg : arg.slice(0, equals));
    if (equals >= 0) {
      addFlag(flags, flag, arg.slice(equals + 1));
    } else if (isSwitch(flag)) {
      switched.add(flag);
    } else {
      const next = args[at + 1];
      const takesNext = isOnOff(flag)
        ? /^(?:on|off)$/i.test(next ?? "")
        : flag.startsWith("--") && next !== undefined && !next.startsWith("--");
      addFlag(flags, flag, takesNext ? next : isOnOff(flag) ? "on" : undefined);
      if (takesNext) at++;
    }
  }
  const isOn = (flag: SwitchFlag): boolean => switched.has(flag);
  return { flags, help: isOn("--help"), version: isOn("--version"), dev: isOn("--dev"), check: isOn("--check") };
}

/** One sentence for each thing on the command line that is not a flag, or a flag without its value. */
export function flagProblems(flags: FlagTexts): string[] {
  const problems: string[] = [];
  for (const [flag, text] of flags) {
    if (OPTION_OF_FLAG.has(flag)) {
      if (text === undefined) problems.push(`${flag}: needs a value, as in ${flag} ${exampleOf(flag)}`);
    } else if (isSwitch(flag)) {
      problems.push(`${flag}=${text ?? ""}: ${flag} takes no value`);
    } else if (!flag.startsWith("-")) {
      problems.push(`${shown(flag)}: not a flag; options are given as --name value`);
    } else {
      const nearest = FLAG_OF_GUESS.get(nearestName(flag, FLAG_OF_GUESS.keys()) ?? "");
      const advice = nearest === undefined ? "--help lists all" : `did you mean ${nearest}?`;
      problems.push(`${flag}: unknown flag; ${advice}`);
    }
  }
  return problems;
}

/** The help text: at most 100 columns wide, every flag with its default under its heading. */
export function helpText(): string {
  const lines = [
    "Sockeye, a WebSocket edge server: every file in the routes folder is an endpoint.",
    "",
    "Usage: deno task start [flags]",
    "",
    ...SWITCH_FLAGS.flatMap((flag) => helpLines(switchLabel(flag), SWITCHES[flag].doc)),
  ];
  let group: string | undefined;
  for (const name of OPTION_NAMES) {
    const spec = specOf(name);
    if (spec.group !== group) lines.push("", spec.group);
    group = spec.group;
    lines.push(
      ...helpLines(`${flagOf(name)} ${placeholderOf(spec)}`.trimEnd(), `${plain(spec.doc)} (${defaultText(spec)})`),
    );
  }
  lines.push("", ...wrap(ENDING, HELP_COLUMNS));
  return lines.join("\n") + "\n";
}

const ENDING = "Sizes take B, KiB, MiB and GiB, times ms, s, m and h; lists are separated by commas. " +
  `Each flag has an environment variable: --max-head-bytes is ${envOf("maxHeadBytes")}; the short ones are ` +
  `${OPTION_NAMES.filter((name) => specOf(name).env !== undefined).map(envOf).join(", ")}. ` +
  `A flag beats the environment, which beats the default export of ${CONFIG_FILE}.`;

function addFlag(flags: Map<string, string | undefined>, flag: string, text: string | undefined): void {
  const name = OPTION_OF_FLAG.get(flag);
  const before = flags.get(flag);
  const addsUp = name !== undefined && specOf(name).kind === "list" && before !== undefined && text !== undefined;
  flags.set(flag, addsUp ? `${before},${text}` : text);
}

function isSwitch(flag: string): flag is SwitchFlag {
  return Object.hasOwn(SWITCHES, flag);
}

/** Whether a flag needs no value to say something. */
function isOnOff(flag: string): boolean {
  const name = OPTION_OF_FLAG.get(flag);
  return name !== undefined && specOf(name).kind === "switch";
}

function exampleOf(flag: string): string {
  const name = OPTION_OF_FLAG.get(flag);
  const spec = name === undefined ? undefined : specOf(name);
  if (spec?.kind === "list") return spec.item === "origin" ? "https://example.com" : "10.0.0.0/8";
  if (spec?.kind === "deflate") return "on";
  if (spec?.kind === "url") return `${spec.schemes[0]}://127.0.0.1`;
  if (spec?.kind === "publicKey") return "MCowBQYDK2VwAyEA…";
  return spec === undefined ? "VALUE" : String(spec.default) || placeholderOf(spec);
}

function placeholderOf(spec: OptionSpec): string {
  if (spec.kind === "path" && spec.isFile === true) return "FILE";
  if (spec.kind !== "integer") return PLACEHOLDERS[spec.kind];
  if (spec.unit === "bytes") return "SIZE";
  return spec.unit === "ms" ? "TIME" : "N";
}

function switchLabel(flag: SwitchFlag): string {
  const row = SWITCHES[flag];
  return "short" in row ? `${row.short}, ${flag}` : flag;
}

function helpLines(label: string, doc: string): string[] {
  const [first = "", ...rest] = wrap(doc, HELP_COLUMNS - DOC_COLUMN);
  return [`  ${label}`.padEnd(DOC_COLUMN) + first, ...rest.map((line) => " ".repeat(DOC_COLUMN) + line)];
}

function plain(markdown: string): string {
  return markdown.replaceAll("`", "");
}

function wrap(text: string, columns: number): string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(" ")) {
    if (line !== "" && line.length + 1 + word.length > columns) {
      lines.push(line);
      line = word;
    } else {
      line = line === "" ? word : `${line} ${word}`;
    }
  }
  return [...lines, line];
}
