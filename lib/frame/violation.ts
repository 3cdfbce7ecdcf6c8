/**
 * Every fault a peer can cause, one row each: its close code, the section it rests on, and the sentence the peer is told.
 *
 * @module
 */
import { CLOSE_CODE } from "./close_code.ts";

/** One row of {@linkcode VIOLATIONS}. */
export interface Violation {
  /** The close code it ends the connection with; 1006 when the connection is dropped without a Close frame. */
  readonly closeCode: number;
  /** The section of RFC 6455 (of another where it says so), or Sockeye's own option, that was broken. */
  readonly section: string;
  /** Sent as the close reason: at most 123 bytes, nothing internal. */
  readonly sentence: string;
}

const { PROTOCOL_ERROR, INVALID_PAYLOAD, POLICY_VIOLATION, MESSAGE_TOO_BIG, TRY_AGAIN_LATER, GOING_AWAY, ABNORMAL } =
  CLOSE_CODE;
const { UNAUTHORIZED, FORBIDDEN } = CLOSE_CODE;

/** The rows, by name. */
export const VIOLATIONS = {
  RSV_UNEXPECTED: row(PROTOCOL_ERROR, "§5.2", "a reserved bit is set without an extension that defines it"),
  OPCODE_RESERVED: row(PROTOCOL_ERROR, "§5.2", "the opcode is a reserved one"),
  LENGTH_NOT_MINIMAL: row(PROTOCOL_ERROR, "§5.2", "the payload length is not in its shortest form"),
  LENGTH_NEGATIVE: row(PROTOCOL_ERROR, "§5.2", "the most significant bit of a 64-bit length is set"),
  MASK_MISSING: row(PROTOCOL_ERROR, "§5.1", "a frame from a client must be masked"),
  MASK_UNEXPECTED: row(PROTOCOL_ERROR, "§5.1", "a frame from a server must not be masked"),
  CONTINUATION_UNEXPECTED: row(PROTOCOL_ERROR, "§5.4", "a continuation frame without a message to continue"),
  CONTINUATION_EXPECTED: row(PROTOCOL_ERROR, "§5.4", "a new message began inside a fragmented one"),
  CONTROL_FRAGMENTED: row(PROTOCOL_ERROR, "§5.5", "a control frame must not be fragmented"),
  CONTROL_TOO_LONG: row(PROTOCOL_ERROR, "§5.5", "a control frame has more than 125 bytes of payload"),
  CLOSE_TRUNCATED: row(PROTOCOL_ERROR, "§5.5.1", "a Close frame has one byte where its code has two"),
  CLOSE_CODE_INVALID: row(PROTOCOL_ERROR, "§7.4", "a Close frame carries a code that must not be sent"),
  CLOSE_REASON_NOT_UTF8: row(INVALID_PAYLOAD, "§5.5.1", "the reason of a Close frame is not UTF-8"),
  TEXT_NOT_UTF8: row(INVALID_PAYLOAD, "§8.1", "a text message is not UTF-8"),
  // 1007 and not 1002: the frames are right, and what they carry is not what the type of the message promises.
  DEFLATE_CORRUPT: row(INVALID_PAYLOAD, "RFC 7692 §7.2.2", "a compressed message cannot be inflated"),
  MESSAGE_TOO_BIG: row(MESSAGE_TOO_BIG, "maxMessageBytes", "the message is longer than this server accepts"),
  TOO_MANY_FRAGMENTS: row(MESSAGE_TOO_BIG, "maxFragments", "the message has more fragments than this server accepts"),
  MESSAGE_TIMEOUT: row(POLICY_VIOLATION, "messageTimeoutMs", "the message took too long to arrive"),
  MESSAGE_RATE: row(POLICY_VIOLATION, "messageRate", "too many messages in too short a time"),
  SCHEMA_MISMATCH: row(POLICY_VIOLATION, "schema.message", "the message does not match what this route accepts"),
  HEADER_MALFORMED: row(INVALID_PAYLOAD, "sockeye.v1", "the header of a message is not a JSON array"),
  HEADER_WRONG: row(POLICY_VIOLATION, "sockeye.v1", "the header of a message is not what its kind says"),
  TOO_MANY_UNANSWERED: row(POLICY_VIOLATION, "sockeye.v1", "too many requests are unanswered"),
  TOKEN_MISSING: row(UNAUTHORIZED, "authenticate", "a token is needed"),
  TOKEN_REFUSED: row(FORBIDDEN, "authenticate", "the token is not good enough"),
  TOKEN_EXPIRED: row(UNAUTHORIZED, "authenticate", "the token has expired"),
  IDLE_TIMEOUT: row(GOING_AWAY, "idleTimeoutMs", "no message for too long"),
  SLOW_CONSUMER: row(TRY_AGAIN_LATER, "maxBufferedBytes", "slow consumer"),
  MEMORY_PRESSURE: row(TRY_AGAIN_LATER, "maxMemoryBytes", "the server is short of memory"),
  PONG_TIMEOUT: row(ABNORMAL, "pongTimeoutMs", "no sign of life after a ping"),
  WRITE_TIMEOUT: row(ABNORMAL, "writeTimeoutMs", "nothing could be written for too long"),
  SESSION_TIMEOUT: row(ABNORMAL, "sessionTimeoutMs", "no request of the session for too long"),
  CLOSE_TIMEOUT: row(ABNORMAL, "closeTimeoutMs", "the closing handshake was not completed in time"),
} as const satisfies Record<string, Violation>;

/** Name of a row. */
export type ViolationName = keyof typeof VIOLATIONS;

function row(closeCode: number, section: string, sentence: string): Violation {
  return { closeCode, section, sentence };
}

/**
 * A peer broke the protocol or a limit. Thrown by the pure floors, caught at one border, where the row decides how the
 * connection ends.
 */
export class ProtocolError extends Error {
  override readonly name = "ProtocolError";
  /** Which row. */
  readonly violation: ViolationName;

  constructor(violation: ViolationName) {
    const { closeCode, section, sentence } = VIOLATIONS[violation];
    super(`${violation} (${closeCode}, ${section}): ${sentence}`);
    this.violation = violation;
  }

  /** The close code that goes with it. */
  get closeCode(): number {
    return VIOLATIONS[this.violation].closeCode;
  }
}
