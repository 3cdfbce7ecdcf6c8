/**
 * What is known of a message besides its bytes, as bits of one number: it passes through every call on a message's way.
 *
 * @module
 */

/** The bits. */
export const FORM = {
  /** Text; without it binary. */
  TEXT: 1,
  /** No byte is above 0x7F; without it nothing is known. */
  ASCII: 2,
  /** Yet to be inflated; only then is it known to be UTF-8 or not. RFC 7692 §6. */
  COMPRESSED: 4,
  /** The payload lies in the chunk, whose owner may reuse it; without it the buffer is the receiver's gift. */
  BORROWED: 8,
  /** An answer is wanted: the first four bytes are the request's number. Never set by what reads frames. */
  REQUEST: 16,
} as const;

/** Any of the bits of {@linkcode FORM}. */
export type MessageForm = number;
