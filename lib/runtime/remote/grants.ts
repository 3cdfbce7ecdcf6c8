/**
 * What code in a sandbox may reach, and what it may use up.
 *
 * @module
 */
import { nearestName } from "../../route/table.ts";

/** What code may reach beyond its channel. Nothing is granted that is not named. */
export interface Grants {
  /** Hosts that it may connect to, with or without a port: `api.example.com:443`. */
  readonly net?: readonly string[];
  /** Names of environment variables, which are passed on with their values. */
  readonly env?: readonly string[];
  /**
   * Topics that it may subscribe its peers to, have them join, and publish to; `hook:*` is every topic that begins with
   * `hook:`.
   */
  readonly topics?: readonly string[];
  /** Fields of requests that are withheld otherwise: `cookie`, `authorization`, `proxy-authorization`. */
  readonly headers?: readonly string[];
}

/** What code may use up. */
export interface Limits {
  /** Most bytes of memory for its heap and its buffers. Default: 128 MiB. */
  readonly memoryBytes?: number;
}

/** Memory that code may use where nothing else is said. */
export const DEFAULT_MEMORY_BYTES = 128 * 1024 * 1024;

/** Less than that, and nothing starts. */
const MIN_MEMORY_BYTES = 16 * 1024 * 1024;

/** Fields that say who somebody is. */
export const WITHHELD_FIELDS: readonly string[] = ["authorization", "cookie", "proxy-authorization"];

const GRANTS = ["net", "env", "topics", "headers"] as const satisfies ReadonlyArray<keyof Grants>;

/** A grant that cannot be given: the message says what is wrong, where, and what to write. */
export class GrantError extends Error {
  override readonly name = "GrantError";
}

/**
 * Reads grants.
 *
 * @param where they stand, for errors.
 * @throws {GrantError}
 *
 * @example
 * ```ts
 * import { GrantError, parseGrants } from "./grants.ts";
 * import { assertEquals, assertThrows } from "@std/assert";
 *
 * assertEquals(parseGrants({ net: ["api.example.com:443"] }, "plugins[0].permissions"), { net: ["api.example.com:443"] });
 * assertThrows(() => parseGrants({ net: ["169.254.169.254"] }, "plugins[0].permissions"), GrantError, "link-local");
 * ```
 */
export function parseGrants(value: unknown, where: string): Grants {
  if (value === undefined) return {};
  const given = recordOf(value, GRANTS, where);
  for (const name of GRANTS) {
    const list = given[name];
    if (list === undefined) continue;
    if (!Array.isArray(list) || !list.every((one) => typeof one === "string")) {
      throw new GrantError(`${where}.${name}: it must be a list of strings`);
    }
    for (const one of list) CHECKS[name](one, `${where}.${name}`);
  }
  return given as Grants;
}

/** Reads limits. @throws {GrantError} */
export function parseLimits(value: unknown, where: string): Limits {
  if (value === undefined) return {};
  const { memoryBytes } = recordOf(value, ["memoryBytes"], where);
  if (memoryBytes === undefined) return {};
  if (typeof memoryBytes !== "number" || !Number.isSafeInteger(memoryBytes) || memoryBytes < MIN_MEMORY_BYTES) {
    throw new GrantError(`${where}.memoryBytes: it must be a whole number from ${MIN_MEMORY_BYTES} on`);
  }
  return { memoryBytes };
}

/** Reads `hibernateAfterMs`: milliseconds, 0 for never. @throws {GrantError} */
export function parseHibernation(value: unknown, where: string): number {
  if (value === undefined) return 0;
  if (typeof value === "number" && Number.isSafeInteger(value) && value >= 0) return value;
  throw new GrantError(`${where}.hibernateAfterMs: it must be a whole number of milliseconds, 0 for never`);
}

/** What is asked for and not granted, each as it would have to be written; empty when everything is granted. */
export function missingGrants(asked: Grants, granted: Grants): readonly string[] {
  return GRANTS.flatMap((name) => {
    const lacking = (asked[name] ?? []).filter((one) => !(granted[name] ?? []).some((own) => covers(name, own, one)));
    return lacking.length === 0 ? [] : [`${name}: ${JSON.stringify(lacking)}`];
  });
}

/** Whether the code may use a topic. */
export function mayUseTopic({ topics = [] }: Grants, topic: string): boolean {
  return topics.some((pattern) => covers("topics", pattern, topic));
}

/** The fields that it is not shown, in lower case. */
export function withheldFields({ headers = [] }: Grants): ReadonlySet<string> {
  const shown = new Set(headers.map((name) => name.toLowerCase()));
  return new Set(WITHHELD_FIELDS.filter((name) => !shown.has(name)));
}

function covers(name: keyof Grants, own: string, one: string): boolean {
  if (own === one) return true;
  if (name === "topics") return own.endsWith("*") && one.startsWith(own.slice(0, -1));
  // A host without a port is granted with all of them.
  if (name === "net") return one.replace(/:\d+$/, "") === own && !/:\d+$/.test(own);
  return name === "headers" && own.toLowerCase() === one.toLowerCase();
}

const HOST =
  /^(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]*[a-z0-9])?)*|\[[0-9a-f:.]+\])(?::\d{1,5})?$/i;
/** Where clouds keep their secrets, and what has no business outside a link. */
const LINK_LOCAL = /^(?:169\.254\.|\[(?:fe[89ab][0-9a-f]:|::ffff:(?:169\.254\.|a9fe:)))/i;
const UNSPECIFIED = /^(?:0\.0\.0\.0|\[::(?:ffff:0\.0\.0\.0)?\])(?::|$)/i;

const CHECKS: Readonly<Record<keyof Grants, (value: string, where: string) => void>> = {
  net(value, where) {
    const wrong = (problem: string): GrantError => new GrantError(`${where}: "${value}" ${problem}`);
    if (!HOST.test(value)) throw wrong('is no host; write "api.example.com" or "api.example.com:443"');
    if (LINK_LOCAL.test(value)) throw wrong("is a link-local address, which is granted to nobody");
    if (UNSPECIFIED.test(value)) throw wrong("is the address of all addresses; name the host that is meant");
  },
  env(value, where) {
    if (/^[A-Za-z_][A-Za-z0-9_]*$/.test(value)) return;
    throw new GrantError(`${where}: "${value}" is no name of an environment variable`);
  },
  topics(value, where) {
    const name = value.replace(/\*$/, "");
    if (name !== "" && !name.includes("*")) return;
    throw new GrantError(`${where}: "${value}" must be a topic, or the beginning of one and "*", as in "hook:*"`);
  },
  headers(value, where) {
    if (WITHHELD_FIELDS.includes(value.toLowerCase())) return;
    throw new GrantError(`${where}: "${value}" is not withheld; to be granted are ${WITHHELD_FIELDS.join(", ")}`);
  },
};

function recordOf(value: unknown, keys: readonly string[], where: string): Readonly<Record<string, unknown>> {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new GrantError(`${where}: it must be an object with ${keys.join(", ")}`);
  }
  for (const key of Object.keys(value)) {
    if (keys.includes(key)) continue;
    const nearest = nearestName(key, keys);
    const hint = nearest === undefined ? `allowed: ${keys.join(", ")}` : `did you mean "${nearest}"?`;
    throw new GrantError(`${where}: unknown key "${key}"; ${hint}`);
  }
  return value as Readonly<Record<string, unknown>>;
}
