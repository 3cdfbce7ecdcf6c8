/**
 * Chunks in, messages out: the receiving half of RFC 6455 §5, for either side of a connection.
 *
 * A chunk is what one read returned: any number of frames and parts of frames. Every rule is checked as soon as the
 * bytes it needs are there; what is announced costs nothing until it arrives. Payloads are unmasked where they lie, and
 * a message that lies whole in its chunk is handed on without a copy.
 *
 * @module
 */
import { TABLE_LIMIT } from "./arena.ts";
import { decodeClosePayload } from "./close_frame.ts";
import { FIN_BIT, lengthFormBytes, MASK_BIT, MAX_CONTROL_BYTES, readLength, RSV1_BIT, RSV_BITS } from "./header.ts";
import { applyMask, NON_ASCII, readMaskKey, rotateMaskKey } from "./mask.ts";
import { FRESH_BUFFERS, MessageAssembly } from "./message_assembly.ts";
import { FORM, type MessageForm } from "./message_form.ts";
import { isControlOpcode, isDefinedOpcode, OPCODE } from "./opcode.ts";
import { advanceUtf8, UTF8_ACCEPT, UTF8_REJECT } from "./utf8.ts";
import { PLAIN_FRAMES, UNCHECKED_TEXT_BITS } from "./plain_frames.ts";
import type { ReceiverEvents, ReceiverOptions } from "./receiver_events.ts";
import { ProtocolError } from "./violation.ts";
import type { SegmentSource } from "./segment.ts";

const EMPTY = new Uint8Array(0);
/** From so many missing bytes on, it pays to read a payload to where it belongs. */
const LEND_FROM_BYTES = 16 * 1024;
/** So much is read at a time: others want their turn. */
const LEND_UP_TO_BYTES = 256 * 1024;

/**
 * The receiver of one connection.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { Receiver } from "./receiver.ts";
 *
 * const texts: string[] = [];
 * const receiver = new Receiver({ maxMessageBytes: 1024, maxFragments: 16, expectMasked: true }, {
 *   onMessage: (_form, bytes, start, end) => texts.push(new TextDecoder().decode(bytes.subarray(start, end))),
 *   onPing() {},
 *   onPong() {},
 *   onClose() {},
 * });
 * const chunk = Uint8Array.fromHex("818537fa213d7f9f4d5158"); // RFC 6455 §5.7: a masked "Hello"
 * receiver.receive(chunk, 0, chunk.length);
 * assertEquals(texts, ["Hello"]);
 * ```
 */
export class Receiver {
  readonly #options: ReceiverOptions;
  readonly #events: ReceiverEvents;

  // A header that a chunk's end cut in two.
  #stash = EMPTY;
  #stashed = 0;

  // The frame under way; #remaining is -1 between frames.
  #remaining = -1;
  #opcode = 0;
  #isFinal = true;
  #maskKey = 0;

  // The message under way; its opcode is 0 between messages.
  #messageOpcode = 0;
  #isCompressed = false;
  #fragments = 0;
  #utf8 = UTF8_ACCEPT;
  #seen = 0; // With NON_ASCII where its payload is not ASCII throughout.
  readonly #message: MessageAssembly;

  // The payload of a control frame that a chunk's end cut in two.
  #control = EMPTY;
  #controlLength = 0;

  #isWalking = false;
  #isHalted = false;
  #isClosed = false;

  /** @param source of the buffers in which messages come together. Default: fresh ones. */
  constructor(options: ReceiverOptions, events: ReceiverEvents, source: SegmentSource = FRESH_BUFFERS) {
    this.#options = options;
    this.#events = events;
    this.#message = new MessageAssembly(source);
  }

  /** Memory held for a message that is not complete yet, in bytes. */
  get bufferedBytes(): number {
    return this.#message.heldBytes;
  }

  /** True when a message has begun, in a frame or in fragments, and has not ended. */
  get isInsideMessage(): boolean {
    return this.#messageOpcode !== 0 || (this.#remaining >= 0 && !isControlOpcode(this.#opcode));
  }

  /**
   * So many bytes have come of a frame that is no part of a message yet: of a header that a chunk's end cut in two, or of
   * a control frame. 0 between frames and inside the payload of a data frame.
   */
  get partialFrameBytes(): number {
    if (this.#stashed > 0) return this.#stashed;
    if (this.#remaining < 0 || !isControlOpcode(this.#opcode)) return 0;
    return (this.#options.expectMasked ? 6 : 2) + this.#controlLength;
  }

  /** Makes {@linkcode receive} return after the frame under way. For use by the events. */
  halt(): void {
    this.#isHalted = true;
    this.interrupt();
  }

  /** Ends what is told in one go: see {@linkcode ReceiverEvents.onMessages}. For use by the events. */
  interrupt(): void {
    if (this.#isWalking) PLAIN_FRAMES.stop();
  }

  /** Lets go of what is held and looks at nothing more. */
  abandon(): void {
    this.#isClosed = true;
    this.interrupt();
    this.#message.clear();
  }

  /**
   * Where the next bytes can be read to without being copied: the rest of a long payload, or a part of it.
   *
   * @returns `undefined` when the next bytes are better read elsewhere and given to {@linkcode receive}; otherwise
   * {@linkcode filled} must be called before anything else.
   */
  lend(): Uint8Array<ArrayBuffer> | undefined {
    if (this.#isClosed || this.#remaining < LEND_FROM_BYTES || isControlOpcode(this.#opcode)) return undefined;
    if (this.#message.length === 0) return undefined;
    return this.#message.lend(Math.min(this.#remaining, LEND_UP_TO_BYTES), this.#message.length + this.#remaining);
  }

  /**
   * So many bytes were read into what {@linkcode lend} gave; 0 when the read has failed.
   *
   * @throws {ProtocolError} as {@linkcode receive}.
   */
  filled(count: number): void {
    const message = this.#message;
    if (this.#isClosed) {
      message.filled(0);
      return message.clear();
    }
    const start = message.end;
    message.filled(count);
    const seen = this.#unmask(message.bytes, start, message.end);
    this.#maskKey = rotateMaskKey(this.#maskKey, count);
    this.#remaining -= count;
    this.#checkText(message.bytes, start, message.end, seen);
    if (this.#remaining > 0) return;
    this.#remaining = -1;
    if (this.#isFinal) this.#endMessage();
  }

  /**
   * Walks every frame in `bytes[start, end)`. Unmasks in place.
   *
   * @returns `end`, unless an event called {@linkcode halt}: then where the next call is to go on, with the rest of the
   * same bytes. After a Close frame everything is consumed and nothing told.
   * @throws {ProtocolError} when a rule or a limit is broken. The receiver is of no use after that.
   */
  receive(bytes: Uint8Array<ArrayBuffer>, start: number, end: number): number {
    let at = start;
    this.#isHalted = false;
    while (!this.#isHalted) {
      if (this.#isClosed) return end;
      if (this.#remaining < 0) {
        if (this.#messageOpcode === 0 && this.#stashed === 0 && this.#options.expectMasked) {
          at = this.#takePlainFrames(bytes, at, end);
          if (this.#isClosed) return end;
          if (this.#isHalted || at === end) return at;
        }
        at = this.#stashed > 0 ? this.#resumeHeader(bytes, at, end) : this.#readHeader(bytes, at, end);
        if (this.#remaining < 0) return end;
      }
      const available = end - at;
      if (available < this.#remaining) {
        if (available > 0) this.#takePart(bytes, at, end);
        return end;
      }
      const frameEnd = at + this.#remaining;
      this.#endFrame(bytes, at, frameEnd);
      at = frameEnd;
    }
    return at;
  }

  /**
   * The short way, for chunks in the arena: the kernel walks the frames that are whole messages, and they are told. What
   * stops it, a wrong frame among others, is left to the long way.
   *
   * @returns where the first frame begins that was not told.
   */
  #takePlainFrames(bytes: Uint8Array<ArrayBuffer>, start: number, end: number): number {
    if (!PLAIN_FRAMES.open(bytes)) return start;
    const { maxMessageBytes, allowsRsv1 } = this.#options;
    const rsv = allowsRsv1 === true ? RSV1_BIT : 0;
    this.#isWalking = true;
    try {
      for (let count = TABLE_LIMIT; count === TABLE_LIMIT && !this.#isHalted && !this.#isClosed;) {
        count = PLAIN_FRAMES.walk(start, end, maxMessageBytes, rsv);
        if (count > 1) this.#events.onMessages?.(PLAIN_FRAMES);
        while (!this.#isHalted && !this.#isClosed && PLAIN_FRAMES.step()) {
          this.#tellInPlace(PLAIN_FRAMES.form, bytes, PLAIN_FRAMES.start, PLAIN_FRAMES.end);
        }
        start = PLAIN_FRAMES.end;
        if (this.#isHalted) PLAIN_FRAMES.putBack();
      }
    } finally {
      this.#isWalking = false;
      PLAIN_FRAMES.close();
    }
    return start;
  }

  /** A message that lies whole in its chunk. */
  #tellInPlace(form: MessageForm, bytes: Uint8Array<ArrayBuffer>, start: number, end: number): void {
    if ((form & UNCHECKED_TEXT_BITS) === FORM.TEXT) {
      if (advanceUtf8(UTF8_ACCEPT, bytes, start, end) !== UTF8_ACCEPT) throw new ProtocolError("TEXT_NOT_UTF8");
    }
    this.#events.onMessage(form | FORM.BORROWED, bytes, start, end);
  }

  /** Reads a header that begins at `at`; keeps what is there of it when the chunk ends inside. */
  #readHeader(bytes: Uint8Array, at: number, end: number): number {
    const available = end - at;
    if (available >= 2) {
      this.#checkStart(bytes[at]!, bytes[at + 1]!);
      const size = this.#headerSize(bytes[at + 1]!);
      if (available >= size) {
        this.#beginFrame(bytes, at, size);
        return at + size;
      }
    }
    if (available > 0) {
      if (this.#stash === EMPTY) this.#stash = new Uint8Array(14);
      this.#stash.set(bytes.subarray(at, end));
      this.#stashed = available;
    }
    return end;
  }

  /** Completes a header whose first bytes came with an earlier chunk. */
  #resumeHeader(bytes: Uint8Array, at: number, end: number): number {
    const stash = this.#stash;
    while (at < end) {
      stash[this.#stashed++] = bytes[at++]!;
      if (this.#stashed < 2) continue;
      if (this.#stashed === 2) this.#checkStart(stash[0]!, stash[1]!);
      if (this.#stashed === this.#headerSize(stash[1]!)) {
        this.#stashed = 0;
        this.#beginFrame(stash, 0, this.#headerSize(stash[1]!));
        break;
      }
    }
    return at;
  }

  #headerSize(second: number): number {
    return lengthFormBytes(second & 0x7f) + (this.#options.expectMasked ? 4 : 0);
  }

  /** The rules that the first two bytes of a frame can break. */
  #checkStart(first: number, second: number): void {
    // RFC 6455 §5.2: RSV bits "MUST be 0 unless an extension is negotiated that defines meanings for non-zero values".
    if ((first & RSV_BITS) !== 0 && !this.#allowsRsv(first)) throw new ProtocolError("RSV_UNEXPECTED");
    const opcode = first & 0x0f;
    // RFC 6455 §5.2: "If an unknown opcode is received, the receiving endpoint MUST _Fail the WebSocket Connection_."
    if (!isDefinedOpcode(opcode)) throw new ProtocolError("OPCODE_RESERVED");
    // RFC 6455 §5.1: "The server MUST close the connection upon receiving a frame that is not masked."
    if (((second & MASK_BIT) !== 0) !== this.#options.expectMasked) {
      throw new ProtocolError(this.#options.expectMasked ? "MASK_MISSING" : "MASK_UNEXPECTED");
    }
    if (isControlOpcode(opcode)) {
      // RFC 6455 §5.5: "All control frames MUST have a payload length of 125 bytes or less and MUST NOT be fragmented."
      if ((first & FIN_BIT) === 0) throw new ProtocolError("CONTROL_FRAGMENTED");
      if ((second & 0x7f) > MAX_CONTROL_BYTES) throw new ProtocolError("CONTROL_TOO_LONG");
      return;
    }
    // RFC 6455 §5.4: fragments of one message "MUST NOT be interleaved" with those of another.
    if (opcode === OPCODE.CONTINUATION) {
      if (this.#messageOpcode === 0) throw new ProtocolError("CONTINUATION_UNEXPECTED");
    } else if (this.#messageOpcode !== 0) throw new ProtocolError("CONTINUATION_EXPECTED");
  }

  /** RFC 7692 §6.1: RSV1 stands on "the first frame of the message" only; §5: never on a control frame. */
  #allowsRsv(first: number): boolean {
    const opcode = first & 0x0f;
    return this.#options.allowsRsv1 === true && (first & RSV_BITS) === RSV1_BIT &&
      (opcode === OPCODE.TEXT || opcode === OPCODE.BINARY);
  }

  /** Takes a complete header in and checks what its length announces. */
  #beginFrame(bytes: Uint8Array, at: number, size: number): void {
    const first = bytes[at]!;
    const length = readLength(bytes, at);
    this.#opcode = first & 0x0f;
    this.#isFinal = (first & FIN_BIT) !== 0;
    this.#maskKey = this.#options.expectMasked ? readMaskKey(bytes, at + size - 4) : 0;
    this.#remaining = length;
    if (isControlOpcode(this.#opcode)) return;
    if (this.#opcode !== OPCODE.CONTINUATION) this.#isCompressed = (first & RSV1_BIT) !== 0;
    if (this.#message.length + length > this.#options.maxMessageBytes) throw new ProtocolError("MESSAGE_TOO_BIG");
    if (!this.#isFinal || this.#opcode === OPCODE.CONTINUATION) this.#beginFragment();
  }

  #beginFragment(): void {
    if (++this.#fragments > this.#options.maxFragments) throw new ProtocolError("TOO_MANY_FRAGMENTS");
    if (this.#opcode !== OPCODE.CONTINUATION) this.#messageOpcode = this.#opcode;
  }

  /** The chunk ends inside a payload: keep its part. */
  #takePart(bytes: Uint8Array<ArrayBuffer>, at: number, end: number): void {
    const seen = this.#unmask(bytes, at, end);
    this.#maskKey = rotateMaskKey(this.#maskKey, end - at);
    this.#remaining -= end - at;
    if (isControlOpcode(this.#opcode)) this.#keepControl(bytes, at, end);
    else this.#keepData(bytes, at, end, seen);
  }

  /** The rest of the frame lies in `bytes[at, end)`. */
  #endFrame(bytes: Uint8Array<ArrayBuffer>, at: number, end: number): void {
    const seen = this.#unmask(bytes, at, end);
    this.#remaining = -1;
    if (isControlOpcode(this.#opcode)) {
      this.#endControl(bytes, at, end);
    } else if (this.#isFinal && this.#messageOpcode === 0 && this.#message.length === 0) {
      this.#tellInPlace(this.#formOf(this.#opcode, seen), bytes, at, end);
    } else {
      this.#keepData(bytes, at, end, seen);
      if (this.#isFinal) this.#endMessage();
    }
  }

  #unmask(bytes: Uint8Array<ArrayBuffer>, at: number, end: number): number {
    return this.#options.expectMasked ? applyMask(bytes, at, end, this.#maskKey) : NON_ASCII;
  }

  /** Adds part of a data payload to the message under way. */
  #keepData(bytes: Uint8Array, at: number, end: number, seen: number): void {
    this.#checkText(bytes, at, end, seen);
    const { length } = this.#message;
    const total = this.#isFinal ? length + end - at + Math.max(0, this.#remaining) : this.#options.maxMessageBytes;
    this.#message.append(bytes, at, end, total, this.#isFinal);
  }

  /** RFC 6455 §8.1 allows failing early: a wrong byte is told at once, not when the message ends. */
  #checkText(bytes: Uint8Array, at: number, end: number, seen: number): void {
    this.#seen |= seen;
    const opcode = this.#messageOpcode === 0 ? this.#opcode : this.#messageOpcode;
    if (this.#isCompressed) return;
    if (opcode !== OPCODE.TEXT || ((seen & NON_ASCII) === 0 && this.#utf8 === UTF8_ACCEPT)) return;
    this.#utf8 = advanceUtf8(this.#utf8, bytes, at, end);
    if (this.#utf8 === UTF8_REJECT) throw new ProtocolError("TEXT_NOT_UTF8");
  }

  #endMessage(): void {
    const form = this.#formOf(this.#messageOpcode === 0 ? this.#opcode : this.#messageOpcode, this.#seen);
    if (this.#utf8 !== UTF8_ACCEPT) throw new ProtocolError("TEXT_NOT_UTF8");
    const { start, end } = this.#message;
    const bytes = this.#message.take();
    this.#messageOpcode = 0;
    this.#fragments = 0;
    this.#seen = 0;
    this.#events.onMessage(form, bytes, start, end);
  }

  #formOf(opcode: number, seen: number): MessageForm {
    const ascii = (seen & NON_ASCII) === 0 ? FORM.ASCII : 0;
    return ascii | (opcode === OPCODE.TEXT ? FORM.TEXT : 0) | (this.#isCompressed ? FORM.COMPRESSED : 0);
  }

  #keepControl(bytes: Uint8Array, at: number, end: number): void {
    if (this.#control === EMPTY) this.#control = new Uint8Array(MAX_CONTROL_BYTES);
    this.#control.set(bytes.subarray(at, end), this.#controlLength);
    this.#controlLength += end - at;
  }

  #endControl(bytes: Uint8Array<ArrayBuffer>, at: number, end: number): void {
    if (this.#controlLength > 0) {
      this.#keepControl(bytes, at, end);
      bytes = this.#control;
      at = 0;
      end = this.#controlLength;
      this.#controlLength = 0;
    }
    if (this.#opcode === OPCODE.PING) this.#events.onPing(bytes, at, end);
    else if (this.#opcode === OPCODE.PONG) this.#events.onPong(bytes, at, end);
    else this.#endClose(bytes, at, end);
  }

  #endClose(bytes: Uint8Array, at: number, end: number): void {
    this.#isClosed = true;
    const { code, reason } = decodeClosePayload(bytes, at, end);
    this.#events.onClose(code, reason);
  }
}
