/**
 * The server's side of one WebSocket connection: frames and the closing handshake, without I/O. RFC 6455 §5, §7.
 *
 * Bytes go in through `receive`; what has to go out is appended to the write buffer; what the connection needs to know
 * is told to its events. This is one of the two borders where errors are caught: whatever a peer sends, `receive` does
 * not throw.
 *
 * @module
 */
import {
  CLOSE_CODE,
  type DeflateTerms,
  DeflatingWriter,
  encodeClosePayload,
  type LentBytes,
  type MessageForm,
  type MessageWalk,
  OPCODE,
  type PreparedMessage,
  ProtocolError,
  Receiver,
  type ReceiverEvents,
  type ReceiverOptions,
  type SegmentSource,
  type ViolationName,
  VIOLATIONS,
  type WriteBuffer,
} from "../frame/mod.ts";
import { nextState, STATE, type State, type StateEvent, STATES } from "./state.ts";

/** Bounds of one connection's protocol. */
export interface ProtocolOptions {
  readonly maxMessageBytes: number;
  readonly maxFragments: number;
  /** Above this many unwritten bytes, pongs wait and only the latest goes out. */
  readonly highWaterBytes: number;
}

/** What a connection is told. */
export interface ProtocolEvents {
  /** See {@linkcode ReceiverEvents.onMessage}. Not called after our Close frame. */
  onMessage: ReceiverEvents["onMessage"];
  /** See {@linkcode ReceiverEvents.onMessages}. Not called after our Close frame. */
  onMessages?(walk: MessageWalk): void;
  /** The peer's Close frame arrived, and was answered if it was the first. */
  onPeerClose(): void;
  /** A rule or a limit was broken; the Close frame that says so is appended. */
  onViolation(violation: ViolationName): void;
}

/** How a connection ended. */
export interface ClosingRecord {
  readonly code: number;
  readonly reason: string;
  readonly wasClean: boolean;
}

/** Protocol state of one connection. */
export class ServerProtocol {
  readonly #options: ProtocolOptions;
  readonly #output: WriteBuffer;
  readonly #events: ProtocolEvents;
  readonly #receiver: Receiver;
  /** Where compression was agreed on. */
  readonly #deflating: DeflatingWriter | undefined;
  #state: State = STATE.OPEN;
  #peerCode: number = CLOSE_CODE.ABNORMAL;
  #peerReason = "";
  #hasSentClose = false;
  #failure: ViolationName | undefined;
  #heldPong: Uint8Array | undefined;

  /**
   * @param buffers in which messages come together. Default: fresh ones.
   * @param deflate given where permessage-deflate was agreed on: how messages are compressed. Those that arrive are
   * handed on as they came.
   */
  constructor(
    options: ProtocolOptions,
    output: WriteBuffer,
    events: ProtocolEvents,
    buffers?: SegmentSource,
    deflate?: DeflateTerms,
  ) {
    this.#options = options;
    this.#output = output;
    this.#events = events;
    this.#receiver = new Receiver(receiverOptions(options, deflate !== undefined), this, buffers);
    this.#deflating = deflate === undefined ? undefined : new DeflatingWriter(deflate, output);
  }

  /** The state, for tables and logs. */
  get state(): State {
    return this.#state;
  }

  /** True while data may be sent. */
  get isOpen(): boolean {
    return this.#state === STATE.OPEN;
  }

  /** Bytes held for a message that is not complete yet. */
  get bufferedBytes(): number {
    return this.#receiver.bufferedBytes;
  }

  /** Memory of the context that our messages are compressed with, in bytes. */
  get contextBytes(): number {
    return this.#deflating?.heldBytes ?? 0;
  }

  /** True when a message, or a frame of any kind, has begun and has not ended. */
  get isUnfinished(): boolean {
    return this.#receiver.isInsideMessage || this.#receiver.partialFrameBytes > 0;
  }

  /** True when a frame that is unfinished, and no part of a message yet, began within the last so many bytes. */
  beganWithin(byteLength: number): boolean {
    const begun = this.#receiver.partialFrameBytes;
    return begun > 0 && begun <= byteLength && !this.#receiver.isInsideMessage;
  }

  /**
   * How the connection ended, in the words of the Web API. RFC 6455 §7.1.5, §7.1.6. One that failed has the code and
   * the sentence of what it failed for.
   */
  get closing(): ClosingRecord {
    if (this.#peerCode !== CLOSE_CODE.ABNORMAL) {
      return { code: this.#peerCode, reason: this.#peerReason, wasClean: this.#hasSentClose };
    }
    if (this.#failure === undefined) return { code: CLOSE_CODE.ABNORMAL, reason: "", wasClean: false };
    const { closeCode, sentence } = VIOLATIONS[this.#failure];
    return { code: closeCode, reason: sentence, wasClean: false };
  }

  /**
   * Walks the frames in `bytes[start, end)`.
   *
   * @returns where to go on, when {@linkcode halt} was called; otherwise `end`.
   */
  receive(bytes: Uint8Array<ArrayBuffer>, start: number, end: number): number {
    if (!STATES[this.#state].receives) return end;
    try {
      return this.#receiver.receive(bytes, start, end);
    } catch (error) {
      if (!(error instanceof ProtocolError)) throw error;
      this.fail(error.violation);
      return end;
    }
  }

  /** See {@linkcode Receiver.lend}. */
  lend(): Uint8Array<ArrayBuffer> | undefined {
    return STATES[this.#state].receives ? this.#receiver.lend() : undefined;
  }

  /** See {@linkcode Receiver.filled}. */
  filled(count: number): void {
    try {
      // In every state: what was lent comes back.
      this.#receiver.filled(count);
    } catch (error) {
      if (!(error instanceof ProtocolError)) throw error;
      this.fail(error.violation);
    }
  }

  /** Makes `receive` return after the frame under way. For use by the events. */
  halt(): void {
    this.#receiver.halt();
  }

  /** Appends a text message; false when no data may be sent any more. */
  sendText(text: string): boolean {
    if (this.#state !== STATE.OPEN) return false;
    if (this.#deflating === undefined) this.#output.appendText(text);
    else this.#deflating.appendText(text);
    return true;
  }

  /** Appends a binary message; false when no data may be sent any more. */
  sendBinary(bytes: Uint8Array): boolean {
    if (this.#state !== STATE.OPEN) return false;
    if (this.#deflating === undefined) this.#output.appendFrame(OPCODE.BINARY, bytes);
    else this.#deflating.appendBytes(OPCODE.BINARY, bytes);
    return true;
  }

  /** True when a message of this length goes out compressed, and cannot be sent in place. */
  compresses(byteLength: number): boolean {
    return this.#deflating !== undefined && this.#deflating.compresses(byteLength);
  }

  /** Appends `bytes[start, end)` as a message of this opcode; false when no data may be sent any more. */
  sendPart(opcode: number, bytes: Uint8Array<ArrayBuffer>, start: number, end: number): boolean {
    if (this.#state !== STATE.OPEN) return false;
    if (this.#deflating === undefined) this.#output.appendPart(opcode, bytes, start, end);
    else this.#deflating.appendBytes(opcode, bytes.subarray(start, end));
    return true;
  }

  /** Appends a message that stays where it lies; false when no data may be sent any more. */
  sendInPlace(opcode: number, { bytes, start, end, owner }: LentBytes): boolean {
    if (this.#state !== STATE.OPEN) return false;
    this.#output.appendInPlace(opcode, bytes, start, end, owner);
    return true;
  }

  /** Appends a message that was encoded for many; false when no data may be sent any more. */
  sendPrepared(message: PreparedMessage): boolean {
    if (this.#state !== STATE.OPEN) return false;
    if (this.#deflating === undefined) this.#output.appendShared(message.run);
    else this.#deflating.appendPrepared(message);
    return true;
  }

  /** Appends a ping; false when none may be sent any more. RFC 6455 §5.5.2. */
  ping(payload: Uint8Array): boolean {
    if (this.#state !== STATE.OPEN) return false;
    this.#output.appendFrame(OPCODE.PING, payload);
    return true;
  }

  /** Starts the closing handshake; false when it has begun already. RFC 6455 §7.1.2. */
  close(code: number, reason: string): boolean {
    if (this.#state !== STATE.OPEN) return false;
    this.#sendClose(code, reason);
    this.#change("sendClose");
    return true;
  }

  /**
   * Fails the connection with a row of the violations table. RFC 6455 §7.1.7. A row whose code is 1006 sends nothing.
   */
  fail(violation: ViolationName): void {
    if (!STATES[this.#state].receives) return;
    const { closeCode, sentence } = VIOLATIONS[violation];
    // RFC 6455 §7.4.1: 1006 "MUST NOT be set as a status code in a Close control frame by an endpoint".
    if (this.isOpen && closeCode !== CLOSE_CODE.ABNORMAL) this.#sendClose(closeCode, sentence);
    this.#failure = violation;
    this.#change("fail");
    this.#receiver.abandon();
    this.#events.onViolation(violation);
  }

  /** Sends the pong that waited for the write buffer to empty. */
  releasePong(): void {
    const payload = this.#heldPong;
    if (payload === undefined) return;
    this.#heldPong = undefined;
    if (STATES[this.#state].answersPings) this.#output.appendFrame(OPCODE.PONG, payload);
  }

  /** The transport is gone. */
  end(): void {
    this.#change("end");
    this.#receiver.abandon();
    this.#deflating?.close();
  }

  /** @ignore Called by the receiver. */
  onMessage(form: MessageForm, bytes: Uint8Array<ArrayBuffer>, start: number, end: number): void {
    if (STATES[this.#state].delivers) this.#events.onMessage(form, bytes, start, end);
  }

  /** @ignore Called by the receiver. */
  onMessages(walk: MessageWalk): void {
    if (STATES[this.#state].delivers) this.#events.onMessages?.(walk);
  }

  /** @ignore Called by the receiver. */
  onPing(bytes: Uint8Array<ArrayBuffer>, start: number, end: number): void {
    if (!STATES[this.#state].answersPings) return;
    // RFC 6455 §5.5.3: with several pings unanswered, an endpoint "MAY elect to send a Pong frame for only the most
    // recently processed Ping frame".
    if (this.#output.byteLength > this.#options.highWaterBytes) this.#heldPong = bytes.slice(start, end);
    else this.#output.appendPart(OPCODE.PONG, bytes, start, end);
  }

  /** @ignore Called by the receiver. RFC 6455 §5.5.3: an unsolicited pong needs no response. */
  onPong(): void {}

  /** @ignore Called by the receiver. */
  onClose(code: number, reason: string): void {
    this.#peerCode = code;
    this.#peerReason = reason;
    // RFC 6455 §5.5.1: an endpoint that receives a Close frame and "didn't previously send a Close frame ... MUST send
    // a Close frame in response", and "typically echos the status code it received".
    if (this.#state === STATE.OPEN) this.#sendClose(code, "");
    this.#change("receiveClose");
    this.#events.onPeerClose();
  }

  #sendClose(code: number, reason: string): void {
    this.#hasSentClose = true;
    const payload = code === CLOSE_CODE.NO_STATUS ? new Uint8Array(0) : encodeClosePayload(code, reason);
    this.#output.appendFrame(OPCODE.CLOSE, payload);
  }

  #change(event: StateEvent): void {
    this.#state = nextState(this.#state, event);
    // Whether the next message is delivered has to be asked anew.
    this.#receiver.interrupt();
  }
}

/** What receivers are told, once for all connections that run with the same options. */
const PLAIN = new WeakMap<ProtocolOptions, ReceiverOptions>();
const COMPRESSED = new WeakMap<ProtocolOptions, ReceiverOptions>();

function receiverOptions(options: ProtocolOptions, allowsRsv1: boolean): ReceiverOptions {
  const known = allowsRsv1 ? COMPRESSED : PLAIN;
  const found = known.get(options);
  if (found !== undefined) return found;
  const { maxMessageBytes, maxFragments } = options;
  const made = { maxMessageBytes, maxFragments, expectMasked: true, allowsRsv1 };
  known.set(options, made);
  return made;
}
