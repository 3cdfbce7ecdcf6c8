/**
 * The examples of RFC 6455, byte for byte, each with its section.
 *
 * @module
 */

/** An example of a frame, or of several that make one message. */
export interface FrameExample {
  readonly section: string;
  readonly what: string;
  /** The bytes on the wire, in hexadecimal; a long payload is left off. */
  readonly hex: string;
  /** Zero bytes that follow, standing for the payload the RFC does not spell out. */
  readonly payloadBytes?: number;
  readonly isMasked: boolean;
  /** What a receiver makes of it, in the words of tests/frame/recorder.ts. */
  readonly event: string;
}

/** RFC 6455 §5.7, and §5.5.1 for the Close frame's shape. */
export const FRAME_EXAMPLES: readonly FrameExample[] = [
  {
    section: "§5.7",
    what: "a single-frame unmasked text message",
    hex: "810548656c6c6f",
    isMasked: false,
    event: "text 48656c6c6f",
  },
  {
    section: "§5.7",
    what: "a single-frame masked text message",
    hex: "818537fa213d7f9f4d5158",
    isMasked: true,
    event: "text 48656c6c6f",
  },
  {
    section: "§5.7",
    what: "a fragmented unmasked text message",
    hex: "010348656c" + "80026c6f",
    isMasked: false,
    event: "text 48656c6c6f",
  },
  {
    section: "§5.7",
    what: "an unmasked ping request",
    hex: "890548656c6c6f",
    isMasked: false,
    event: "ping 48656c6c6f",
  },
  {
    section: "§5.7",
    what: "a masked ping response",
    hex: "8a8537fa213d7f9f4d5158",
    isMasked: true,
    event: "pong 48656c6c6f",
  },
  {
    section: "§5.7",
    what: "256 bytes of binary in a single unmasked frame",
    hex: "827e0100",
    payloadBytes: 256,
    isMasked: false,
    event: `binary ${"00".repeat(256)}`,
  },
  {
    section: "§5.7",
    what: "64 KiB of binary in a single unmasked frame",
    hex: "827f0000000000010000",
    payloadBytes: 65_536,
    isMasked: false,
    event: `binary ${"00".repeat(65_536)}`,
  },
];

/** RFC 6455 §1.3: the key, what is hashed, the hash, and the answer. */
export const ACCEPT_EXAMPLE = {
  section: "§1.3",
  key: "dGhlIHNhbXBsZSBub25jZQ==",
  nonce: "the sample nonce",
  concatenation: "dGhlIHNhbXBsZSBub25jZQ==258EAFA5-E914-47DA-95CA-C5AB0DC85B11",
  sha1Hex: "b37a4f2cc0624f1690f64606cf385945b2bec4ea",
  accept: "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=",
} as const;
