/**
 * Addresses of brokers: what they say, and what of it may be shown.
 *
 * @module
 */
import { RefusedError } from "./refused_error.ts";

/** An address in its parts. */
export interface BrokerUrl {
  /** `host:port`, as they stand; several where the broker is several servers. */
  readonly hosts: readonly string[];
  readonly isEncrypted: boolean;
  /** Empty where there is none. */
  readonly user: string;
  /** Empty where there is none. */
  readonly password: string;
  /** What follows the host, without its slash. */
  readonly path: string;
  /** Hosts and ports: may be shown, as user and password may not. */
  readonly where: string;
}

/** What an address may look like. */
export interface UrlRules {
  /** The option it was given by, for messages. */
  readonly option: string;
  /** Scheme → whether it means TLS: `{ redis: false, rediss: true }`. */
  readonly schemes: Readonly<Record<string, boolean>>;
  /** Port where the address has none. */
  readonly port: number;
  /** For messages. */
  readonly example: string;
}

/**
 * Reads an address; where it is several servers, they are separated by commas, and user and password are the first one's.
 *
 * @throws {RefusedError} that names the option, says what it should look like, and shows no password.
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { parseBrokerUrl } from "./broker_url.ts";
 *
 * const rules = { option: "REDIS_URL", schemes: { redis: false }, port: 6379, example: "redis://127.0.0.1:6379" };
 * const { hosts, user, password, where } = parseBrokerUrl("redis://app:secret@cache", rules);
 * assertEquals([hosts, user, password, where], [["cache:6379"], "app", "secret", "cache:6379"]);
 * ```
 */
export function parseBrokerUrl(text: string, { option, schemes, port, example }: UrlRules): BrokerUrl {
  const refuse = (what: string) => new RefusedError(`${option} ${what}; it should be like ${example}`);
  const parsed = text.split(",").map((part) => parse(part.trim()));
  const urls = parsed.filter((url) => url !== undefined);
  const [first] = urls;
  if (first === undefined || urls.length < parsed.length) throw refuse("is no address");
  const names = Object.keys(schemes);
  const odd = urls.find(({ protocol }) => !names.includes(protocol.slice(0, -1)));
  if (odd !== undefined) throw refuse(`begins with "${odd.protocol}//", and not with ${names.join(":// or ")}://`);
  if (urls.some(({ hostname }) => hostname === "")) throw refuse("names no host");
  const hosts = urls.map((url) => `${url.hostname}:${url.port || port}`);
  return {
    hosts,
    isEncrypted: schemes[first.protocol.slice(0, -1)] === true,
    user: decodeURIComponent(first.username),
    password: decodeURIComponent(first.password),
    path: first.pathname.replace(/^\//, ""),
    where: hosts.join(","),
  };
}

/** Undefined for what is no URL, or has a `%` in its user or password that begins nothing. */
function parse(text: string): URL | undefined {
  try {
    const url = new URL(text);
    decodeURIComponent(url.username + url.password);
    return url;
  } catch {
    return undefined;
  }
}
