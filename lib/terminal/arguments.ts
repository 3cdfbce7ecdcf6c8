/**
 * The arguments of `deno task connect`.
 *
 * @module
 */
import { checkField, isToken } from "../http/mod.ts";
import { nearestName } from "../route/table.ts";
import { type Address, parseAddress } from "./address.ts";

/** What was asked for. */
export interface ConnectOrder {
  readonly address: Address;
  /** Beside those of the handshake, in the order of the command line. */
  readonly headers: ReadonlyArray<readonly [name: string, value: string]>;
  readonly subprotocols: readonly string[];
  readonly isVerbose: boolean;
  /** Lines of input are hexadecimal, and are sent as binary messages. */
  readonly isBinary: boolean;
  /** JSON that comes is shown on several lines. */
  readonly indentsJson: boolean;
  /** Binary messages are written as they are and not as hexadecimal. */
  readonly writesRaw: boolean;
  /** permessage-deflate is offered. */
  readonly compresses: boolean;
  /** A file with certificates, in PEM. */
  readonly caFile: string | undefined;
  /** For the connection and its handshake. */
  readonly timeoutMs: number;
  /** Ends after so many messages have come. */
  readonly count: number;
  /** After the end of the input: so long nothing may come before it is closed. */
  readonly waitMs: number;
}

/** What to do. */
export type Asked =
  | { readonly kind: "help" }
  | { readonly kind: "version" }
  | { readonly kind: "connect"; readonly order: ConnectOrder };

/** The arguments are wrong: the message says which, and what to do. */
export class ArgumentError extends Error {
  override readonly name = "ArgumentError";
}

/** What holds unless something else is asked for. */
export const CONNECT_DEFAULTS = {
  /** For TCP, TLS and the handshake together. */
  timeoutMs: 10_000,
  /** After the end of the input. */
  waitMs: 1_000,
} as const;

interface Flag {
  /** Its other name. */
  readonly short?: string;
  /** What follows it. */
  readonly value?: string;
  readonly doc: string;
}

const FLAGS = {
  "--header": { short: "-H", value: "'Name: value'", doc: "a header of the handshake; may be given more than once" },
  "--subprotocol": { short: "-s", value: "NAME", doc: "offer a subprotocol; may be given more than once" },
  "--origin": { short: "-o", value: "ORIGIN", doc: "the Origin header, as in https://example.com" },
  "--token": { value: "TOKEN", doc: "who you are: with -s sockeye.v1 as its token, else as Authorization: Bearer" },
  "--verbose": { short: "-v", doc: "show the handshake, and each frame in both directions, on stderr" },
  "--binary": { short: "-x", doc: "lines of input are hexadecimal, and go out as binary messages" },
  "--json": { doc: "show JSON that comes on several lines" },
  "--raw": { doc: "write binary messages as they are, not as hexadecimal (only where stdout is no terminal)" },
  "--compress": { doc: "offer permessage-deflate, as browsers do (the default)" },
  "--no-compress": { doc: "do not offer permessage-deflate" },
  "--count": { short: "-c", value: "N", doc: "close after N messages have come" },
  "--once": { short: "-1", doc: "the same as --count 1" },
  "--wait": {
    value: "TIME",
    doc: "after the end of piped input, close when nothing has come for TIME (1s), or: forever",
  },
  "--timeout": { value: "TIME", doc: "give up when there is no connection after TIME (10s)" },
  "--ca": { value: "FILE", doc: "trust the certificates in this file (PEM), too" },
  "--insecure": { doc: "not here: Deno must be told when it starts (it says how)" },
  "--help": { short: "-h", doc: "print this" },
  "--version": { doc: "print the version" },
} as const satisfies Readonly<Record<string, Flag>>;

type FlagName = keyof typeof FLAGS;

const NAMES = new Map<string, FlagName>(
  (Object.entries(FLAGS) as Array<[FlagName, Flag]>).flatMap(([name, { short }]) =>
    short === undefined ? [[name, name]] : [[name, name], [short, name]]
  ),
);

/** The help text. */
export function connectHelp(commands: string): string {
  const rows = (Object.entries(FLAGS) as Array<[FlagName, Flag]>).map(([name, { short, value, doc }]) => {
    const left = `${short === undefined ? "    " : `${short}, `}${name}${value === undefined ? "" : ` ${value}`}`;
    return `  ${left.padEnd(30)}${doc}`;
  });
  return `Talks to a WebSocket server.

Usage: deno task connect [flags] URL

  URL   ws://host:port/path, wss://…, http(s):// for ws(s)://, host:port/path, or :port/path for 127.0.0.1

Flags:
${rows.join("\n")}

On a terminal each line you type is sent as text. Lines that begin with a slash are commands:
${commands}

Otherwise each line of stdin is one message, and a slash means nothing. At the end of the input it waits for what
still comes (--wait) and closes. Messages go to stdout, one a line where they have no line feeds of their own;
everything else goes to stderr. Times: 500ms, 2s, 1m.

Exit codes:
  0    closed with 1000, 1001 or no code, or by us
  1    no connection: not reachable, refused, or no WebSocket
  2    wrong arguments, or input that cannot be sent
  3    closed with another code, or without a Close frame
  130  Ctrl+C
`;
}

/** What was asked for. @throws {ArgumentError} */
export function parseArguments(args: readonly string[]): Asked {
  const given = new Map<FlagName, string[]>();
  const urls: string[] = [];
  const words = args.flatMap(split);
  for (let at = 0; at < words.length; at++) {
    const word = words[at]!;
    if (!word.startsWith("-") || word === "-") {
      urls.push(word);
      continue;
    }
    const name = flagOf(word);
    const { value: wanted }: Flag = FLAGS[name];
    const value = wanted === undefined ? "" : words[++at];
    if (value === undefined) throw new ArgumentError(`${word}: needs a value: ${word} ${wanted}`);
    given.set(name, [...given.get(name) ?? [], value]);
  }
  if (given.has("--help")) return { kind: "help" };
  if (given.has("--version")) return { kind: "version" };
  const [url, ...others] = urls;
  if (url === undefined) {
    throw new ArgumentError("where to? deno task connect ws://127.0.0.1:4000/echo; --help says more");
  }
  if (others.length > 0) throw new ArgumentError(`${others[0]}: one URL at a time`);
  return { kind: "connect", order: orderOf(url, given) };
}

/** `--name=value` as two words, `-vx` as two flags. */
function split(arg: string): string[] {
  const [, name, value] = /^(--[\w-]+)=(.*)$/s.exec(arg) ?? [];
  if (name !== undefined) {
    const flag = NAMES.get(name);
    const takes: Flag | undefined = flag && FLAGS[flag];
    if (takes !== undefined && takes.value === undefined) throw new ArgumentError(`${name}: takes no value`);
    return [name, value!];
  }
  if (/^-[a-zA-Z\d]{2,}$/.test(arg)) {
    const letters = [...arg.slice(1)].map((letter) => `-${letter}`);
    const flags = letters.map((letter) => NAMES.get(letter));
    const isBundle = flags.every((flag, at) =>
      flag !== undefined && (at === flags.length - 1 || (FLAGS[flag] as Flag).value === undefined)
    );
    if (isBundle) return letters;
  }
  return [arg];
}

function flagOf(word: string): FlagName {
  const name = NAMES.get(word);
  if (name !== undefined) return name;
  const nearest = nearestName(word, NAMES.keys());
  throw new ArgumentError(
    `${word}: unknown flag; ${nearest === undefined ? "--help lists all" : `did you mean ${nearest}?`}`,
  );
}

function orderOf(url: string, given: ReadonlyMap<FlagName, readonly string[]>): ConnectOrder {
  const last = (flag: FlagName): string | undefined => given.get(flag)?.at(-1);
  const address = addressOf(url);
  if (given.has("--insecure")) throw new ArgumentError(insecureAdvice(address));
  if (given.has("--compress") && given.has("--no-compress")) {
    throw new ArgumentError("--compress and --no-compress: leave one of them out");
  }
  const subprotocols = (given.get("--subprotocol") ?? []).flatMap((names) => names.split(/,\s*/)).map(checkedName);
  const count = given.has("--once") ? "1" : last("--count");
  const token = tokenPlace(last("--token"), subprotocols);
  return {
    address,
    headers: [
      ...(address.authorization === undefined ? [] : [["Authorization", address.authorization]] as const),
      ...token.headers,
      ...(given.get("--origin") ?? []).slice(-1).map((origin) => checkedHeader("--origin", "Origin", origin)),
      ...(given.get("--header") ?? []).map(headerOf),
    ],
    subprotocols: unique([...subprotocols, ...token.subprotocols]),
    isVerbose: given.has("--verbose"),
    isBinary: given.has("--binary"),
    indentsJson: given.has("--json"),
    writesRaw: given.has("--raw"),
    compresses: !given.has("--no-compress"),
    caFile: last("--ca"),
    timeoutMs: timeOf("--timeout", last("--timeout")) ?? CONNECT_DEFAULTS.timeoutMs,
    count: count === undefined ? Infinity : countOf(count),
    // Who names a number of messages waits for them.
    waitMs: timeOf("--wait", last("--wait")) ?? (count === undefined ? CONNECT_DEFAULTS.waitMs : Infinity),
  };
}

function addressOf(url: string): Address {
  try {
    return parseAddress(url);
  } catch (error) {
    throw new ArgumentError((error as Error).message, { cause: error });
  }
}

function insecureAdvice({ hostname, url }: Address): string {
  return `--insecure: only Deno can leave certificates unchecked, and must be told when it starts: ` +
    `deno run --allow-net --allow-read --unsafely-ignore-certificate-errors=${hostname} ` +
    `lib/terminal/connect_command.ts ${url}. Safer: --ca FILE`;
}

/** docs/PROTOCOL.md: a token is a second name beside `sockeye.v1`. Elsewhere it is RFC 6750's. */
function tokenPlace(
  token: string | undefined,
  subprotocols: readonly string[],
): Pick<ConnectOrder, "headers" | "subprotocols"> {
  if (token === undefined) return { headers: [], subprotocols: [] };
  if (!subprotocols.includes("sockeye.v1")) {
    return { headers: [checkedHeader("--token", "Authorization", `Bearer ${token}`)], subprotocols: [] };
  }
  const text = new TextEncoder().encode(token).toBase64({ alphabet: "base64url", omitPadding: true });
  return { headers: [], subprotocols: [`sockeye.token.${text}`] };
}

function headerOf(text: string): readonly [name: string, value: string] {
  const [, name, value = ""] = /^([^:]+):\s*(.*)$/s.exec(text) ?? [];
  if (name === undefined) throw new ArgumentError(`--header ${text}: write it as in --header 'Name: value'`);
  return checkedHeader("--header", name.trim(), value.trim());
}

function checkedHeader(flag: FlagName, name: string, value: string): readonly [name: string, value: string] {
  try {
    checkField(name, value);
  } catch (error) {
    throw new ArgumentError(`${flag}: ${(error as Error).message}`, { cause: error });
  }
  return [name, value];
}

function checkedName(name: string): string {
  if (isToken(name)) return name;
  throw new ArgumentError(`--subprotocol ${name}: not a name of a subprotocol; use letters, digits, and . - _`);
}

function unique(names: readonly string[]): readonly string[] {
  // RFC 6455 §4.1: the elements "MUST all be unique strings."
  return [...new Set(names)];
}

function countOf(text: string): number {
  if (/^[1-9]\d{0,14}$/.test(text)) return Number(text);
  throw new ArgumentError(`--count ${text}: must be a whole number from 1 on`);
}

const UNIT_MS: Readonly<Record<string, number>> = { "": 1, ms: 1, s: 1_000, m: 60_000 };
/** What a timer of the platform can hold. */
const MAX_TIMER_MS = 2 ** 31 - 1;

function timeOf(flag: FlagName, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  if (text === "forever") return Infinity;
  const [, number = "", unit = ""] = /^(\d+(?:\.\d+)?)(ms|s|m|)$/.exec(text) ?? [];
  const timeMs = Math.round(Number(number) * UNIT_MS[unit]!);
  if (number !== "" && timeMs <= MAX_TIMER_MS) return timeMs;
  throw new ArgumentError(`${flag} ${text}: must be a time as in 500ms, 2s or 1m, or forever`);
}
