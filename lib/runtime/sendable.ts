/**
 * What route code may send, as what the gateway takes: strings and bytes.
 *
 * @module
 */
import type { Payload } from "../frame/mod.ts";
import { InlineMessage } from "./inline_message.ts";

/**
 * A string for what goes out as text, bytes for the rest.
 *
 * @param method whose argument it is, for the error.
 * @throws {TypeError} that names what it was, when it cannot be a message.
 */
export function payloadOf(method: string, sendable: unknown): Payload {
  if (typeof sendable === "string" || ArrayBuffer.isView(sendable) || sendable instanceof ArrayBuffer) return sendable;
  if (InlineMessage.isOne(sendable)) return sendable.isText ? sendable.text() : sendable.view;
  const isObject = typeof sendable === "object" && sendable !== null && !(sendable instanceof Blob);
  throw new TypeError(
    `${method} takes a string, an ArrayBuffer, a view of one, or a message, not ${kindOf(sendable)}` +
      (isObject ? "; JSON.stringify makes a string of it" : ""),
  );
}

/** Words for a value in an error. */
export function kindOf(value: unknown): string {
  if (value === null || value === undefined) return String(value);
  if (typeof value === "object") return `an object of type ${value.constructor?.name ?? "Object"}`;
  return `${String(value)} (a ${typeof value})`;
}
