/**
 * Close codes: which of them a frame may carry, and which a user may send. RFC 6455 §7.4 and the IANA registry.
 *
 * @module
 */

/** The codes Sockeye names, as the IANA "WebSocket Close Code Number Registry" words them. */
export const CLOSE_CODE = {
  NORMAL: 1000,
  GOING_AWAY: 1001,
  PROTOCOL_ERROR: 1002,
  UNSUPPORTED_DATA: 1003,
  /** Never on the wire: the peer's Close frame had no code. */
  NO_STATUS: 1005,
  /** Never on the wire: the connection ended without a Close frame. */
  ABNORMAL: 1006,
  INVALID_PAYLOAD: 1007,
  POLICY_VIOLATION: 1008,
  MESSAGE_TOO_BIG: 1009,
  MANDATORY_EXTENSION: 1010,
  INTERNAL_ERROR: 1011,
  SERVICE_RESTART: 1012,
  TRY_AGAIN_LATER: 1013,
  BAD_GATEWAY: 1014,
  /** Never on the wire: the TLS handshake failed. */
  TLS_HANDSHAKE: 1015,
  /** Sockeye's own, after the HTTP statuses 401 and 403. RFC 6455 §7.4.2 leaves 4000–4999 to private use. */
  UNAUTHORIZED: 4401,
  FORBIDDEN: 4403,
} as const;

/** A reason fills what a control frame's 125 bytes leave after the code. RFC 6455 §5.5. */
export const MAX_REASON_BYTES = 123;

/** Ranges a Close frame on the wire may carry, in either direction. RFC 6455 §7.4.1, §7.4.2. */
const WIRE_RANGES = [[1000, 1003], [1007, 1014], [3000, 4999]] as const;

/** Ranges a server's user may send. 1010 is a client's to send (§7.4.1). */
const USER_RANGES = [[1000, 1003], [1007, 1009], [1011, 1014], [3000, 4999]] as const;

/** What {@linkcode isUserCloseCode} accepts, for error messages. */
export const USER_CLOSE_CODES = USER_RANGES.map(([first, last]) => `${first}–${last}`).join(", ");

function isWithin(ranges: ReadonlyArray<readonly [number, number]>, code: number): boolean {
  return Number.isInteger(code) && ranges.some(([first, last]) => first <= code && code <= last);
}

/** Whether a received Close frame may carry this code. RFC 6455 §7.4.1: 1005, 1006 and 1015 MUST NOT be set. */
export function isWireCloseCode(code: number): boolean {
  return isWithin(WIRE_RANGES, code);
}

/** Whether `peer.close` may send this code. */
export function isUserCloseCode(code: number): boolean {
  return isWithin(USER_RANGES, code);
}
