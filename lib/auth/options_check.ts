/**
 * What `jwt` was told, looked at before the first token: an option that is misspelt, or left unset by a variable that is
 * not there, would otherwise be a check that is not made.
 *
 * @module
 */
import { nearestName } from "../route/table.ts";
import type { JwtOptions, KeySetOptions } from "./contract.ts";

const JWT_KEYS: readonly string[] = [
  "algorithms",
  "secret",
  "publicKey",
  "keySet",
  "issuer",
  "audience",
  "requiredClaims",
  "mayNeverExpire",
  "clockToleranceMs",
  "cookie",
  "allows",
  "onRefusal",
  "now",
] satisfies readonly (keyof JwtOptions)[];

const KEY_SET_KEYS: readonly string[] = ["url", "maxAgeMs", "minIntervalMs", "timeoutMs"] satisfies readonly (
  keyof KeySetOptions
)[];

/** The least of each wait: below it a stranger's tokens would be requests to somebody else. */
const LEAST_MS: Readonly<Record<string, number>> = { maxAgeMs: 1_000, minIntervalMs: 1_000, timeoutMs: 1 };

/**
 * Refuses options that are not known, or have no value.
 *
 * @throws {TypeError} that names the option, and nothing of what it is set to.
 */
export function checkOptions(options: JwtOptions): void {
  checkNames("jwt", options, JWT_KEYS);
  const { keySet, clockToleranceMs = 0 } = options;
  checkWait("clockToleranceMs", clockToleranceMs, 0);
  if (typeof keySet !== "object" || keySet instanceof URL) return;
  checkNames("keySet", keySet, KEY_SET_KEYS);
  for (const [name, leastMs] of Object.entries(LEAST_MS)) {
    checkWait(`keySet.${name}`, keySet[name as "maxAgeMs"] ?? leastMs, leastMs);
  }
}

function checkNames(whose: string, options: object, known: readonly string[]): void {
  for (const [name, value] of Object.entries(options)) {
    if (!known.includes(name)) {
      const nearest = nearestName(name, known);
      const hint = nearest === undefined ? `it knows ${known.join(", ")}` : `did you mean \`${nearest}\`?`;
      throw new TypeError(`${whose} does not know the option \`${name}\`; ${hint}`);
    }
    if (value === undefined || value === "" || value === null) {
      throw new TypeError(
        `${whose} has no value for \`${name}\`: leave it out, or is an environment variable not set?`,
      );
    }
  }
}

function checkWait(name: string, ms: number, leastMs: number): void {
  if (ms >= leastMs && ms < Infinity) return;
  throw new TypeError(`jwt takes as \`${name}\` a number of milliseconds of ${leastMs} or more, not ${Number(ms)}`);
}
