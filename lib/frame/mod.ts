/**
 * Frames of RFC 6455: chunks to messages, messages to bytes. Synchronous and pure.
 *
 * @module
 */
export { type Arena, sharedArena, viewOfPart } from "./arena.ts";
export { CLOSE_CODE, isUserCloseCode, isWireCloseCode, MAX_REASON_BYTES, USER_CLOSE_CODES } from "./close_code.ts";
export { encodeClosePayload } from "./close_frame.ts";
export { type DeflateTerms, DeflatingWriter } from "./deflating_writer.ts";
export { Fifo } from "./fifo.ts";
export {
  encodeFrame,
  FIN_BIT,
  type Frame,
  headerBytes,
  MASK_BIT,
  MAX_CONTROL_BYTES,
  MAX_SERVER_HEADER_BYTES,
  RSV_BITS,
  writeHeader,
} from "./header.ts";
export { applyMask, NON_ASCII, readMaskKey, rotateMaskKey } from "./mask.ts";
export { FRESH_BUFFERS, HEADROOM_BYTES } from "./message_assembly.ts";
export { deflateAlone } from "./message_deflater.ts";
export { FORM, type MessageForm } from "./message_form.ts";
export { type InflatedMessage, type InflaterOptions, MessageInflater } from "./message_inflater.ts";
export { isControlOpcode, isDefinedOpcode, OPCODE, type Opcode } from "./opcode.ts";
export { type MessageWalk, PLAIN_FRAMES } from "./plain_frames.ts";
export { type Payload, PreparedMessage, viewOf } from "./prepared_message.ts";
export { Receiver } from "./receiver.ts";
export type { ReceiverEvents, ReceiverOptions } from "./receiver_events.ts";
export type { LentBytes, SegmentOwner, SegmentSource } from "./segment.ts";
export { SharedRun } from "./shared_run.ts";
export { encodeText, utf8Bytes } from "./text_encoder.ts";
export { advanceUtf8, UTF8_ACCEPT, UTF8_REJECT, type Utf8State } from "./utf8.ts";
export { ProtocolError, type Violation, type ViolationName, VIOLATIONS } from "./violation.ts";
export { WriteBuffer } from "./write_buffer.ts";
export { CORRUPT, type DeflateParameters, FLUSH, hasZlibStreams, ZlibStream } from "./zlib_stream.ts";
