/**
 * The kinds of bad frames there are to choose from: for the server that makes them, and the page that lists them.
 *
 * @module
 */

/** What a kind does, and the rule that it breaks. */
export interface BadFrameKind {
  readonly label: string;
  readonly rule: string;
}

/** The kinds, by their names in requests. */
export const BAD_FRAME_KINDS = {
  reservedOpcode: { label: "Reserved opcode 0x3", rule: "RFC 6455 §5.2" },
  rsv2: { label: "RSV2, which nothing defines", rule: "RFC 6455 §5.2" },
  rsv1: { label: "RSV1, and no compressed payload", rule: "RFC 6455 §5.2, RFC 7692 §6" },
  masked: { label: "Masked by the server", rule: "RFC 6455 §5.1" },
  continuation: { label: "Continuation of no message", rule: "RFC 6455 §5.4" },
  longControl: { label: "Ping of 126 bytes", rule: "RFC 6455 §5.5" },
  fragmentedControl: { label: "Ping without FIN", rule: "RFC 6455 §5.5" },
  badUtf8: { label: "Text that is not UTF-8", rule: "RFC 6455 §8.1" },
  badCloseCode: { label: "Close with code 1005", rule: "RFC 6455 §7.4.1" },
  closeOfOneByte: { label: "Close of one byte", rule: "RFC 6455 §5.5.1" },
  negativeLength: { label: "Length with its highest bit set", rule: "RFC 6455 §5.2" },
} as const satisfies Readonly<Record<string, BadFrameKind>>;

/** The name of one. */
export type BadFrameName = keyof typeof BAD_FRAME_KINDS;
