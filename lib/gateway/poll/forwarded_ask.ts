/**
 * A request whose session is on another node, and its answer, as nodes say them to each other: as JSON.
 *
 * @module
 */
import type { PollAsk } from "./poll_ask.ts";

/** What is asked. */
export interface ForwardedAsk extends PollAsk {
  readonly token: string;
  readonly origin: string | null;
  /** Base64. */
  readonly body: string;
}

/** What is answered. */
export interface ForwardedAnswer {
  readonly status: number;
  readonly headers: readonly (readonly [name: string, value: string])[];
  /** Base64. */
  readonly body: string;
}

/** An answer on its way to the node that was asked. */
export async function toForwarded(response: Response): Promise<ForwardedAnswer> {
  const body = await response.bytes();
  return { status: response.status, headers: [...response.headers], body: body.toBase64() };
}

/** @throws {TypeError | RangeError | SyntaxError} for what is none: another version may have said it. */
export function fromForwarded({ status, headers, body }: ForwardedAnswer): Response {
  const bytes = Uint8Array.fromBase64(body);
  const own = headers.map(([name, value]): [string, string] => [name, value]);
  return new Response(bytes.length === 0 ? null : bytes, { status, headers: own });
}
