/**
 * How a failure shows values: inspected in full, and as a line-by-line difference where two of them are compared.
 *
 * @module
 */
import { inspect } from "node:util";
import { AssertionError as NodeAssertionError } from "node:assert";

/** A value on one or several lines, with nothing left out. */
export function format(value: unknown): string {
  return inspect(value, { depth: Infinity, sorted: true, compact: false, maxArrayLength: null, maxStringLength: null });
}

/** `: message` for a message, `.` without one: how a sentence of this package ends. */
export function suffix(message: string | undefined): string {
  return message ? `: ${message}` : ".";
}

/** Both values as a difference, `+` for what is there and `-` for what was expected. */
export function difference(actual: unknown, expected: unknown): string {
  if (isBytes(actual) && isBytes(expected)) return byteDifference(actual, expected);
  const whole = new NodeAssertionError({ actual, expected, operator: "deepStrictEqual", message: undefined }).message;
  return whole.replace("Expected values to be strictly deep-equal:\n", "");
}

/** How many bytes are shown from the first difference on. */
const SHOWN_BYTES = 32;

function isBytes(value: unknown): value is Uint8Array {
  return value instanceof Uint8Array;
}

/** Where two byte arrays part: a difference line by line would be a line a byte. */
function byteDifference(actual: Uint8Array, expected: Uint8Array): string {
  const differing = actual.findIndex((byte, at) => byte !== expected[at]);
  const start = differing < 0 ? actual.length : differing;
  const end = start + SHOWN_BYTES;
  return [
    `First difference at index ${start}, shown from there on in hexadecimal:`,
    `+ actual   (${className(actual)}, ${actual.length} bytes): ${hex(actual.subarray(start, end))}`,
    `- expected (${className(expected)}, ${expected.length} bytes): ${hex(expected.subarray(start, end))}`,
  ].join("\n");
}

function hex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join(" ");
}

/** The name of a value's class, or what it is where it has none. */
export function className(value: unknown): string {
  if (value === null || value === undefined) return String(value);
  return typeof value === "object" ? value.constructor?.name ?? "Object" : typeof value;
}
