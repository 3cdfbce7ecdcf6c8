/**
 * Values as a log can show them: plain, bounded, and free of surprises.
 *
 * @module
 */

/** What JSON can say. */
export type Loggable = undefined | null | boolean | number | string | readonly Loggable[] | LoggableRecord;

/** An object of such values. */
export interface LoggableRecord {
  readonly [name: string]: Loggable;
}

/** An error, in a log. */
export interface LoggableError extends LoggableRecord {
  readonly name: string;
  readonly message: string;
  readonly stack?: string;
}

/** Characters of one string, and values of one array or object: what is beyond is counted, and left out. */
export const MAX_LOGGED_CHARACTERS = 4_096;
const MAX_LOGGED_VALUES = 64;

/** Objects in objects. */
const MAX_DEPTH = 5;

/**
 * The value as a log shows it. Never throws, whatever its getters, its `toJSON` and its proxies do.
 *
 * An error becomes its name, message and stack, with its cause; bytes become their number, since what a client sent does not
 * belong into a log; what refers to itself is cut where it does.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { loggable } from "./loggable.ts";
 *
 * assertEquals(loggable({ id: 7n, body: new Uint8Array(3), at: new Date(0) }), {
 *   id: "7",
 *   body: "Uint8Array of 3 bytes",
 *   at: "1970-01-01T00:00:00.000Z",
 * });
 * ```
 */
export function loggable(value: unknown): Loggable {
  return plain(value, []);
}

/** The same for fields, of which each stands for itself. */
export function loggableFields(fields: object): LoggableRecord {
  const shown = plain(fields, []);
  return typeof shown === "object" && shown !== null && !Array.isArray(shown) ? shown as LoggableRecord : {};
}

/** Whether a value was an error. */
export function isLoggedError(value: unknown): value is LoggableError {
  if (typeof value !== "object" || value === null) return false;
  const { name, message, stack } = value as Partial<LoggableError>;
  return typeof name === "string" && typeof message === "string" && typeof stack === "string";
}

/** @param above the objects that it is in, outermost first. */
function plain(value: unknown, above: readonly object[]): Loggable {
  try {
    switch (typeof value) {
      case "string":
        return bounded(value);
      case "number":
        return Number.isFinite(value) ? value : String(value);
      case "boolean":
      case "undefined":
        return value;
      case "bigint":
      case "symbol":
        return bounded(String(value));
      case "function":
        return `function ${bounded(String(value.name))}`;
      case "object":
        return value === null ? null : plainObject(value, above);
    }
  } catch (error) {
    return unreadable(error);
  }
}

function plainObject(value: object, above: readonly object[]): Loggable {
  if (above.includes(value)) return "(circular)";
  if (above.length > MAX_DEPTH) return "(more inside)";
  const inside = [...above, value];
  if (ArrayBuffer.isView(value) || value instanceof ArrayBuffer || value instanceof SharedArrayBuffer) {
    return `${value.constructor.name} of ${value.byteLength} bytes`;
  }
  if (Error.isError(value)) return plainError(value, inside);
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? "an invalid date" : value.toISOString();
  if (value instanceof URL || value instanceof RegExp) return bounded(String(value));
  if (value instanceof Map) return plainItems([...value], inside);
  if (value instanceof Set) return plainItems([...value], inside);
  if (Array.isArray(value)) return plainItems(value, inside);
  const { toJSON } = value as { readonly toJSON?: unknown };
  if (typeof toJSON === "function") return plain(toJSON.call(value), inside);
  return plainMembers(value, Object.keys(value), inside);
}

function plainError(error: Error, inside: readonly object[]): Loggable {
  // Either may be a getter that throws.
  const words = (name: "name" | "message" | "stack"): Loggable => plain(read(error, name), inside);
  const { cause } = error;
  const own = Object.keys(error).filter((name) => !["name", "message", "stack", "cause"].includes(name));
  return {
    name: String(words("name")),
    message: String(words("message")),
    stack: String(words("stack") ?? ""),
    ...(cause === undefined ? {} : { cause: plain(cause, inside) }),
    ...(error instanceof AggregateError ? { errors: plain(error.errors, inside) } : {}),
    ...plainMembers(error, own, inside),
  };
}

function plainItems(items: readonly unknown[], inside: readonly object[]): readonly Loggable[] {
  const shown = items.slice(0, MAX_LOGGED_VALUES).map((item) => plain(item, inside));
  const left = items.length - shown.length;
  return left === 0 ? shown : [...shown, `(${left} more)`];
}

function plainMembers(value: object, names: readonly string[], inside: readonly object[]): LoggableRecord {
  const shown = names.slice(0, MAX_LOGGED_VALUES).map((name): [string, Loggable] => [
    bounded(name),
    plain(read(value, name), inside),
  ]);
  const left = names.length - shown.length;
  // It sets a member called `__proto__` as any other.
  return Object.fromEntries(left === 0 ? shown : [...shown, ["(more)", left]]);
}

function read(value: object, name: string): unknown {
  try {
    return (value as Record<string, unknown>)[name];
  } catch (error) {
    return unreadable(error);
  }
}

function bounded(text: string): string {
  const left = text.length - MAX_LOGGED_CHARACTERS;
  return left <= 0 ? text : `${text.slice(0, MAX_LOGGED_CHARACTERS)}… (${left} more characters)`;
}

function unreadable(error: unknown): string {
  try {
    return `(cannot be read: ${bounded(String((error as Error).message))})`;
  } catch {
    return "(cannot be read)"; // Not even what it threw can be.
  }
}
