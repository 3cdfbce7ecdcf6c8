/**
 * What a receiver is told once, and what it tells.
 *
 * @module
 */
import type { MessageForm } from "./message_form.ts";
import type { MessageWalk } from "./plain_frames.ts";

/** What the receiver tells, in the order of the wire. */
export interface ReceiverEvents {
  /** A whole message: `bytes[start, end)`, unmasked, and UTF-8 when it is text and not compressed. */
  onMessage(form: MessageForm, bytes: Uint8Array<ArrayBuffer>, start: number, end: number): void;
  /**
   * The messages of a chunk that follow each other, to be handled in one go as far as {@linkcode MessageWalk.next} gives
   * them; those that are left are told one by one.
   */
  onMessages?(walk: MessageWalk): void;
  /** A ping: `bytes[start, end)`, valid until this call returns. */
  onPing(bytes: Uint8Array<ArrayBuffer>, start: number, end: number): void;
  /** A pong: `bytes[start, end)`, valid until this call returns. */
  onPong(bytes: Uint8Array<ArrayBuffer>, start: number, end: number): void;
  /** A Close frame. Nothing follows it: what the peer sends after is not looked at. RFC 6455 §5.5.1. */
  onClose(code: number, reason: string): void;
}

/** Bounds of what one message may be, and which side the sender is on. */
export interface ReceiverOptions {
  /** Longest message, in bytes, over all its fragments. */
  readonly maxMessageBytes: number;
  /** Most data frames in one message. */
  readonly maxFragments: number;
  /** True on the server's side: frames must be masked. False on the client's: they must not be. RFC 6455 §5.1. */
  readonly expectMasked: boolean;
  /** True when permessage-deflate was agreed on: RSV1 marks a compressed message. RFC 7692 §6. Default: false. */
  readonly allowsRsv1?: boolean;
}
