/**
 * Values that cross a border: structured clones as bytes, and errors as what is known of them.
 *
 * @module
 */
import { deserialize, serialize } from "node:v8";
import { messageOf } from "../../route/table.ts";
import { jsonOf } from "./plain_value.ts";
import { WireError } from "./wire.ts";

/** An error as it crosses a border. */
export interface ErrorRecord {
  readonly name: string;
  readonly message: string;
  readonly stack?: string;
  readonly cause?: ErrorRecord;
}

/** The first byte of a value: what the others are. */
export const VALUE = { UNDEFINED: 0, JSON: 1, CLONE: 2 } as const;

/** So deep causes are told. */
const MAX_CAUSES = 4;

const encoder = new TextEncoder();
const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/**
 * A value as bytes: as JSON where that says all of it, as a structured clone otherwise.
 *
 * A serialiser of the runtime is an object that lives until the garbage collector ends it, and each that ends is searched
 * for among all that live: some ten thousand of them stop the process for seconds (measured: 4,000 values for each of 40
 * swaps, 2.4 s). So it is left to what JSON cannot say.
 *
 * @throws {TypeError} when it cannot be cloned.
 */
export function encodeValue(value: unknown): Uint8Array<ArrayBuffer> {
  if (value === undefined) return new Uint8Array([VALUE.UNDEFINED]);
  try {
    const json = jsonOf(value);
    return json === undefined ? tagged(VALUE.CLONE, serialize(value)) : tagged(VALUE.JSON, encoder.encode(json));
  } catch (cause) {
    throw new TypeError(messageOf(cause), { cause });
  }
}

/**
 * The value in `bytes[start, end)`.
 *
 * @throws {WireError} when there is none.
 */
export function decodeValue(bytes: Uint8Array<ArrayBuffer>, start: number, end: number): unknown {
  // What lies behind an empty payload is another record's.
  const tag = start < end ? bytes[start] : undefined;
  const body = bytes.subarray(start + 1, end);
  try {
    if (tag === VALUE.UNDEFINED) return undefined;
    if (tag === VALUE.JSON) return JSON.parse(decoder.decode(body));
    if (tag === VALUE.CLONE) return deserialize(body);
  } catch (cause) {
    throw new WireError("a payload is not the value it should be", { cause });
  }
  throw new WireError(`a value of the unknown kind ${tag}`);
}

function tagged(tag: number, body: Uint8Array): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(1 + body.length);
  bytes[0] = tag;
  bytes.set(body, 1);
  return bytes;
}

/** Whatever was thrown, as a record. */
export function errorRecord(thrown: unknown, depth = 0): ErrorRecord {
  if (!(thrown instanceof Error)) return { name: "", message: describe(thrown) };
  const { name, message, stack, cause } = thrown;
  return {
    name: describe(name),
    message: describe(message),
    ...(stack === undefined ? {} : { stack: describe(stack) }),
    ...(cause === undefined || depth === MAX_CAUSES ? {} : { cause: errorRecord(cause, depth + 1) }),
  };
}

/** The error that a record tells of; what was thrown and is no error comes as its words. */
export function errorOf(record: unknown): unknown {
  const { name, message, stack, cause } = (record ?? {}) as Partial<ErrorRecord>;
  if (name === "") return message;
  const error = new Error(describe(message), cause === undefined ? undefined : { cause: errorOf(cause) });
  error.name = describe(name);
  if (typeof stack === "string") error.stack = stack;
  return error;
}

/** Never throws: what stands in an error, or instead of one, may be anything. */
function describe(thrown: unknown): string {
  try {
    return typeof thrown === "object" && thrown !== null ? JSON.stringify(thrown) ?? String(thrown) : String(thrown);
  } catch {
    return Object.prototype.toString.call(thrown);
  }
}
