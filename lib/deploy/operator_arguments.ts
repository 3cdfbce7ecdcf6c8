/**
 * The arguments of `deno task deploy`, `promote`, `rollback` and `deployments`.
 *
 * @module
 */
import { nearestName } from "../route/table.ts";
import { hostUrl } from "./admin_client.ts";

/** The commands. */
export const COMMANDS = ["deploy", "promote", "rollback", "deployments"] as const;

/** The name of one. */
export type CommandName = typeof COMMANDS[number];

/** What was asked for. */
export interface OperatorOrder {
  readonly hosts: readonly string[];
  readonly routes: string;
  readonly share?: number;
  readonly wait: boolean;
  readonly allowRemoval: boolean;
  readonly insist: boolean;
  readonly keyFile?: string;
  /** Of a deployment. */
  readonly name?: string;
}

/** The arguments are wrong: the message says which, and what to do. */
export class ArgumentError extends Error {
  override readonly name = "ArgumentError";
}

/** Where a server on this machine listens. */
export const DEFAULT_HOST = "http://127.0.0.1:4001";

interface Flag {
  readonly of: readonly CommandName[];
  /** What follows it. */
  readonly value?: string;
  readonly doc: string;
}

const FLAGS: Readonly<Record<string, Flag>> = {
  "--to": { of: COMMANDS, value: "URL", doc: `a host's admin listener (${DEFAULT_HOST}); may be given more than once` },
  "--routes": { of: ["deploy"], value: "DIR", doc: "folder of the route files (routes)" },
  "--canary": { of: ["deploy"], value: "PERCENT", doc: "for this share of the peers first, chosen by their ids" },
  "--wait": { of: COMMANDS, doc: "wait up to a minute for hosts that cannot be reached yet" },
  "--allow-removal": {
    of: ["deploy", "promote", "rollback"],
    doc: "the code may lack routes with peers: they are closed with 1012",
  },
  "--insist": { of: ["rollback"], doc: "go back whatever suspend and resume say: who cannot be resumed gets 1011" },
  "--sign": { of: ["deploy"], value: "KEYFILE", doc: "sign with this Ed25519 private key (PKCS #8, PEM)" },
};

const SUMMARIES: Readonly<Record<CommandName, readonly [usage: string, what: string]>> = {
  deploy: [
    "deno task deploy [flags]",
    "Builds the routes, and has them take over the open sockets of one or more servers.",
  ],
  promote: ["deno task promote [flags] NAME", "Has a canary serve all peers."],
  rollback: [
    "deno task rollback [flags] [NAME]",
    "Takes the canary back, or has a deployment that served before serve again.",
  ],
  deployments: ["deno task deployments [flags]", "Lists the deployments of one or more servers."],
};

/** The help text of a command. */
export function operatorHelp(command: CommandName): string {
  const [usage, what] = SUMMARIES[command];
  const rows = Object.entries(FLAGS).filter(([, { of }]) => of.includes(command))
    .map(([flag, { value, doc }]) => `  ${(value === undefined ? flag : `${flag} ${value}`).padEnd(18)}${doc}`);
  return [
    what,
    "",
    `Usage: ${usage}`,
    "",
    ...rows,
    "  -h, --help        print this",
    "",
    "The token is taken from SOCKEYE_DEPLOY_TOKEN. Exit codes: 0 done, 1 not done, 2 wrong arguments.",
    "",
  ].join("\n");
}

/** What was asked for; undefined for the help. @throws {ArgumentError} */
export function parseOperatorArguments(command: CommandName, args: readonly string[]): OperatorOrder | undefined {
  const given = new Map<string, string[]>();
  const names: string[] = [];
  const words = args.flatMap((arg) =>
    /^--[\w-]+=/.test(arg) ? [arg.slice(0, arg.indexOf("=")), arg.slice(arg.indexOf("=") + 1)] : [arg]
  );
  for (let at = 0; at < words.length; at++) {
    const word = words[at]!;
    if (word === "--help" || word === "-h") return undefined;
    if (!word.startsWith("-")) {
      names.push(word);
      continue;
    }
    const flag = flagOf(command, word);
    const value = flag.value === undefined ? "" : words[++at];
    if (value === undefined || (flag.value !== undefined && (value === "" || value.startsWith("--")))) {
      throw new ArgumentError(`${word}: needs a value: ${word} ${flag.value}`);
    }
    given.set(word, [...given.get(word) ?? [], value]);
  }
  const last = (flag: string): string | undefined => given.get(flag)?.at(-1);
  const canary = last("--canary");
  const keyFile = last("--sign");
  return {
    hosts: hostsOf(given.get("--to") ?? [DEFAULT_HOST]),
    routes: last("--routes") ?? "routes",
    ...(canary === undefined ? {} : { share: shareOf(canary) }),
    wait: given.has("--wait"),
    allowRemoval: given.has("--allow-removal"),
    insist: given.has("--insist"),
    ...(keyFile === undefined ? {} : { keyFile }),
    ...nameOf(command, names),
  };
}

function flagOf(command: CommandName, word: string): Flag {
  const flag = Object.hasOwn(FLAGS, word) ? FLAGS[word] : undefined;
  if (flag?.of.includes(command)) return flag;
  const known = Object.keys(FLAGS).filter((name) => FLAGS[name]?.of.includes(command));
  const nearest = nearestName(word, known);
  throw new ArgumentError(
    `${word}: unknown flag; ${nearest === undefined ? "--help lists all" : `did you mean ${nearest}?`}`,
  );
}

function hostsOf(texts: readonly string[]): readonly string[] {
  const hosts = [...new Set(texts.flatMap((text) => text.split(",")).map((text) => text.trim().replace(/\/+$/, "")))];
  for (const host of hosts) {
    try {
      hostUrl(host);
    } catch (error) {
      throw new ArgumentError(`--to ${(error as Error).message}`, { cause: error });
    }
  }
  return hosts;
}

function shareOf(text: string): number {
  const share = Number(/^(\d+(?:\.\d+)?)%?$/.exec(text)?.[1] ?? NaN) / 100;
  if (share > 0 && share < 1) return share;
  throw new ArgumentError(`--canary ${text}: must be a percentage above 0 and below 100, as in --canary 10`);
}

function nameOf(command: CommandName, names: readonly string[]): { readonly name?: string } {
  const [name, ...others] = names;
  const most = command === "promote" || command === "rollback" ? 1 : 0;
  if (names.length > most) {
    throw new ArgumentError(`${most === 0 ? name : others[0]}: unknown argument; --help lists all`);
  }
  if (command === "promote" && name === undefined) throw new ArgumentError("which one? deno task promote NAME");
  return name === undefined ? {} : { name };
}
