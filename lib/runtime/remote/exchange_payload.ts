/**
 * A request of ordinary HTTP as one payload: what is said of it, and its body behind that.
 *
 * @module
 */
import type { ExchangeCall } from "./record_values.ts";
import { decodeValue, encodeValue } from "./value.ts";
import { WireError } from "./wire.ts";

/** The length of what is said stands before it. */
const LENGTH_BYTES = 4;

/** A request and its body; an empty one where there is none. */
export function packExchange(call: ExchangeCall, body: Uint8Array): Uint8Array<ArrayBuffer> {
  const said = encodeValue(call);
  const payload = new Uint8Array(LENGTH_BYTES + said.length + body.length);
  new DataView(payload.buffer).setUint32(0, said.length, true);
  payload.set(said, LENGTH_BYTES);
  payload.set(body, LENGTH_BYTES + said.length);
  return payload;
}

/** What {@linkcode packExchange} made, out of `bytes[start, end)`. @throws {WireError} when it is none. */
export function unpackExchange(
  bytes: Uint8Array<ArrayBuffer>,
  start: number,
  end: number,
): { readonly call: ExchangeCall; readonly body: Uint8Array<ArrayBuffer> } {
  if (end - start < LENGTH_BYTES) throw new WireError("a request that says nothing");
  const saidAt = start + LENGTH_BYTES;
  const bodyAt = saidAt + new DataView(bytes.buffer, bytes.byteOffset + start).getUint32(0, true);
  if (bodyAt > end) throw new WireError("a request that is longer than its record");
  // The bytes are somebody else's as soon as the record has been taken.
  return { call: decodeValue(bytes, saidAt, bodyAt) as ExchangeCall, body: bytes.slice(bodyAt, end) };
}
