/**
 * Messages of `sockeye.v1`: one line of header, a line feed, and a payload.
 *
 * @module
 */
import type { Position } from "./topic_types.ts";

/** What both sides call it in the opening handshake. RFC 6455 §1.9. */
export const SUBPROTOCOL = "sockeye.v1";

/** A second subprotocol that a client may offer: this, and its token in base64url. */
export const TOKEN_PREFIX = "sockeye.token.";

/** What stands before an application message. */
export const APPLICATION_HEADER = "\n";

/** The first elements, and what follows them, of what a client sends. */
export type ClientHeader =
  | readonly ["req", id: number]
  | readonly ["sub", id: number, topic: string, options: ClientSubscribe]
  | readonly ["unsub", topic: string]
  | readonly ["members", id: number, topic: string]
  | readonly ["auth", token: string]
  | readonly ["ping"];

/** How a client subscribes. */
export interface ClientSubscribe {
  readonly since?: Position | undefined;
  readonly last?: number | undefined;
  readonly presence?: boolean | undefined;
}

/** A header that is none. `isMalformed`: it is not even an array. */
export class HeaderError extends Error {
  override readonly name = "HeaderError";
  readonly isMalformed: boolean;

  constructor(message: string, isMalformed: boolean) {
    super(message);
    this.isMalformed = isMalformed;
  }
}

const LINE_FEED = 0x0a;

/** Longest header, in bytes and in characters: what it is made of is bounded, and no more of a message is parsed. */
export const MAX_HEADER_BYTES = 16_384;

/**
 * Where the header in `bytes[start, end)` ends: at its line feed, or at `end`. One that is too long to be read ends there,
 * too.
 */
export function headerEnd(bytes: Uint8Array, start: number, end: number): number {
  if (start < end && bytes[start] === LINE_FEED) return start;
  const at = bytes.subarray(start, Math.min(end, start + MAX_HEADER_BYTES)).indexOf(LINE_FEED);
  return at === -1 ? end : start + at;
}

/**
 * Reads a header that is not empty.
 *
 * @returns undefined for one of a kind that this version does not know.
 * @throws {HeaderError}
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { readClientHeader } from "./v1.ts";
 *
 * assertEquals(readClientHeader('["req",7]'), ["req", 7]);
 * assertEquals(readClientHeader('["later","on"]'), undefined);
 * ```
 */
export function readClientHeader(line: string): ClientHeader | undefined {
  if (line.length > MAX_HEADER_BYTES) throw new HeaderError("a header that is too long", false);
  let header: unknown;
  try {
    header = JSON.parse(line);
  } catch {
    throw new HeaderError("a header that is not JSON", true);
  }
  if (!Array.isArray(header)) throw new HeaderError("a header that is not an array", true);
  const [kind, first, second, third] = header as unknown[];
  switch (kind) {
    case "req":
      return [kind, idOf(first)];
    case "sub":
      return [kind, idOf(first), topicOf(second), subscribeOf(third ?? {})];
    case "unsub":
      return [kind, topicOf(first)];
    case "members":
      return [kind, idOf(first), topicOf(second)];
    case "auth":
      if (typeof first !== "string") throw new HeaderError("a token that is not a text", false);
      return [kind, first];
    case "ping":
      return [kind];
  }
  return undefined;
}

function idOf(value: unknown): number {
  if (typeof value === "number" && value >>> 0 === value) return value;
  throw new HeaderError("an id that is not a number from 0 to 4294967295", false);
}

/** What a topic may be called is for others to say. */
function topicOf(value: unknown): string {
  if (typeof value === "string") return value;
  throw new HeaderError("a topic that is not a text", false);
}

function subscribeOf(value: unknown): ClientSubscribe {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new HeaderError("options that are not an object", false);
  }
  const { since, last, presence } = value as Record<string, unknown>;
  return {
    ...(since === undefined || since === null ? {} : { since: positionOf(since) }),
    ...(last === undefined || last === null ? {} : { last: countOf(last) }),
    presence: presence === true,
  };
}

function positionOf(value: unknown): Position {
  const { epoch, offset } = value as Partial<Record<keyof Position, unknown>>;
  if (typeof epoch !== "string" || typeof offset !== "number" || !Number.isSafeInteger(offset) || offset < 0) {
    throw new HeaderError("a position that is none", false);
  }
  return { epoch, offset };
}

function countOf(value: unknown): number {
  if (typeof value === "number" && Number.isSafeInteger(value) && value >= 0) return value;
  throw new HeaderError("a count that is none", false);
}
