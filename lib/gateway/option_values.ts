/**
 * The values of options: read from text, checked, and written back.
 *
 * @module
 */
import { isIP } from "node:net";
import { parseAllowedOrigin } from "../handshake/mod.ts";
import { deflateProblem } from "./deflate_option.ts";
import { parseNetwork } from "./ip_address.ts";
import type { IntegerOption, ListOption, OptionSpec } from "./option_spec.ts";
import type { OptionValue } from "./option_table.ts";
import { publicKeyBytes } from "./public_key.ts";

/** A value, or the sentence that says what it must be. */
export type Reading =
  | { readonly ok: true; readonly value: OptionValue }
  | { readonly ok: false; readonly problem: string };

/** So many workers as there are cores. */
const AUTO_WORKERS = "auto";

const SIZE_FACTORS = { b: 1, kib: 1024, mib: 1024 ** 2, gib: 1024 ** 3, tib: 1024 ** 4 } as const;
const DURATION_FACTORS = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000 } as const;
const NO_FACTORS = {} as const;

/**
 * Reads what a flag or an environment variable says: `64KiB`, `10s`, `off`, `a,b`.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { GATEWAY_OPTIONS } from "./option_table.ts";
 * import { readText } from "./option_values.ts";
 *
 * assertEquals(readText(GATEWAY_OPTIONS.maxMessageBytes, "64KiB"), { ok: true, value: 65_536 });
 * assertEquals(readText(GATEWAY_OPTIONS.pongTimeoutMs, "2m"), { ok: true, value: 120_000 });
 * ```
 */
export function readText(spec: OptionSpec, text: string): Reading {
  const trimmed = text.trim();
  const reading = checkValue(spec, valueOfText(spec, trimmed));
  if (reading.ok) return reading;
  return { ok: false, problem: reading.problem + hintOf(spec) };
}

/** Checks a value that came from code: a config file or a route. */
export function checkValue(spec: OptionSpec, value: unknown): Reading {
  switch (spec.kind) {
    case "integer":
      return isAllowedInteger(spec, value) ? fits(value) : misses(`must be ${rangeOf(spec)}`);
    case "port":
      return isWhole(value) && value >= 0 && value <= 65_535
        ? fits(value)
        : misses("must be a port, 0 to 65535 (0: any free one)");
    case "workers":
      return value === AUTO_WORKERS || (isWhole(value) && value >= 1 && value <= spec.max)
        ? fits(value)
        : misses(`must be a number of processes, 1 to ${spec.max}, or ${AUTO_WORKERS} (one for each core)`);
    case "host":
      return typeof value === "string" && isHost(value)
        ? fits(value)
        : misses("must be an IP address or a host name, without port");
    case "address":
      return typeof value === "string" && isAddress(value)
        ? fits(value)
        : misses("must be host:port, as in 127.0.0.1:4001 or [::1]:4001");
    case "publicKey":
      return typeof value === "string" && (value === "" || publicKeyBytes(value) !== undefined)
        ? fits(value)
        : misses("must be an Ed25519 public key, as PEM or base64");
    case "url":
      return typeof value === "string" && (value === "" || isServerUrl(value, spec.schemes))
        ? fits(value)
        : misses(`must be the URL of a server, ${spec.schemes[0]}://host:port`);
    case "path":
      return typeof value === "string" && (value !== "" || spec.isOptional === true) && !value.includes("\0")
        ? fits(value)
        : misses(`must be the path of a ${spec.isFile === true ? "file" : "folder"}`);
    case "choice":
      return typeof value === "string" && spec.choices.includes(value)
        ? fits(value as OptionValue)
        : misses(`must be one of ${spec.choices.join(", ")}`);
    case "list":
      return checkList(spec, value);
    case "switch":
      return typeof value === "boolean" ? fits(value) : misses("must be on or off");
    case "deflate": {
      const problem = deflateProblem(value);
      if (problem !== undefined) return misses(problem);
      return fits(typeof value === "object" ? Object.freeze({ ...value }) : value as OptionValue);
    }
  }
}

/** Writes a value so that {@linkcode readText} reads it back: in the largest unit that divides it. */
export function textOf(spec: OptionSpec, value: OptionValue): string {
  if (value === null) return "";
  if (typeof value === "boolean") return value ? "on" : "off";
  if (typeof value === "object") return isList(value) ? value.join(",") : jsonOf(value) ?? "";
  if (typeof value === "string") return value;
  if (spec.kind !== "integer") return String(value);
  if (value === 0 && spec.zeroIsOff === true) return "off";
  return inLargestUnit(spec, value);
}

/** How the default reads in the help text and the README. */
export function defaultText(spec: OptionSpec): string {
  return spec.defaultDoc ?? textOf(spec, spec.default as OptionValue);
}

/** How a wrong value is shown in an error: as JSON where it has one, cut where it is long. */
export function shown(value: unknown): string {
  const text = typeof value === "bigint" ? `${value}n` : jsonOf(value) ?? String(value);
  const safe = withoutPassword(text);
  return safe.length <= 80 ? safe : safe.slice(0, 77) + "...";
}

/** A text in which nobody is shown the user and the password of a URL. */
export function withoutPassword(text: string): string {
  return text.replace(/\/\/[^/@\s]*@/g, "//...@");
}

function jsonOf(value: unknown): string | undefined {
  if (typeof value === "number") return String(value);
  try {
    return JSON.stringify(value);
  } catch {
    // A value that refers to itself has no JSON.
    return Object.prototype.toString.call(value);
  }
}

function isServerUrl(text: string, schemes: readonly string[]): boolean {
  // Several servers of one cluster are separated by commas.
  const url = URL.parse(text.split(",")[0] ?? "");
  return url !== null && url.hostname !== "" && schemes.includes(url.protocol.slice(0, -1));
}

function fits(value: OptionValue): Reading {
  return { ok: true, value };
}

function misses(problem: string): Reading {
  return { ok: false, problem };
}

function valueOfText(spec: OptionSpec, text: string): unknown {
  switch (spec.kind) {
    case "integer":
      if (spec.zeroIsOff === true && text.toLowerCase() === "off") return 0;
      return numberOfText(text, factorsOf(spec));
    case "port":
      return numberOfText(text, NO_FACTORS);
    case "workers":
      return text.toLowerCase() === AUTO_WORKERS ? AUTO_WORKERS : numberOfText(text, NO_FACTORS);
    case "list":
      return text.split(",").map((item) => item.trim()).filter((item) => item !== "");
    case "switch":
    case "deflate": {
      const word = text.toLowerCase();
      return word === "on" ? true : word === "off" ? false : text;
    }
    case "host":
      return text.replace(/^\[(.*)\]$/, "$1");
    default:
      return text;
  }
}

/** Digits and perhaps one of the suffixes; anything else is NaN, which no check lets through. */
function numberOfText(text: string, factors: Readonly<Record<string, number>>): number {
  const [, digits, suffix] = /^(\d+) ?([a-z]*)$/i.exec(text) ?? [];
  if (digits === undefined || suffix === undefined) return NaN;
  if (suffix === "") return Number(digits);
  const name = suffix.toLowerCase();
  return Object.hasOwn(factors, name) ? Number(digits) * (factors[name] ?? NaN) : NaN;
}

function factorsOf(spec: IntegerOption): Readonly<Record<string, number>> {
  if (spec.unit === "bytes") return SIZE_FACTORS;
  return spec.unit === "ms" ? DURATION_FACTORS : NO_FACTORS;
}

function isWhole(value: unknown): value is number {
  return typeof value === "number" && Number.isSafeInteger(value);
}

function isAllowedInteger(spec: IntegerOption, value: unknown): value is number {
  if (!isWhole(value)) return false;
  return value === 0 && spec.zeroIsOff === true || value >= spec.min && value <= spec.max;
}

function rangeOf(spec: IntegerOption): string {
  const noun = spec.unit === "ms" ? "milliseconds" : spec.unit;
  const counted = noun === "per second" ? "a whole number per second" : `a whole number of ${noun}`;
  const off = spec.zeroIsOff === true ? ", or 0 for off" : "";
  return `${counted}, ${spec.min} to ${spec.max}${spec.unit === "bytes" ? ` (${textOf(spec, spec.max)})` : ""}${off}`;
}

function isList(value: object): value is readonly string[] {
  return Array.isArray(value);
}

function hintOf(spec: OptionSpec): string {
  if (spec.kind === "list") return "; items are separated by commas";
  if (spec.kind === "deflate") return "; a flag or a variable says on or off";
  if (spec.kind !== "integer") return "";
  if (spec.unit === "bytes") return "; B, KiB, MiB or GiB may follow";
  return spec.unit === "ms" ? "; ms, s, m or h may follow" : "";
}

function inLargestUnit(spec: IntegerOption, value: number): string {
  const names: Readonly<Record<string, string>> = { kib: "KiB", mib: "MiB", gib: "GiB", tib: "TiB" };
  const units = Object.entries(factorsOf(spec)).reverse();
  const [name, factor] = units.find(([, factor]) => value % factor === 0 && value >= factor) ?? ["", 1];
  return factor === 1 && spec.unit === "bytes" ? String(value) : `${value / factor}${names[name] ?? name}`;
}

function checkList(spec: ListOption, value: unknown): Reading {
  const word = spec.item === "origin" ? "origins (https://host[:port])" : "IP addresses or CIDR blocks (10.0.0.0/8)";
  if (value === null && spec.default === null) return fits(null);
  if (!Array.isArray(value)) return misses(`must be a list of ${word}`);
  const items: unknown[] = value;
  const parse = spec.item === "origin" ? parseAllowedOrigin : parseNetwork;
  for (const item of items) {
    const problem = typeof item === "string" ? complaintOf(parse, item) : `${shown(item)} is not a string`;
    if (problem !== undefined) return misses(`must be a list of ${word}; ${problem}`);
  }
  return fits(Object.freeze([...items]) as readonly string[]);
}

/** What the parser that is used at run time says against an item. */
function complaintOf(parse: (item: string) => unknown, item: string): string | undefined {
  try {
    parse(item);
    return undefined;
  } catch (error) {
    if (error instanceof TypeError) return error.message.replace(/\.$/, "");
    throw error;
  }
}

function isAddress(text: string): boolean {
  const [, v6, name, port] = /^(?:\[([^\]]+)\]|([^:]+)):(\d{1,5})$/.exec(text) ?? [];
  if (Number(port ?? NaN) > 65_535) return false;
  return v6 === undefined ? name !== undefined && isHost(name) : isIP(v6) === 6;
}

/** RFC 1123 §2.1 names, with the underscore that container networks use; a last label of digits is a broken address. */
function isHost(text: string): boolean {
  if (isIP(text) !== 0) return true;
  if (text.length > 253) return false;
  const labels = text.split(".");
  return labels.every((label) => /^[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?$/i.test(label)) &&
    !/^\d+$/.test(labels.at(-1) ?? "");
}
