/**
 * The bytes of one direction of a connection as frames: for whoever watches, beside the receiver and without its rules.
 *
 * Bytes come as they were on the wire, in any chunks, and are not changed. Of each payload the beginning is kept,
 * unmasked; a message that came in several frames or compressed is put together and inflated with its last frame. What
 * breaks a rule is shown like anything else: whoever looks at a fault wants to see it.
 *
 * @module
 */
import { applyMask, FIN_BIT, isControlOpcode, MASK_BIT, OPCODE } from "../frame/mod.ts";
import { readMaskKey, rotateMaskKey, RSV_BITS } from "../frame/mod.ts";
import { KeptStart } from "./kept_start.ts";
import { type Inflation, type TapDeflate, TapInflation } from "./tap_inflation.ts";

/** How one direction is read. */
export interface FrameTapOptions {
  /** Given where permessage-deflate was agreed on. */
  readonly deflate?: TapDeflate | undefined;
  /** False where frames went by before the first bytes that are pushed. */
  readonly isFromBeginning: boolean;
  /** Inflation stops at messages of this length. */
  readonly maxMessageBytes: number;
  /** Most bytes that are kept of a payload, and of a message. Default: 64 KiB. */
  readonly maxKeptBytes?: number;
  /**
   * Asked when a frame begins that nothing after it depends on: a control frame between messages, or a message of one
   * frame. With `false` it is passed over, and {@linkcode FrameTapOptions.onSkipped} is told. Default: all are wanted.
   */
  readonly isWanted?: () => boolean;
  readonly onSkipped?: () => void;
}

/** One frame, complete or cut off by the end of its connection. */
export interface FrameRecord {
  /** 2 to 14 bytes, with the masking key. */
  readonly header: Uint8Array<ArrayBuffer>;
  readonly fin: boolean;
  /** The three bits as a number 0–7, RSV1 being 4. */
  readonly rsv: number;
  readonly opcode: number;
  /** Four bytes, where it is masked. */
  readonly maskKey: Uint8Array<ArrayBuffer> | undefined;
  /** Bits that the length takes. */
  readonly lengthForm: 7 | 16 | 64;
  /** As the header announces it. */
  readonly payloadBytes: number;
  /** Bytes of the payload that came: fewer than announced where the connection ended inside. */
  readonly seenBytes: number;
  /** The first of them, unmasked. */
  readonly payload: Uint8Array<ArrayBuffer>;
  /** Counts the data messages from 1; 0 for control frames, and for fragments whose message began before. */
  readonly message: number;
  /** That of the first frame of its message; its own for a control frame, and for a fragment whose message began before. */
  readonly messageOpcode: number;
  /** RSV1 stood on the first frame of its message, whatever was agreed on. */
  readonly isCompressed: boolean;
  /** The first bytes of its message as they were before compression, as far as they are known: at most 64. */
  readonly messageStart: Uint8Array<ArrayBuffer>;
  /** With the last frame of a message that came in several frames, or compressed. */
  readonly content: MessageContent | undefined;
}

/** What a message is, when it is put together. */
export interface MessageContent {
  /** Text or binary. */
  readonly opcode: number;
  readonly frames: number;
  /** Before compression; undefined where that is not known. */
  readonly byteLength: number | undefined;
  /** Its first bytes. */
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** Undefined for a message that was not compressed. */
  readonly inflation: Inflation | undefined;
}

/** Most bytes that are kept of one payload. */
const MAX_KEPT_BYTES = 64 * 1024;

/** So much of a message tells what it is. */
const START_BYTES = 64;

const MAX_HEADER_BYTES = 14;
const NO_BYTES = new Uint8Array(0);

/** A frame under way. */
interface OpenFrame {
  readonly header: Uint8Array<ArrayBuffer>;
  readonly payloadBytes: number;
  readonly kept: KeptStart;
  /** Undefined for a control frame, and for a fragment whose message began before. */
  readonly message: OpenMessage | undefined;
  seenBytes: number;
}

/** A message under way. */
interface OpenMessage {
  readonly number: number;
  readonly opcode: number;
  /** RSV1 of its first frame. */
  readonly isCompressed: boolean;
  /** What is compressed is inflated: that was agreed on. */
  readonly isInflated: boolean;
  /** Its only frame is its content. */
  readonly isAlone: boolean;
  readonly kept: KeptStart;
  frames: number;
  byteLength: number;
}

/**
 * Reads one direction.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { FrameTap } from "./mod.ts";
 *
 * const texts: string[] = [];
 * const options = { isFromBeginning: true, maxMessageBytes: 1024 };
 * const tap = new FrameTap(options, ({ payload }) => texts.push(new TextDecoder().decode(payload)));
 * tap.push(Uint8Array.fromHex("818537fa213d7f9f4d5158")); // RFC 6455 §5.7: a masked "Hello"
 * assertEquals(texts, ["Hello"]);
 * ```
 */
export class FrameTap {
  readonly #onFrame: (record: FrameRecord) => void;
  readonly #maxKeptBytes: number;
  readonly #isWanted: () => boolean;
  readonly #onSkipped: () => void;
  readonly #keepsContext: boolean;
  readonly #inflation: TapInflation | undefined;
  readonly #header = new Uint8Array(MAX_HEADER_BYTES);
  #headerLength = 0;
  #frame: OpenFrame | undefined;
  #message: OpenMessage | undefined;
  #messages = 0;
  /** Bytes of a payload that are passed over. */
  #skipping = 0;

  /** @param onFrame gets each frame when it is complete; its bytes are its own. */
  constructor(options: FrameTapOptions, onFrame: (record: FrameRecord) => void) {
    const { deflate, isFromBeginning, maxMessageBytes, maxKeptBytes = MAX_KEPT_BYTES } = options;
    this.#onFrame = onFrame;
    this.#maxKeptBytes = maxKeptBytes;
    this.#isWanted = options.isWanted ?? (() => true);
    this.#onSkipped = options.onSkipped ?? (() => {});
    this.#keepsContext = deflate?.keepsContext === true;
    this.#inflation = deflate && new TapInflation(deflate, maxMessageBytes, isFromBeginning);
  }

  /** The next bytes; the first ones begin a frame. */
  push(bytes: Uint8Array): void {
    for (let at = 0; at < bytes.length;) {
      const skipped = Math.min(this.#skipping, bytes.length - at);
      this.#skipping -= skipped;
      at += skipped;
      if (at < bytes.length) {
        at = this.#frame === undefined ? this.#takeHeader(bytes, at) : this.#takePayload(this.#frame, bytes, at);
      }
    }
  }

  /** Nothing more comes: what there is of a frame is told. */
  end(): void {
    if (this.#frame !== undefined) this.#tell(this.#frame, undefined);
    this.#frame = this.#message = undefined;
    this.#inflation?.close();
  }

  #takeHeader(bytes: Uint8Array, at: number): number {
    const header = this.#header;
    header[this.#headerLength++] = bytes[at]!;
    if (this.#headerLength < 2 || this.#headerLength < headerSize(header[1]!)) return at + 1;
    const taken = header.slice(0, this.#headerLength);
    this.#headerLength = 0;
    if (this.#message === undefined && this.#standsAlone(header[0]!) && !this.#isWanted()) {
      this.#skip(taken);
      return at + 1;
    }
    const frame = this.#begin(taken);
    if (frame.payloadBytes === 0) this.#end(frame);
    else this.#frame = frame;
    return at + 1;
  }

  /** Whether nothing that comes later needs to have seen a frame with this first byte. */
  #standsAlone(first: number): boolean {
    const isMessage = (first & FIN_BIT) !== 0 && (first & 0x0f) !== OPCODE.CONTINUATION;
    return isMessage && !(this.#keepsContext && (first & RSV1) !== 0);
  }

  #skip(header: Uint8Array<ArrayBuffer>): void {
    if (!isControlOpcode(header[0]! & 0x0f)) this.#messages++;
    this.#skipping = lengthOf(header);
    this.#onSkipped();
  }

  #begin(header: Uint8Array<ArrayBuffer>): OpenFrame {
    const opcode = header[0]! & 0x0f;
    const message = isControlOpcode(opcode) ? undefined : this.#messageOf(opcode, header[0]!);
    if (message !== undefined) message.frames++;
    return { header, payloadBytes: lengthOf(header), kept: new KeptStart(this.#maxKeptBytes), message, seenBytes: 0 };
  }

  /** The message that a data frame begins or goes on with. */
  #messageOf(opcode: number, first: number): OpenMessage | undefined {
    if (opcode === OPCODE.CONTINUATION) return this.#message;
    const isCompressed = (first & RSV1) !== 0;
    const isInflated = this.#inflation !== undefined && isCompressed;
    const isAlone = !isInflated && (first & FIN_BIT) !== 0;
    const kept = isInflated
      ? this.#inflation!.begin(this.#maxKeptBytes)
      : new KeptStart(isAlone ? START_BYTES : this.#maxKeptBytes);
    return this.#message = {
      number: ++this.#messages,
      opcode,
      isCompressed,
      isInflated,
      isAlone,
      kept,
      frames: 0,
      byteLength: 0,
    };
  }

  #takePayload(frame: OpenFrame, bytes: Uint8Array, at: number): number {
    const count = Math.min(frame.payloadBytes - frame.seenBytes, bytes.length - at);
    const plain = bytes.slice(at, at + count);
    if (isMasked(frame.header)) {
      const key = readMaskKey(frame.header, frame.header.length - 4);
      applyMask(plain, 0, count, rotateMaskKey(key, frame.seenBytes % 4));
    }
    frame.seenBytes += count;
    frame.kept.add(plain);
    const { message } = frame;
    if (message?.isInflated) this.#inflation!.push(plain);
    else if (message !== undefined) {
      message.kept.add(plain);
      message.byteLength += count;
    }
    if (frame.seenBytes === frame.payloadBytes) this.#end(frame);
    return at + count;
  }

  #end(frame: OpenFrame): void {
    this.#frame = undefined;
    const { message } = frame;
    const isLast = message !== undefined && (frame.header[0]! & FIN_BIT) !== 0;
    const content = isLast ? this.#contentOf(message) : undefined;
    if (isLast) this.#message = undefined;
    this.#tell(frame, content);
  }

  #contentOf(message: OpenMessage): MessageContent | undefined {
    const { opcode, frames, kept, isInflated, isAlone } = message;
    if (isAlone) return undefined;
    const inflation = isInflated ? this.#inflation!.end() : undefined;
    const inflatedBytes = inflation === "whole" ? this.#inflation!.byteLength : undefined;
    const byteLength = isInflated ? inflatedBytes : message.byteLength;
    return { opcode, frames, byteLength, bytes: kept.bytes, inflation };
  }

  #tell({ header, payloadBytes, seenBytes, kept, message }: OpenFrame, content: MessageContent | undefined): void {
    const length7 = header[1]! & 0x7f;
    const opcode = header[0]! & 0x0f;
    this.#onFrame({
      header,
      fin: (header[0]! & FIN_BIT) !== 0,
      rsv: (header[0]! & RSV_BITS) >> 4,
      opcode,
      maskKey: isMasked(header) ? header.subarray(-4) : undefined,
      lengthForm: length7 < 126 ? 7 : length7 === 126 ? 16 : 64,
      payloadBytes,
      seenBytes,
      payload: kept.bytes,
      message: message?.number ?? 0,
      messageOpcode: message?.opcode ?? opcode,
      isCompressed: message?.isCompressed ?? false,
      messageStart: message === undefined ? NO_BYTES : message.kept.bytes.slice(0, START_BYTES),
      content,
    });
  }
}

const RSV1 = 0x40;

function isMasked(header: Uint8Array): boolean {
  return (header[1]! & MASK_BIT) !== 0;
}

/** By the second byte. */
function headerSize(second: number): number {
  const length7 = second & 0x7f;
  return (length7 < 126 ? 2 : length7 === 126 ? 4 : 10) + ((second & MASK_BIT) !== 0 ? 4 : 0);
}

/** In any form, as it stands there: above 2^53 it is rounded, and nothing so long ever comes to its end. */
function lengthOf(header: Uint8Array<ArrayBuffer>): number {
  const view = new DataView(header.buffer, header.byteOffset, header.length);
  const length7 = header[1]! & 0x7f;
  if (length7 < 126) return length7;
  return length7 === 126 ? view.getUint16(2) : Number(view.getBigUint64(2));
}
