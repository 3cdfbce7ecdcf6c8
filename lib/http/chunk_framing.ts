/**
 * The lines between the octets of a chunked body: sizes, extensions, line ends, trailers. RFC 9112 §7.1.
 *
 * @module
 */
import { TOKEN_OCTETS, VALUE_OCTETS } from "./field_value.ts";
import { HttpError } from "./http_error.ts";

/** Chunk extensions of one body, together. RFC 9112 §7.1.1: a server ought to limit them. They are not used. */
const MAX_EXTENSION_BYTES = 4096;
/** Trailer fields of one body, together. They are read and dropped, as RFC 9110 §6.5.1 allows. */
const MAX_TRAILER_BYTES = 8192;
/** Digits of one chunk size; more can only be leading zeros. */
const MAX_SIZE_DIGITS = 16;

const HTAB = 0x09;
const LF = 0x0a;
const CR = 0x0d;
const SP = 0x20;
const COLON = 0x3a;
const SEMICOLON = 0x3b;

const State = {
  /** At the first digit of a chunk size. */
  SIZE_START: 0,
  SIZE: 1,
  /** Whitespace after the size, which only an extension may follow. */
  EXTENSION_START: 2,
  EXTENSION: 3,
  SIZE_LF: 4,
  /** After the octets of a chunk. */
  CHUNK_CR: 5,
  CHUNK_LF: 6,
  /** At the first octet of a trailer field or of the last line. */
  TRAILER_START: 7,
  TRAILER_NAME: 8,
  TRAILER_VALUE: 9,
  TRAILER_LF: 10,
  LAST_LF: 11,
  DONE: 12,
} as const;
type State = typeof State[keyof typeof State];

/**
 * Reads everything of a chunked body that is not its content, one octet at a time. After a step that leaves
 * {@linkcode ChunkFraming.chunkBytes} above 0, that many octets of content follow.
 */
export class ChunkFraming {
  /** Length of the chunk whose size line has just ended, in octets. */
  chunkBytes = 0;
  #state: State = State.SIZE_START;
  #size = 0;
  #sizeDigits = 0;
  #extensionBytes = 0;
  #trailerBytes = 0;
  #bytesLeft: number;

  /** @param maxBodyBytes bound of all chunks together. */
  constructor(maxBodyBytes: number) {
    this.#bytesLeft = maxBodyBytes;
  }

  /** True after the line that ends the body. */
  get done(): boolean {
    return this.#state === State.DONE;
  }

  /**
   * Takes one octet of framing.
   *
   * @throws {HttpError} 400 malformed, 413 for a chunk that is too large, 431 for trailers that are too large.
   */
  step(octet: number): void {
    this.chunkBytes = 0;
    this.#state = this.#next(octet);
  }

  #next(octet: number): State {
    switch (this.#state) {
      case State.SIZE_START:
        return this.#takeDigit(octet);
      case State.SIZE:
        return this.#takeSize(octet);
      case State.EXTENSION_START:
        if (octet === SP || octet === HTAB) return this.#countExtension(State.EXTENSION_START);
        return octet === SEMICOLON ? this.#countExtension(State.EXTENSION) : malformed("a chunk size");
      case State.EXTENSION:
        if (octet === CR) return State.SIZE_LF;
        return VALUE_OCTETS[octet] === 1 ? this.#countExtension(State.EXTENSION) : malformed("a chunk extension");
      case State.SIZE_LF:
        return octet === LF ? this.#endSizeLine() : malformed("the line end after a chunk size");
      case State.CHUNK_CR:
        return octet === CR ? State.CHUNK_LF : malformed("the line end after a chunk");
      case State.CHUNK_LF:
        return octet === LF ? State.SIZE_START : malformed("the line end after a chunk");
      default:
        return this.#nextInTrailer(octet);
    }
  }

  #nextInTrailer(octet: number): State {
    // RFC 6585 §5: 431 fits a trailer section as well as a header section.
    if (++this.#trailerBytes > MAX_TRAILER_BYTES) throw new HttpError(431, "The trailer fields are too large.");
    switch (this.#state) {
      case State.TRAILER_START:
        if (octet === CR) return State.LAST_LF;
        return TOKEN_OCTETS[octet] === 1 ? State.TRAILER_NAME : malformed("a trailer field");
      case State.TRAILER_NAME:
        if (octet === COLON) return State.TRAILER_VALUE;
        return TOKEN_OCTETS[octet] === 1 ? State.TRAILER_NAME : malformed("a trailer field");
      case State.TRAILER_VALUE:
        if (octet === CR) return State.TRAILER_LF;
        return VALUE_OCTETS[octet] === 1 ? State.TRAILER_VALUE : malformed("a trailer field");
      case State.TRAILER_LF:
        return octet === LF ? State.TRAILER_START : malformed("the line end after a trailer field");
      default:
        return octet === LF ? State.DONE : malformed("the last line");
    }
  }

  /** RFC 9112 §7.1: chunk-size = 1*HEXDIG. No sign, no prefix, no whitespace before it. */
  #takeDigit(octet: number): State {
    const digit = hexDigit(octet);
    if (digit === -1 || ++this.#sizeDigits > MAX_SIZE_DIGITS) return malformed("a chunk size");
    this.#size = this.#size * 16 + digit;
    if (this.#size > this.#bytesLeft) throw new HttpError(413, "The request body is too large.");
    return State.SIZE;
  }

  #takeSize(octet: number): State {
    if (octet === CR) return State.SIZE_LF;
    if (octet === SEMICOLON) return this.#countExtension(State.EXTENSION);
    if (octet === SP || octet === HTAB) return this.#countExtension(State.EXTENSION_START);
    return this.#takeDigit(octet);
  }

  #countExtension(next: State): State {
    if (++this.#extensionBytes > MAX_EXTENSION_BYTES) {
      throw new HttpError(400, "The chunk extensions of the request body are too long: leave them out.");
    }
    return next;
  }

  #endSizeLine(): State {
    this.chunkBytes = this.#size;
    this.#bytesLeft -= this.#size;
    this.#size = 0;
    this.#sizeDigits = 0;
    // RFC 9112 §7.1: the chunk of size 0 is the last one; the trailer section follows it.
    return this.chunkBytes === 0 ? State.TRAILER_START : State.CHUNK_CR;
  }
}

/** The value of a hexadecimal digit, or -1. */
function hexDigit(octet: number): number {
  if (octet >= 0x30 && octet <= 0x39) return octet - 0x30;
  const lower = octet | 0x20;
  return lower >= 0x61 && lower <= 0x66 ? lower - 0x57 : -1;
}

function malformed(where: string): never {
  throw new HttpError(400, `The chunked request body is malformed at ${where}.`);
}
