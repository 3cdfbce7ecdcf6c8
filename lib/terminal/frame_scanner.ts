/**
 * Watches frames as they pass, right and wrong ones: what each header says, and how its payload begins.
 *
 * It judges nothing and keeps little. A connection is driven by `Receiver`, this is for looking on.
 *
 * @module
 */
import { applyMask, isControlOpcode, MASK_BIT, MAX_CONTROL_BYTES, OPCODE, readMaskKey } from "../frame/mod.ts";

/** One frame that has passed, or as much of it as came. */
export interface SeenFrame {
  /** The first byte: FIN, RSV1 to RSV3, opcode. */
  readonly first: number;
  /** Undefined when it is not masked. */
  readonly maskKey: Uint8Array<ArrayBuffer> | undefined;
  /** The form of the length, in bits. */
  readonly lengthBits: 7 | 16 | 64;
  /** As announced. Above 2^53 it is rounded. */
  readonly payloadBytes: number;
  /** So many have come: fewer than announced when the connection ended before. */
  readonly seenBytes: number;
  /** The first of them, unmasked. */
  readonly start: Uint8Array<ArrayBuffer>;
  /** The opcode of the message it belongs to: that of the frame itself, unless it is a continuation. */
  readonly messageOpcode: number;
  /** RSV1 stood on the first frame of its message. */
  readonly isCompressed: boolean;
}

/** So much of a payload is kept: a control frame whole. */
export const KEPT_BYTES = MAX_CONTROL_BYTES;

const RSV1 = 0x40;

/** Scans one direction of one connection. */
export class FrameScanner {
  readonly #onFrame: (frame: SeenFrame) => void;
  readonly #header = new Uint8Array(14);
  #headerLength = 0;
  /** -1 between frames. */
  #remaining = -1;
  #start = new Uint8Array(KEPT_BYTES);
  #kept = 0;
  #messageOpcode = 0;
  #isCompressed = false;

  constructor(onFrame: (frame: SeenFrame) => void) {
    this.#onFrame = onFrame;
  }

  /** Takes a chunk: any number of frames and parts of frames. Its bytes are left as they are. */
  scan(bytes: Uint8Array): void {
    for (let at = 0; at < bytes.length || this.#remaining === 0;) {
      if (this.#remaining === 0) this.#tell();
      else if (this.#remaining < 0) at = this.#readHeader(bytes, at);
      else at = this.#readPayload(bytes, at);
    }
  }

  /** The connection has ended: tells a frame of which not all has come. */
  end(): void {
    if (this.#remaining > 0) this.#tell();
    this.#headerLength = 0;
  }

  #readHeader(bytes: Uint8Array, at: number): number {
    const header = this.#header;
    while (at < bytes.length) {
      header[this.#headerLength++] = bytes[at++]!;
      if (this.#headerLength < 2 || this.#headerLength < this.#headerSize()) continue;
      this.#remaining = this.#announced();
      this.#kept = 0;
      break;
    }
    return at;
  }

  #readPayload(bytes: Uint8Array, at: number): number {
    const end = Math.min(bytes.length, at + this.#remaining);
    const room = Math.min(end - at, KEPT_BYTES - this.#kept);
    this.#start.set(bytes.subarray(at, at + room), this.#kept);
    this.#kept += room;
    this.#remaining -= end - at;
    return end;
  }

  #tell(): void {
    const header = this.#header;
    const [first, second] = [header[0]!, header[1]!];
    const size = this.#headerSize();
    const maskKey = (second & MASK_BIT) === 0 ? undefined : header.slice(size - 4, size);
    const start = this.#start.slice(0, this.#kept);
    if (maskKey !== undefined) applyMask(start, 0, start.length, readMaskKey(maskKey, 0));
    const opcode = first & 0x0f;
    const isData = !isControlOpcode(opcode);
    if (isData && opcode !== OPCODE.CONTINUATION) {
      this.#messageOpcode = opcode;
      this.#isCompressed = (first & RSV1) !== 0;
    }
    const payloadBytes = this.#announced();
    const seenBytes = payloadBytes - this.#remaining;
    this.#remaining = -1;
    this.#headerLength = 0;
    this.#onFrame({
      first,
      maskKey,
      lengthBits: (second & 0x7f) < 126 ? 7 : (second & 0x7f) === 126 ? 16 : 64,
      payloadBytes,
      seenBytes,
      start,
      messageOpcode: isData ? this.#messageOpcode : opcode,
      isCompressed: isData && this.#isCompressed,
    });
  }

  #headerSize(): number {
    const length7 = this.#header[1]! & 0x7f;
    return (length7 < 126 ? 2 : length7 === 126 ? 4 : 10) + ((this.#header[1]! & MASK_BIT) === 0 ? 0 : 4);
  }

  /** The length as it stands there, in its shortest form or not. */
  #announced(): number {
    const view = new DataView(this.#header.buffer);
    const length7 = this.#header[1]! & 0x7f;
    return length7 < 126 ? length7 : length7 === 126 ? view.getUint16(2) : Number(view.getBigUint64(2));
  }
}
