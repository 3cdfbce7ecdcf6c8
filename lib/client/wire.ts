/**
 * Messages of `sockeye.v1`, as a client writes and reads them: a line of header, a line feed, a payload.
 *
 * @module
 */
import type { ClientHeader, ServerHeader } from "../subprotocol/mod.ts";

/** What a `WebSocket` sends. */
export type Sendable = string | ArrayBuffer | ArrayBufferView | Blob;

/** What a message is made of. */
export type Payload = string | Uint8Array<ArrayBuffer> | Blob;

/** What a `WebSocket` receives. */
export type Received = string | ArrayBuffer;

/** A message of the server. Of the application's own, the header is empty. */
export interface ServerMessage {
  readonly header: ServerHeader | readonly [];
  readonly payload: Received;
}

const LINE_FEED = 10;

/** The same, in one of three forms; bytes stay where they are. */
export function payloadOf(data: Sendable): Payload {
  const { buffer, byteOffset, byteLength } = data as Partial<Uint8Array<ArrayBuffer>>;
  if (byteLength === undefined) return data instanceof Blob ? data : `${data}`;
  return new Uint8Array(buffer ?? data as ArrayBuffer, byteOffset, byteLength);
}

/** Its length in bytes. */
export function byteLengthOf(payload: Payload): number {
  return new Blob([payload]).size;
}

/**
 * Puts a header in front; an empty one, where it is left out.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { withHeader } from "./wire.ts";
 *
 * assertEquals(withHeader("hi"), "\nhi");
 * assertEquals(withHeader("hi", ["req", 7]), '["req",7]\nhi');
 * ```
 */
export function withHeader(payload: Payload, header?: ClientHeader): Payload {
  const line = (JSON.stringify(header) ?? "") + "\n";
  if (typeof payload === "string") return line + payload;
  if (payload instanceof Blob) return new Blob([line, payload]);
  const head = new TextEncoder().encode(line);
  const bytes = new Uint8Array(head.length + payload.length);
  bytes.set(head);
  bytes.set(payload, head.length);
  return bytes;
}

/**
 * Reads a message of the server.
 *
 * @throws {SyntaxError | TypeError} when the header is none.
 */
export function readServerMessage(message: Received): ServerMessage {
  const at = typeof message === "string" ? message.indexOf("\n") : new Uint8Array(message).indexOf(LINE_FEED);
  const head = message.slice(0, at >>> 0);
  const line = typeof head === "string" ? head : new TextDecoder().decode(head);
  // What is no array cannot be spread, or has a first element that nobody knows.
  return { header: [...JSON.parse(line || "[]")] as unknown as ServerHeader, payload: message.slice(at + 1) };
}
