/**
 * Values that JSON says the whole of: what comes back is what a structured clone would be.
 *
 * @module
 */

/** Deeper values are left to others. */
const MAX_DEPTH = 64;

/**
 * The value as JSON, if that says all of it: null, booleans, finite numbers, strings, and arrays and plain objects of them,
 * none of which stands in two places.
 *
 * @returns undefined for any other value.
 *
 * @example
 * ```ts
 * import { jsonOf } from "./plain_value.ts";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(jsonOf({ user: "ada", scores: [1, 2] }), '{"user":"ada","scores":[1,2]}');
 * assertEquals(jsonOf({ at: new Date(0) }), undefined);
 * assertEquals(jsonOf({ gone: undefined }), undefined);
 * ```
 */
export function jsonOf(value: unknown): string | undefined {
  return isPlain(value, new Set(), 0) ? JSON.stringify(value) : undefined;
}

function isPlain(value: unknown, seen: Set<object>, depth: number): boolean {
  switch (typeof value) {
    case "string":
      // JSON is written in UTF-8, which has no lone surrogates.
      return value.isWellFormed();
    case "boolean":
      return true;
    case "number":
      return Number.isFinite(value) && !Object.is(value, -0);
    case "object":
      return value === null || isPlainObject(value, seen, depth);
  }
  return false;
}

function isPlainObject(value: object, seen: Set<object>, depth: number): boolean {
  if (depth === MAX_DEPTH || seen.has(value)) return false;
  seen.add(value);
  if (Array.isArray(value)) return isPlainArray(value, seen, depth);
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype) return false;
  // A clone has neither symbols nor what is not enumerable, and JSON has neither.
  for (const key of Object.keys(value)) {
    // `__proto__` would become a prototype, and `toJSON` a call.
    if (key === "__proto__" || key === "toJSON" || !key.isWellFormed()) return false;
    if (!isPlain((value as Readonly<Record<string, unknown>>)[key], seen, depth + 1)) return false;
  }
  return !("toJSON" in value);
}

/** Without holes, and without names. */
function isPlainArray(value: readonly unknown[], seen: Set<object>, depth: number): boolean {
  if (Object.getPrototypeOf(value) !== Array.prototype || "toJSON" in value) return false;
  const keys = Object.keys(value);
  // A name can make up for a hole in their number, but it stands behind all places.
  if (keys.length !== value.length || (keys.length > 0 && keys.at(-1) !== String(keys.length - 1))) return false;
  return value.every((one) => isPlain(one, seen, depth + 1));
}
