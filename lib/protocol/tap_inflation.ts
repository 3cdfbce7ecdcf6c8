/**
 * Inflation for whoever watches: a message at a time, as its bytes come by, of which only the beginning is kept.
 *
 * Nothing is thrown: what cannot be inflated is said to be so. A context that was not seen from its beginning is not
 * guessed.
 *
 * @module
 */
import { CORRUPT, FLUSH, hasZlibStreams, ZlibStream } from "../frame/mod.ts";
import { KeptStart } from "./kept_start.ts";

/** How one direction is compressed. */
export interface TapDeflate {
  /** The sender may refer to its earlier messages. */
  readonly keepsContext: boolean;
  /** 8–15: its window is at most 2^n bytes. */
  readonly windowBits: number;
}

/** What came of the inflation of a message. */
export type Inflation =
  | "whole"
  /** It refers to messages that were not seen. */
  | "context unknown"
  | "corrupt"
  /** It is longer than a message may be: inflation stops there. */
  | "too long"
  /** This runtime cannot inflate bit by bit. */
  | "unavailable";

/** RFC 7692 §7.2.2: the four octets to append, and one more that a complete block leaves alone. */
const TAIL_AND_PROBE = new Uint8Array([0x00, 0x00, 0xff, 0xff, 0x00]);
const LEFT_COMPLETE = 1;
const LEFT_ENDED = 5;

/** zlib takes windows from 2^9 bytes. */
const MIN_WINDOW_BITS = 9;

/** Final blocks in one message: each costs as much as a short message, and takes two bytes. */
const MAX_FINAL_BLOCKS = 1024;

/** Where zlib writes; what of it is kept is copied. */
const scratch = new Uint8Array(16 * 1024);

/** The messages of one direction. */
export class TapInflation {
  readonly #deflate: TapDeflate;
  readonly #maxMessageBytes: number;
  #stream: ZlibStream | undefined;
  #isContextUnknown: boolean;
  // The message under way.
  #state: Inflation = "whole";
  #kept = new KeptStart(0);
  #byteLength = 0;
  #inputBytes = 0;
  #finalBlocks = 0;

  /** @param isFromBeginning false: messages went by before. */
  constructor(deflate: TapDeflate, maxMessageBytes: number, isFromBeginning: boolean) {
    this.#deflate = deflate;
    this.#maxMessageBytes = maxMessageBytes;
    this.#isContextUnknown = deflate.keepsContext && !isFromBeginning;
  }

  /** Length of the message under way, inflated so far. */
  get byteLength(): number {
    return this.#byteLength;
  }

  /** A message begins; so much of it is kept. */
  begin(maxKeptBytes: number): KeptStart {
    this.#state = !hasZlibStreams() ? "unavailable" : this.#isContextUnknown ? "context unknown" : "whole";
    this.#byteLength = this.#inputBytes = this.#finalBlocks = 0;
    if (!this.#deflate.keepsContext) this.#stream?.reset();
    return this.#kept = new KeptStart(Math.min(maxKeptBytes, this.#maxMessageBytes));
  }

  /** The next bytes of its payload. */
  push(bytes: Uint8Array): void {
    this.#inputBytes += bytes.length;
    for (let at = 0; at < bytes.length && this.#state === "whole";) {
      at = bytes.length - this.#feed(FLUSH.ALL, bytes, at);
      if (at === bytes.length || this.#state !== "whole") return;
      // RFC 7692 §7.2.3.4: a block with BFINAL set ends the stream, not the message.
      if (++this.#finalBlocks > MAX_FINAL_BLOCKS) this.#fail("corrupt");
      this.#stream?.reset();
    }
  }

  /** The message is complete. */
  end(): Inflation {
    if (this.#state === "whole" && this.#inputBytes > 0) {
      const { byteLength } = this;
      const left = this.#feed(FLUSH.BLOCK, TAIL_AND_PROBE, 0);
      if (left === LEFT_ENDED) this.#stream?.reset();
      else if (this.#state === "whole" && (left !== LEFT_COMPLETE || byteLength !== this.byteLength)) {
        this.#fail("corrupt");
      }
    }
    return this.#state;
  }

  /** Frees the context. */
  close(): void {
    this.#stream?.close();
    this.#stream = undefined;
    this.#isContextUnknown = true;
  }

  /** @returns how many bytes of the input are left over, because the stream has ended before them. */
  #feed(flush: number, bytes: Uint8Array, start: number): number {
    const stream = this.#stream ??= ZlibStream.inflate(Math.max(this.#deflate.windowBits, MIN_WINDOW_BITS));
    for (let at = start;;) {
      const end = stream.write(flush, bytes, at, bytes.length, scratch, 0, scratch.length);
      if (end === CORRUPT) {
        this.#fail("corrupt");
        return 0;
      }
      this.#kept.add(scratch.subarray(0, end));
      this.#byteLength += end;
      if (this.#byteLength > this.#maxMessageBytes) {
        this.#fail("too long");
        return 0;
      }
      if (end < scratch.length) return stream.leftOverBytes;
      at = bytes.length - stream.leftOverBytes;
    }
  }

  /** What comes after in the same context has nothing to refer to. */
  #fail(state: Inflation): void {
    this.#state = state;
    if (state === "corrupt") this.#kept.clear();
    if (this.#deflate.keepsContext) this.#isContextUnknown = true;
    else this.#stream?.reset();
  }
}
