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

/** Characters of one string: those beyond are counted, and left out. */
export const MAX_LOGGED_CHARACTERS = 4_096;

/** Characters of all strings together: collectors cut lines, most of them at 16 KiB and more. */
export const MAX_LOGGED_IN_ALL = 16_384;

/** Values of one array or object. */
const MAX_LOGGED_VALUES = 64;

/** Objects in objects. */
const MAX_DEPTH = 5;

/** What any value takes of the characters, with its name. */
const VALUE_CHARACTERS = 8;

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
  return new Look().at(value, []);
}

/** The same for fields, of which each stands for itself. */
export function loggableFields(fields: object): LoggableRecord {
  const shown = loggable(fields);
  return typeof shown === "object" && shown !== null && !Array.isArray(shown) ? shown as LoggableRecord : {};
}

/** Whether a value was an error. */
export function isLoggedError(value: unknown): value is LoggableError {
  if (typeof value !== "object" || value === null) return false;
  const { name, message, stack } = value as Partial<LoggableError>;
  return typeof name === "string" && typeof message === "string" && typeof stack === "string";
}

/** One look at a value. */
class Look {
  #left = MAX_LOGGED_IN_ALL;

  /** @param above the objects that it is in, outermost first. */
  at(value: unknown, above: readonly object[]): Loggable {
    this.#left -= VALUE_CHARACTERS;
    try {
      switch (typeof value) {
        case "string":
          return this.#text(value);
        case "number":
          return Number.isFinite(value) ? value : String(value);
        case "boolean":
        case "undefined":
          return value;
        case "bigint":
        case "symbol":
          return this.#text(String(value));
        case "function":
          return `function ${this.#text(String(value.name))}`;
        case "object":
          return value === null ? null : this.#object(value, above);
      }
    } catch (error) {
      return this.#unreadable(error);
    }
  }

  #object(value: object, above: readonly object[]): Loggable {
    if (above.includes(value)) return "(circular)";
    if (above.length > MAX_DEPTH || this.#left <= 0) return "(more inside)";
    const inside = [...above, value];
    if (ArrayBuffer.isView(value) || value instanceof ArrayBuffer || value instanceof SharedArrayBuffer) {
      return `${this.#text(String(value.constructor.name))} of ${value.byteLength} bytes`;
    }
    if (Error.isError(value)) return this.#error(value, inside);
    if (value instanceof Date) return Number.isNaN(value.getTime()) ? "an invalid date" : value.toISOString();
    if (value instanceof URL || value instanceof RegExp) return this.#text(String(value));
    if (value instanceof Map || value instanceof Set) return this.#items([...value], inside);
    if (Array.isArray(value)) return this.#items(value, inside);
    const { toJSON } = value as { readonly toJSON?: unknown };
    if (typeof toJSON === "function") return this.at(toJSON.call(value), inside);
    return this.#members(value, Object.keys(value), inside);
  }

  #error(error: Error, inside: readonly object[]): Loggable {
    // Each may be a getter that throws.
    const words = (name: "name" | "message" | "stack"): string => {
      const word = this.at(this.#read(error, name), inside);
      return typeof word === "string" ? word : "";
    };
    const { cause } = error;
    const own = Object.keys(error).filter((name) => !["name", "message", "stack", "cause"].includes(name));
    return {
      name: words("name"),
      message: words("message"),
      stack: words("stack"),
      ...(cause === undefined ? {} : { cause: this.at(cause, inside) }),
      ...(error instanceof AggregateError ? { errors: this.at(error.errors, inside) } : {}),
      ...this.#members(error, own, inside),
    };
  }

  #items(items: readonly unknown[], inside: readonly object[]): readonly Loggable[] {
    const shown: Loggable[] = [];
    for (let at = 0; at < items.length && this.#hasRoom(shown.length); at++) shown.push(this.at(items[at], inside));
    const left = items.length - shown.length;
    return left === 0 ? shown : [...shown, `(${left} more)`];
  }

  #members(value: object, names: readonly string[], inside: readonly object[]): LoggableRecord {
    const shown: [string, Loggable][] = [];
    for (let at = 0; at < names.length && this.#hasRoom(shown.length); at++) {
      const name = names[at]!;
      shown.push([this.#text(name), this.at(this.#read(value, name), inside)]);
    }
    const left = names.length - shown.length;
    // It sets a member called `__proto__` as any other.
    return Object.fromEntries(left === 0 ? shown : [...shown, ["(more)", left]]);
  }

  #hasRoom(count: number): boolean {
    return count < MAX_LOGGED_VALUES && this.#left > 0;
  }

  #read(value: object, name: string): unknown {
    try {
      return (value as Record<string, unknown>)[name];
    } catch (error) {
      return this.#unreadable(error);
    }
  }

  #text(text: string): string {
    const room = Math.min(MAX_LOGGED_CHARACTERS, Math.max(this.#left, 0));
    this.#left -= text.length;
    const left = text.length - room;
    return left <= 0 ? text : `${text.slice(0, room)}… (${left} more characters)`;
  }

  #unreadable(error: unknown): string {
    try {
      return `(cannot be read: ${this.#text(String((error as Error).message))})`;
    } catch {
      return "(cannot be read)"; // Not even what it threw can be.
    }
  }
}
