/**
 * RFC 6455 frames, as a client writes and reads them that carries them itself.
 *
 * @module
 */

/** What a frame is, of those that a client writes. */
export const OPCODE = { text: 1, binary: 2, close: 8, ping: 9, pong: 10 } as const;

/** What the server sends is no stream of frames. */
export class FrameFault extends Error {
  /** What to close with. */
  readonly code: 1002 | 1007;

  /** Says what is wrong with it. */
  constructor(code: 1002 | 1007, message: string) {
    super(message);
    this.code = code;
  }
}

/** What comes out of a stream of frames, in order. */
export interface FrameEvents {
  message(content: string | Uint8Array<ArrayBuffer>): void;
  ping(payload: Uint8Array<ArrayBuffer>): void;
  /** The last event. @param code 1005 where there was none. */
  close(code: number, reason: string): void;
}

/** One frame that is a whole message, or a control frame. The key is random for each. */
export function maskedFrame(opcode: number, payload: Uint8Array): Uint8Array<ArrayBuffer> {
  const { length } = payload;
  const lengthBytes = length < 126 ? 0 : length < 65_536 ? 2 : 8;
  const at = 2 + lengthBytes + 4;
  const frame = new Uint8Array(at + length);
  const view = new DataView(frame.buffer);
  frame[0] = FIN | opcode;
  frame[1] = MASKED | (lengthBytes === 0 ? length : lengthBytes === 2 ? 126 : 127);
  if (lengthBytes === 2) view.setUint16(2, length);
  if (lengthBytes === 8) view.setBigUint64(2, BigInt(length));
  const key = crypto.getRandomValues(frame.subarray(at - 4, at));
  for (let i = 0; i < length; i++) frame[at + i] = payload[i]! ^ key[i & 3]!;
  return frame;
}

/** The payload of a Close frame. @param code undefined: none. */
export function closePayload(code: number | undefined, reason: string): Uint8Array<ArrayBuffer> {
  if (code === undefined) return new Uint8Array();
  const text = new TextEncoder().encode(reason);
  const payload = new Uint8Array(2 + text.length);
  new DataView(payload.buffer).setUint16(0, code);
  payload.set(text, 2);
  return payload;
}

/** Reads the server's stream, cut anywhere. */
export class FrameReader {
  readonly #events: FrameEvents;
  /** Of the frame that has begun. */
  readonly #head: number[] = [];
  #opcode = 0;
  /** Bytes of its payload that have not come. */
  #left = -1;
  #control: Uint8Array<ArrayBuffer>[] = [];
  /** Of the message that has begun; 0: none has. */
  #kind = 0;
  #isWhole = false;
  #message: Uint8Array<ArrayBuffer>[] = [];
  #isOver = false;

  constructor(events: FrameEvents) {
    this.#events = events;
  }

  /**
   * Takes what has come next. It is kept until the message is whole, and not copied before.
   *
   * @throws {FrameFault} when it is no frame that a server may send.
   */
  take(chunk: Uint8Array<ArrayBuffer>): void {
    for (let at = 0; !this.#isOver;) {
      while (this.#left < 0) {
        if (at === chunk.length) return;
        this.#head.push(chunk[at++]!);
        this.#readHead();
      }
      const end = Math.min(chunk.length, at + this.#left);
      if (end > at) (this.#isControl() ? this.#control : this.#message).push(chunk.subarray(at, end));
      this.#left -= end - at;
      at = end;
      if (this.#left > 0) return;
      this.#finish();
    }
  }

  #isControl(): boolean {
    return this.#opcode >= OPCODE.close;
  }

  /** Sets `#left` once the head is whole. */
  #readHead(): void {
    const [first = 0, second] = this.#head;
    if (second === undefined) return;
    // RFC 6455 §5.1: A client MUST close a connection if it detects a masked frame.
    if (second & MASKED) throw new FrameFault(1002, "a masked frame");
    const lengthBytes = second < 126 ? 0 : second === 126 ? 2 : 8;
    if (this.#head.length < 2 + lengthBytes) return;
    const length = this.#head.slice(2).reduce((sum, byte) => sum * 256 + byte, 0);
    const smallest = lengthBytes === 0 ? 0 : lengthBytes === 2 ? 126 : 65_536;
    // RFC 6455 §5.2: the minimal number of bytes MUST be used to encode the length.
    if (lengthBytes && (length < smallest || length > Number.MAX_SAFE_INTEGER)) {
      throw new FrameFault(1002, `a length of ${length} in ${lengthBytes} bytes`);
    }
    this.#begin(first, lengthBytes ? length : second);
    this.#head.length = 0;
  }

  #begin(first: number, length: number): void {
    const isLast = (first & FIN) !== 0;
    // RFC 6455 §5.2: RSV bits MUST be 0 unless an extension defines them.
    if (first & RSV) throw new FrameFault(1002, "reserved bits");
    this.#opcode = first & 15;
    this.#left = length;
    if (this.#isControl()) {
      if (this.#opcode > OPCODE.pong) throw new FrameFault(1002, `opcode ${this.#opcode}`);
      // RFC 6455 §5.5: control frames MUST have 125 bytes or less, and MUST NOT be fragmented.
      if (!isLast || length > 125) throw new FrameFault(1002, "a control frame that is long, or in fragments");
      return;
    }
    if (this.#opcode > OPCODE.binary) throw new FrameFault(1002, `opcode ${this.#opcode}`);
    if ((this.#opcode === 0) !== (this.#kind !== 0)) throw new FrameFault(1002, "fragments out of order");
    this.#kind ||= this.#opcode;
    this.#isWhole = isLast;
  }

  #finish(): void {
    this.#left = -1;
    if (!this.#isControl()) {
      if (this.#isWhole) this.#giveMessage();
      return;
    }
    const payload = joined(this.#control);
    this.#control = [];
    if (this.#opcode === OPCODE.ping) this.#events.ping(payload);
    if (this.#opcode === OPCODE.close) this.#giveClose(payload);
  }

  #giveMessage(): void {
    const bytes = joined(this.#message);
    const isText = this.#kind === OPCODE.text;
    this.#message = [];
    this.#kind = 0;
    this.#events.message(isText ? textOf(bytes) : bytes);
  }

  #giveClose(payload: Uint8Array<ArrayBuffer>): void {
    this.#isOver = true;
    if (payload.length === 0) return this.#events.close(1005, "");
    const code = payload.length === 1 ? 0 : new DataView(payload.buffer).getUint16(0);
    if (!isSendable(code)) throw new FrameFault(1002, `close code ${code}`);
    this.#events.close(code, textOf(payload.subarray(2)));
  }
}

const FIN = 0x80;
const RSV = 0x70;
const MASKED = 0x80;

/** RFC 6455 §7.4: what may stand in a Close frame. */
function isSendable(code: number): boolean {
  return (code >= 1000 && code < 1015 && (code < 1004 || code > 1006)) || (code >= 3000 && code < 5000);
}

/** In bytes of its own. */
function joined(parts: readonly Uint8Array<ArrayBuffer>[]): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

function textOf(bytes: Uint8Array): string {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    // RFC 6455 §8.1: not UTF-8 is 1007.
    throw new FrameFault(1007, "a text that is not UTF-8");
  }
}
