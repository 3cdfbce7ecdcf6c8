/**
 * What a request to the poll transport asks: its fields, read strictly. docs/TRANSPORTS.md specifies them.
 *
 * @module
 */
import {
  FieldLines,
  HttpError,
  MAX_TARGET_BYTES,
  parseRequestTarget,
  quote,
  type RequestHead,
} from "../../http/mod.ts";
import type { PollName } from "./poll_transport.ts";

/** Where the transport is. */
export const POLL_PATH = "/_sockeye/poll";

/** The fields that are ours. */
export const POLL_FIELDS = {
  route: "sockeye-route",
  transport: "sockeye-transport",
  protocol: "sockeye-protocol",
  session: "sockeye-session",
  sequence: "sockeye-sequence",
  acknowledge: "sockeye-acknowledge",
  measure: "sockeye-measure",
} as const;

/** A request of a session. */
export interface PollAsk {
  readonly method: "GET" | "POST" | "DELETE";
  /** Where in the client's stream the body begins; 0 where there is none. */
  readonly sequence: number;
  /** How much of the server's stream the client has. */
  readonly acknowledge: number;
}

/** A request that begins a session. */
export interface PollBeginning {
  readonly name: PollName;
  /** What the handshake of a WebSocket would have been. */
  readonly head: RequestHead;
  /** The subprotocols offered, as the field's values. */
  readonly protocols: readonly string[];
}

/** What belongs to the request that carries a handshake, and not to the handshake. */
const CARRIER_FIELDS: ReadonlySet<string> = new Set([
  ...Object.values(POLL_FIELDS),
  "content-length",
  "content-type",
  "expect",
  "transfer-encoding",
]);

/** @throws {HttpError} 400 for a field that is missing or wrong. */
export function readAsk(head: Pick<RequestHead, "method" | "fields">): PollAsk {
  const { method } = head;
  return {
    method: method as PollAsk["method"],
    sequence: positionOf(head, "sequence", method === "POST"),
    acknowledge: positionOf(head, "acknowledge", method === "GET"),
  };
}

/** @throws {HttpError} 400 for a field that is missing or wrong. */
export function readBeginning(head: RequestHead): PollBeginning {
  const target = oneOf(head, "route");
  // A request line would not have let others pass.
  if (target === undefined || !/^\/[\x21\x22\x24-\x7e]*$/.test(target) || target.length > MAX_TARGET_BYTES) {
    throw wrong("route", target, "send the path of the route and its query, percent-encoded");
  }
  const name = oneOf(head, "transport") ?? "long-poll";
  if (name !== "long-poll" && name !== "poll") throw wrong("transport", name, "send long-poll or poll");
  const protocols = head.fields.all(POLL_FIELDS.protocol);
  return { name, protocols, head: handshakeOf(head, target, protocols) };
}

/** The head that the handshake of a WebSocket would have had. */
function handshakeOf(head: RequestHead, target: string, protocols: readonly string[]): RequestHead {
  const lines = head.fields.entries().filter(([name]) => !CARRIER_FIELDS.has(name));
  for (const value of protocols) lines.push(["sec-websocket-protocol", value]);
  const start = `GET ${target} HTTP/1.1\r\n`;
  const text = `${start}${lines.map(([name, value]) => `${name}: ${value}\r\n`).join("")}\r\n`;
  const { path, query } = parseRequestTarget("GET", target);
  const fields = new FieldLines(lines);
  return { ...head, method: "GET", target, path, query, fields, text, fieldsAt: start.length };
}

function positionOf(head: Pick<RequestHead, "fields">, field: "sequence" | "acknowledge", isNeeded: boolean): number {
  const value = oneOf(head, field);
  if (value === undefined && !isNeeded) return 0;
  // Up to 2^53 - 1: a stream of that length takes longer than anybody has.
  if (value === undefined || !/^\d{1,15}$/.test(value)) throw wrong(field, value, "send a number of bytes");
  return Number(value);
}

function oneOf(head: Pick<RequestHead, "fields">, field: keyof typeof POLL_FIELDS): string | undefined {
  const values = head.fields.all(POLL_FIELDS[field]);
  if (values.length > 1) throw wrong(field, values.join(", "), "send it once");
  return values[0];
}

function wrong(field: keyof typeof POLL_FIELDS, value: string | undefined, what: string): HttpError {
  const name = `Sockeye-${field[0]!.toUpperCase()}${field.slice(1)}`;
  return new HttpError(
    400,
    value === undefined ? `${name} is missing: ${what}.` : `${name} ${quote(value)} is wrong: ${what}.`,
  );
}
