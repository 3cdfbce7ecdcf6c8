/**
 * IP addresses and blocks of them: parsed strictly, written in one form, compared, and counted.
 *
 * @module
 */
import { isIpv4, quote } from "../http/mod.ts";

/** An address, parsed. */
export interface IpAddress {
  /** 4 for an IPv4-mapped IPv6 address too. */
  readonly version: 4 | 6;
  /** Eight groups of 16 bits; of an IPv4 address its mapped form, `::ffff:a.b.c.d`. */
  readonly groups: readonly number[];
}

/** All addresses that share their first bits with one. RFC 4632 §3.1, RFC 4291 §2.3. */
export interface Network {
  readonly version: 4 | 6;
  readonly groups: readonly number[];
  /** How many leading bits of the groups count, 0–128; an IPv4 prefix is 96 more than it was written. */
  readonly prefixBits: number;
}

/**
 * Parses an address strictly: four decimal octets without leading zeros, or IPv6 text (RFC 4291 §2.2) without brackets.
 * A zone (`%eth0`, RFC 4007 §11) is left out: it means nothing on another machine.
 *
 * @returns null when it is no address.
 */
export function parseAddress(text: string): IpAddress | null {
  if (isIpv4(text)) return { version: 4, groups: [...MAPPED_PREFIX, ...groupsOfIpv4(text)] };
  const groups = parseIpv6(text.replace(/%[\w.~-]+$/, ""));
  return groups === null ? null : { version: isMapped(groups) ? 4 : 6, groups };
}

/** Writes an address in its one form: dotted for IPv4 and IPv4-mapped, RFC 5952 for IPv6. */
export function formatAddress({ version, groups }: IpAddress): string {
  if (version === 6) return formatIpv6(groups);
  return groups.slice(6).flatMap((group) => [group >> 8, group & 0xff]).join(".");
}

/**
 * The one form of an address, in which equal ones are equal strings: `::ffff:1.2.3.4` is `1.2.3.4`, a zone is left out,
 * IPv6 is lower case and compressed. What is no address comes back as it is.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { normalizeAddress } from "./ip_address.ts";
 *
 * assertEquals(normalizeAddress("::ffff:192.0.2.1"), "192.0.2.1");
 * assertEquals(normalizeAddress("2001:DB8:0:0::1"), "2001:db8::1");
 * assertEquals(normalizeAddress("fe80::1%eth0"), "fe80::1");
 * ```
 */
export function normalizeAddress(text: string): string {
  if (isIpv4(text)) return text; // Its only form.
  const address = parseAddress(text);
  return address === null ? text : formatAddress(address);
}

/**
 * What a limit per client counts by: an IPv4 address itself, of an IPv6 address its /64, because one subscriber has at
 * least that many addresses (RFC 6177 §2). What is no address counts as it is.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { limitKey } from "./ip_address.ts";
 *
 * assertEquals(limitKey("192.0.2.1"), "192.0.2.1");
 * assertEquals(limitKey("2001:db8:1:2:aaaa::1"), "2001:db8:1:2::/64");
 * ```
 */
export function limitKey(address: string): string {
  if (isIpv4(address)) return address;
  const parsed = parseAddress(address);
  if (parsed === null) return address;
  if (parsed.version === 4) return formatAddress(parsed);
  return `${formatIpv6([...parsed.groups.slice(0, 4), 0, 0, 0, 0])}/64`;
}

/**
 * Parses one entry of a list of networks: an address, or a CIDR block. Bits behind the prefix are ignored.
 *
 * @throws {TypeError} when it is neither; names the entry, what is wrong with it, and what is allowed.
 */
export function parseNetwork(text: string): Network {
  const slash = text.indexOf("/");
  const written = slash === -1 ? text : text.slice(0, slash);
  // A socket's address comes without its zone, so an entry with one could not mean what it says.
  if (written.includes("%")) throw wrongNetwork(text, "zones cannot be told apart, leave out what starts with %");
  const address = parseAddress(written);
  if (address === null) throw wrongNetwork(text, `${quote(written)} is not an address`);
  if (slash === -1) return { ...address, prefixBits: 128 };

  const isDotted = !written.includes(":");
  const mostBits = isDotted ? 32 : 128;
  // In an IPv4-mapped block, a shorter prefix would reach beyond IPv4: the prefix of the dotted form was meant.
  const leastBits = address.version === 4 && !isDotted ? 96 : 0;
  const prefix = text.slice(slash + 1);
  const bits = /^(?:0|[1-9]\d{0,2})$/.test(prefix) ? Number(prefix) : NaN;
  if (!(bits >= leastBits && bits <= mostBits)) {
    throw wrongNetwork(text, `its prefix must be a number from ${leastBits} to ${mostBits}`);
  }
  return { ...address, prefixBits: isDotted ? bits + 96 : bits };
}

/**
 * A set of addresses, given one by one and in blocks. IPv4 and IPv6 are apart: `::/0` has no IPv4 address in it, and an
 * IPv4-mapped address is the IPv4 address.
 *
 * @example
 * ```ts
 * import { assert, assertFalse } from "@std/assert";
 * import { AddressSet } from "./ip_address.ts";
 *
 * const proxies = new AddressSet(["127.0.0.1", "10.0.0.0/8", "fd00::/8"]);
 * assert(proxies.has("10.1.2.3"));
 * assert(proxies.has("::ffff:10.1.2.3"));
 * assertFalse(proxies.has("192.0.2.1"));
 * ```
 */
export class AddressSet {
  readonly #networks: readonly Network[];

  /**
   * @param entries IPv4 and IPv6 addresses and CIDR blocks.
   * @throws {TypeError} when an entry is neither; names it and says what is allowed.
   */
  constructor(entries: readonly string[]) {
    this.#networks = entries.map(parseNetwork);
  }

  /** True when the address is one of the set. False for what is no address. */
  has(address: string): boolean {
    if (this.#networks.length === 0) return false;
    const parsed = parseAddress(address);
    return parsed !== null && this.#networks.some((network) => contains(network, parsed));
  }
}

/** RFC 4291 §2.5.5.2: 80 bits of zeros, 16 of ones, then the IPv4 address. */
const MAPPED_PREFIX = [0, 0, 0, 0, 0, 0xffff] as const;

/** Eight groups of four digits and their colons, the last two groups written as an IPv4 address. */
const MAX_IPV6_CHARS = 45;

function isMapped(groups: readonly number[]): boolean {
  return MAPPED_PREFIX.every((group, at) => group === groups[at]);
}

function groupsOfIpv4(text: string): number[] {
  const [a = 0, b = 0, c = 0, d = 0] = text.split(".").map(Number);
  return [a << 8 | b, c << 8 | d];
}

function parseIpv6(text: string): number[] | null {
  if (text.length > MAX_IPV6_CHARS) return null;
  const gap = text.indexOf("::");
  if (gap === -1) {
    const groups = parseGroups(text, true);
    return groups?.length === 8 ? groups : null;
  }
  const before = parseGroups(text.slice(0, gap), false);
  const after = parseGroups(text.slice(gap + 2), true);
  if (before === null || after === null) return null;
  const missing = 8 - before.length - after.length;
  // RFC 4291 §2.2: "The use of "::" indicates one or more groups of 16 bits of zeros. The "::" can only appear once".
  return missing < 1 ? null : [...before, ...new Array<number>(missing).fill(0), ...after];
}

/** Groups between single colons; none in the empty text. Only the end of an address may be written as IPv4. */
function parseGroups(text: string, isEnd: boolean): number[] | null {
  if (text === "") return [];
  const groups: number[] = [];
  const parts = text.split(":");
  for (const [at, part] of parts.entries()) {
    if (/^[\da-f]{1,4}$/i.test(part)) groups.push(parseInt(part, 16));
    else if (isEnd && at === parts.length - 1 && isIpv4(part)) groups.push(...groupsOfIpv4(part));
    else return null;
  }
  return groups;
}

function formatIpv6(groups: readonly number[]): string {
  const { start, end } = longestZeros(groups);
  const hex = (from: number, to: number): string => groups.slice(from, to).map((group) => group.toString(16)).join(":");
  return start === end ? hex(0, 8) : `${hex(0, start)}::${hex(end, 8)}`;
}

/** The run of zeros that `::` replaces; empty without one. */
function longestZeros(groups: readonly number[]): { readonly start: number; readonly end: number } {
  let longest = { start: 0, end: 0 };
  for (let start = 0; start < groups.length; start++) {
    let end = start;
    while (groups[end] === 0) end++;
    // RFC 5952 §4.2.2: "::" must not shorten just one group. §4.2.3: of equally long runs, the first is shortened.
    if (end - start > Math.max(1, longest.end - longest.start)) longest = { start, end };
  }
  return longest;
}

function contains(network: Network, address: IpAddress): boolean {
  if (network.version !== address.version) return false;
  for (let at = 0, bits = network.prefixBits; bits > 0; at++, bits -= 16) {
    const mask = bits >= 16 ? 0xffff : 0xffff << (16 - bits);
    if ((((network.groups[at] ?? 0) ^ (address.groups[at] ?? 0)) & mask) !== 0) return false;
  }
  return true;
}

function wrongNetwork(text: string, problem: string): TypeError {
  return new TypeError(
    `${quote(text)} is not an IP address or a CIDR block: ${problem}. Use 192.0.2.1, 10.0.0.0/8, ::1 or fd00::/8.`,
  );
}
