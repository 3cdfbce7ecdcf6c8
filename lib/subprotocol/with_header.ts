/**
 * A message of `sockeye.v1` out of its parts.
 *
 * @module
 */
import { type Payload, viewOf } from "../frame/mod.ts";

const encoder = new TextEncoder();

/**
 * A header, which ends with a line feed, and the payload behind it: a text as text, bytes as bytes.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { withHeader } from "./with_header.ts";
 *
 * assertEquals(withHeader('["pub","news",7]\n', "hello"), '["pub","news",7]\nhello');
 * assertEquals(withHeader("\n", Uint8Array.of(7)), Uint8Array.of(10, 7));
 * ```
 */
export function withHeader(header: string, payload: Payload): string | Uint8Array<ArrayBuffer> {
  if (typeof payload === "string") return header + payload;
  const head = encoder.encode(header);
  const body = viewOf(payload);
  const message = new Uint8Array(head.length + body.length);
  message.set(head);
  message.set(body, head.length);
  return message;
}
