/**
 * The shapes a row of the option table may have: one per kind of value.
 *
 * @module
 */

/** What an integer option counts. `bytes` takes `64KiB`, `ms` takes `10s`. */
export type OptionUnit =
  | "bytes"
  | "ms"
  | "fields"
  | "fragments"
  | "connections"
  | "topics"
  | "deployments"
  | "per second";

/** What all rows have. */
interface OptionRow {
  /** Heading it stands under in the help text. */
  readonly group: OptionGroup;
  /** What it is, in one line. */
  readonly doc: string;
  /** What happens over the limit, or with a wrong value. */
  readonly consequence: string;
  /** Whether a route may override it for its own connections. */
  readonly perRoute: boolean;
  /** The flag, where it is not the name in kebab-case. */
  readonly flag?: `--${string}`;
  /** How the default reads in help and README, where its value does not say it all. */
  readonly defaultDoc?: string;
  /** The environment variable, where it is not `SOCKEYE_` and the name in upper snake case. */
  readonly env?: string;
}

/** A whole number in `[min, max]`; 0 too, where it means off. */
export interface IntegerOption extends OptionRow {
  readonly kind: "integer";
  readonly unit: OptionUnit;
  readonly min: number;
  readonly max: number;
  readonly default: number;
  /** True: 0 is allowed and switches the limit off. */
  readonly zeroIsOff?: true;
  /** True: the default follows from the memory this machine gives the process. */
  readonly fromMemoryLimit?: true;
}

/** So many processes, or `auto`: one for each core. */
export interface WorkersOption extends OptionRow {
  readonly kind: "workers";
  readonly max: number;
  readonly default: number;
}

/** A TCP port; 0 lets the system pick a free one. */
export interface PortOption extends OptionRow {
  readonly kind: "port";
  readonly default: number;
}

/** A host name or an IP address. */
export interface HostOption extends OptionRow {
  readonly kind: "host";
  readonly default: string;
  /** The default of `--dev`. */
  readonly devDefault: string;
}

/** A host name or an IP address, and a port: `localhost:4001`, `[::1]:4001`. */
export interface AddressOption extends OptionRow {
  readonly kind: "address";
  readonly default: string;
}

/** An Ed25519 public key, as PEM or base64; empty for none. */
export interface PublicKeyOption extends OptionRow {
  readonly kind: "publicKey";
  readonly default: "";
}

/** A server's URL, empty for none; its password is never shown. */
export interface UrlOption extends OptionRow {
  readonly kind: "url";
  readonly schemes: readonly string[];
  readonly default: "";
}

/** A folder, or a file. */
export interface PathOption extends OptionRow {
  readonly kind: "path";
  readonly isFile?: true;
  /** True: empty is allowed, and is none. */
  readonly isOptional?: true;
  readonly default: string;
}

/** One of a few words. */
export interface ChoiceOption extends OptionRow {
  readonly kind: "choice";
  readonly choices: readonly string[];
  readonly default: string;
}

/** A list; `null` where having none is a policy of its own. */
export interface ListOption extends OptionRow {
  readonly kind: "list";
  readonly item: "origin" | "network";
  readonly default: readonly string[] | null;
}

/** On or off; the flag alone switches it on. */
export interface SwitchOption extends OptionRow {
  readonly kind: "switch";
  readonly default: boolean;
}

/** On or off; in code also an object that says how: the fields of `deflate_option.ts`. */
export interface DeflateOption extends OptionRow {
  readonly kind: "deflate";
  readonly default: boolean;
}

/** A row of the option table. */
export type OptionSpec =
  | IntegerOption
  | PortOption
  | WorkersOption
  | HostOption
  | AddressOption
  | PublicKeyOption
  | UrlOption
  | PathOption
  | ChoiceOption
  | ListOption
  | SwitchOption
  | DeflateOption;

/** Headings of the help text. */
export type OptionGroup =
  | "Listening"
  | "HTTP and handshake"
  | "Messages"
  | "Keepalive and timeouts"
  | "Polling"
  | "Buffers and memory"
  | "Admission"
  | "Drain"
  | "Topics"
  | "Deploys";
