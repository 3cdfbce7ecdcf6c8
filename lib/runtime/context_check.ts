/**
 * What may be a `peer.context`.
 *
 * @module
 */
import { messageOf } from "../route/table.ts";
import { encodeValue } from "./remote/value.ts";

/** The most that the context of one connection may take, serialised. */
export const MAX_CONTEXT_BYTES = 16 * 1024;

/**
 * Refuses what cannot be a context.
 *
 * What can be told at a glance is always checked: functions, symbols, strings and buffers that are too large. To know
 * the same of an object it has to be serialised, which costs some microseconds, so that is left to development; in
 * production it shows where the context crosses a border.
 *
 * @param isThorough serialises objects.
 * @throws {TypeError} when it cannot be cloned.
 * @throws {RangeError} when it takes more than {@linkcode MAX_CONTEXT_BYTES}.
 */
export function checkContext(value: unknown, isThorough: boolean): void {
  if (typeof value === "function" || typeof value === "symbol") throw notCloneable(`a ${typeof value}`);
  if (typeof value === "string") return checkSize(value.length);
  if (typeof value !== "object" || value === null) return;
  if (ArrayBuffer.isView(value) || value instanceof ArrayBuffer) return checkSize(value.byteLength);
  if (isThorough) encodeContext(value);
}

/**
 * A context as bytes.
 *
 * @throws {TypeError} and {RangeError} as {@linkcode checkContext}.
 */
export function encodeContext(value: unknown): Uint8Array<ArrayBuffer> {
  let bytes;
  try {
    bytes = encodeValue(value);
  } catch (cause) {
    throw notCloneable(messageOf(cause), cause);
  }
  checkSize(bytes.length);
  return bytes;
}

function checkSize(bytes: number): void {
  if (bytes <= MAX_CONTEXT_BYTES) return;
  throw new RangeError(
    `peer.context takes at most ${MAX_CONTEXT_BYTES} bytes, and this takes ${bytes}; ` +
      "keep what is large in the module, under peer.id",
  );
}

function notCloneable(what: string, cause?: unknown): TypeError {
  return new TypeError(
    `peer.context must be a structured-cloneable value (${what}); keep what is not in the module, under peer.id`,
    { cause },
  );
}
