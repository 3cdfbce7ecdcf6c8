/**
 * Counts what one lane has put on the wire: heads, framing and payload, for each direction.
 *
 * Everything is a sum, so it does not matter in which order or in which pieces the counts come.
 *
 * @module
 */

/** `up` is from the browser to the server. */
export type Direction = "up" | "down";

/** Bytes of one direction, split by what they are for. */
export interface Split {
  /** HTTP: request lines, status lines, fields. */
  readonly headBytes: number;
  /** What bodies and connections carry around the messages: frame headers, and what begins and ends a session. */
  readonly framingBytes: number;
  /** The messages themselves. */
  readonly payloadBytes: number;
}

/** A lane's sums at one moment. */
export interface Traffic {
  readonly requests: number;
  readonly up: Split;
  readonly down: Split;
  readonly messagesUp: number;
  readonly messagesDown: number;
}

/** One HTTP request and its answer, in bytes. */
export interface Exchange {
  readonly requestHeadBytes: number;
  readonly requestBodyBytes: number;
  readonly responseHeadBytes: number;
  readonly responseBodyBytes: number;
}

/** RFC 6455 §5.3: a masking key. What a client sends has one. */
const MASK_KEY_BYTES = 4;

/**
 * Length of the header of the one frame that a message is sent in. RFC 6455 §5.2: two bytes; two or eight more for a
 * length of 126 or of 65 536 bytes; and the masking key.
 */
export function frameHeaderBytes(payloadBytes: number, direction: Direction): number {
  const lengthBytes = payloadBytes < 126 ? 0 : payloadBytes < 65_536 ? 2 : 8;
  return 2 + lengthBytes + (direction === "up" ? MASK_KEY_BYTES : 0);
}

/** Length of a text as UTF-8. */
export function utf8Bytes(text: string): number {
  return encoder.encode(text).length;
}

const encoder = new TextEncoder();

/** What is counted of one direction. A body, or a connection after its handshake, carries framing and payload. */
class Sums {
  heads = 0;
  carried = 0;
  payload = 0;
  messages = 0;

  get split(): Split {
    // A message may be told before the body that brought it; until then there is no framing to speak of.
    const framingBytes = Math.max(0, this.carried - this.payload);
    return { headBytes: this.heads, framingBytes, payloadBytes: this.payload };
  }
}

/** The meter of one lane. */
export class TrafficMeter {
  #requests = 0;
  readonly #up = new Sums();
  readonly #down = new Sums();

  /** A request and its answer; of a WebSocket the handshake. */
  exchange(exchange: Exchange): void {
    this.#requests++;
    this.#up.heads += exchange.requestHeadBytes;
    this.#up.carried += exchange.requestBodyBytes;
    this.#down.heads += exchange.responseHeadBytes;
    this.#down.carried += exchange.responseBodyBytes;
  }

  /** A message that a body carried: the body is counted with its exchange. */
  message(direction: Direction, payloadBytes: number): void {
    const sums = direction === "up" ? this.#up : this.#down;
    sums.messages++;
    sums.payload += payloadBytes;
  }

  /** A message that went as a frame of its own over a WebSocket. */
  framedMessage(direction: Direction, payloadBytes: number): void {
    const sums = direction === "up" ? this.#up : this.#down;
    sums.carried += frameHeaderBytes(payloadBytes, direction) + payloadBytes;
    this.message(direction, payloadBytes);
  }

  /** A control frame over a WebSocket: all of it is framing. */
  controlFrame(direction: Direction, payloadBytes: number): void {
    const sums = direction === "up" ? this.#up : this.#down;
    sums.carried += frameHeaderBytes(payloadBytes, direction) + payloadBytes;
  }

  get traffic(): Traffic {
    return {
      requests: this.#requests,
      up: this.#up.split,
      down: this.#down.split,
      messagesUp: this.#up.messages,
      messagesDown: this.#down.messages,
    };
  }
}

/** All bytes of a direction. */
export function totalBytes({ headBytes, framingBytes, payloadBytes }: Split): number {
  return headBytes + framingBytes + payloadBytes;
}

/** All that is not payload, both directions. */
export function overheadBytes({ up, down }: Traffic): number {
  return up.headBytes + up.framingBytes + down.headBytes + down.framingBytes;
}

/** Both directions. */
export function payloadBytes({ up, down }: Traffic): number {
  return up.payloadBytes + down.payloadBytes;
}
