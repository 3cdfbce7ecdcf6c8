/**
 * Inflating whole messages: the receiving half of permessage-deflate. RFC 7692 §7.2.2.
 *
 * What comes out grows in steps up to the longest message allowed and is given up there, before more memory is spent.
 *
 * @module
 */
import { HEADROOM_BYTES } from "./message_assembly.ts";
import { advanceUtf8, UTF8_ACCEPT } from "./utf8.ts";
import { ProtocolError } from "./violation.ts";
import type { SegmentSource } from "./segment.ts";
import { inflateOnce } from "./zlib_once.ts";
import { CORRUPT, FLUSH, hasZlibStreams, ZlibStream } from "./zlib_stream.ts";

/** How a connection's messages are inflated. */
export interface InflaterOptions {
  /** Longest message, in bytes, inflated. */
  readonly maxMessageBytes: number;
  /** The peer may refer to its earlier messages. */
  readonly keepsContext: boolean;
  /** 8–15: the peer's window is at most 2^n bytes. */
  readonly windowBits: number;
  /** For tests; a runtime that has streams uses them. */
  readonly usesStreams?: boolean;
}

/** An inflated message: `bytes[start, end)`, with room for a header before it. The bytes belong to the source. */
export interface InflatedMessage {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly start: number;
  readonly end: number;
}

/** RFC 7692 §7.2.2: the four octets to append, and one more that a complete block leaves alone. */
const TAIL_AND_PROBE = new Uint8Array([0x00, 0x00, 0xff, 0xff, 0x00]);

/** Bytes left over of these when the block before is complete, and when the stream had ended already. */
const LEFT_COMPLETE = 1;
const LEFT_ENDED = 5;

/** Final blocks in one message: each costs as much as a short message, and takes two bytes. */
const MAX_FINAL_BLOCKS = 1024;

/** A message is expected to become so many times as long. */
const EXPECTED_RATIO = 4;

/** zlib takes windows from 2^9 bytes; a peer's zlib takes 2^9 too where 2^8 was agreed on. */
const MIN_WINDOW_BITS = 9;
const MAX_WINDOW_BITS = 15;

/** For everybody whose context is not kept; reset for each message. */
let sharedStream: ZlibStream | undefined;

/**
 * Inflates the messages of one connection.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { FRESH_BUFFERS } from "./message_assembly.ts";
 * import { MessageInflater } from "./message_inflater.ts";
 *
 * const options = { maxMessageBytes: 1024, keepsContext: false, windowBits: 15 };
 * const inflater = new MessageInflater(options, FRESH_BUFFERS);
 * const hello = Uint8Array.fromHex("f248cdc9c90700"); // RFC 7692 §7.2.3.1
 * const { bytes, start, end } = inflater.inflate(true, hello, 0, hello.length);
 * assertEquals(new TextDecoder().decode(bytes.subarray(start, end)), "Hello");
 * ```
 */
export class MessageInflater {
  readonly #options: InflaterOptions;
  readonly #source: SegmentSource;
  readonly #usesStreams: boolean;
  #own: ZlibStream | undefined;
  // The message under way.
  #output: Uint8Array<ArrayBuffer> = NO_BYTES;
  #at = 0;

  constructor(options: InflaterOptions, source: SegmentSource) {
    this.#options = options;
    this.#source = source;
    this.#usesStreams = options.usesStreams ?? hasZlibStreams();
  }

  /** Memory held between messages, in bytes: none before the first. */
  get heldBytes(): number {
    return this.#own?.heldBytes ?? 0;
  }

  /**
   * Inflates one message, `bytes[start, end)`.
   *
   * @throws {ProtocolError} when it is corrupt, becomes too long, or is text and not UTF-8. With a context kept, the
   * inflater is of no use after that.
   */
  inflate(isText: boolean, bytes: Uint8Array, start: number, end: number): InflatedMessage {
    this.#output = NO_BYTES;
    this.#at = HEADROOM_BYTES;
    try {
      // Deviation: RFC 7692 §7.2.3.6 has an empty message take one octet. zlib itself makes none of a second flush
      // without input, so that some senders have none to send; it changes no window, and can mean nothing else.
      if (start === end) this.#grow(0);
      else if (this.#usesStreams) this.#inflateBy(this.#stream(), bytes, start, end);
      else this.#inflateOnce(bytes.subarray(start, end));
      // RFC 7692 §6.2 and RFC 6455 §8.1: it is the message that must be UTF-8, not what it was compressed to.
      if (isText && advanceUtf8(UTF8_ACCEPT, this.#output, HEADROOM_BYTES, this.#at) !== UTF8_ACCEPT) {
        throw new ProtocolError("TEXT_NOT_UTF8");
      }
      return { bytes: this.#output, start: HEADROOM_BYTES, end: this.#at };
    } catch (error) {
      this.#giveBack();
      throw error;
    } finally {
      this.#output = NO_BYTES;
    }
  }

  /** Frees the context. */
  close(): void {
    this.#own?.close();
    this.#own = undefined;
  }

  #stream(): ZlibStream {
    const { keepsContext, windowBits } = this.#options;
    if (keepsContext) return this.#own ??= ZlibStream.inflate(Math.max(windowBits, MIN_WINDOW_BITS));
    if (sharedStream === undefined) return sharedStream = ZlibStream.inflate(MAX_WINDOW_BITS);
    sharedStream.reset();
    return sharedStream;
  }

  #inflateBy(stream: ZlibStream, bytes: Uint8Array, start: number, end: number): void {
    this.#grow((end - start) * EXPECTED_RATIO);
    let finalBlocks = 0;
    for (let at = start; at < end;) {
      at = end - this.#feed(stream, FLUSH.ALL, bytes, at, end);
      if (at === end) break;
      // RFC 7692 §7.2.3.4: a block with BFINAL set ends the stream, not the message: what follows is another stream.
      // Its window is empty, as that of a sender whose own stream has ended; a reference beyond is refused as corrupt.
      if (++finalBlocks > MAX_FINAL_BLOCKS) throw new ProtocolError("DEFLATE_CORRUPT");
      stream.reset();
    }
    // RFC 7692 §7.2.2: "Append 4 octets of 0x00 0x00 0xff 0xff to the tail end of the payload of the message."
    const messageEnd = this.#at;
    const left = this.#feed(stream, FLUSH.BLOCK, TAIL_AND_PROBE, 0, TAIL_AND_PROBE.length);
    if (left === LEFT_ENDED) stream.reset();
    // Anything else was in the middle of a block: a part is missing, for which zlib takes these octets, or waits on.
    else if (left !== LEFT_COMPLETE || this.#at !== messageEnd) throw new ProtocolError("DEFLATE_CORRUPT");
  }

  /** @returns how many bytes of the input are left over, because the stream has ended before them. */
  #feed(stream: ZlibStream, flush: number, bytes: Uint8Array, start: number, end: number): number {
    const limit = HEADROOM_BYTES + this.#options.maxMessageBytes + 1;
    for (let at = start;;) {
      const outputEnd = Math.min(this.#output.length, limit);
      const written = stream.write(flush, bytes, at, end, this.#output, this.#at, outputEnd);
      if (written === CORRUPT) throw new ProtocolError("DEFLATE_CORRUPT");
      this.#at = written;
      if (written === limit) throw new ProtocolError("MESSAGE_TOO_BIG");
      if (written < outputEnd) return stream.leftOverBytes;
      at = end - stream.leftOverBytes;
      this.#grow((written - HEADROOM_BYTES) * 2);
    }
  }

  #inflateOnce(payload: Uint8Array): void {
    const { maxMessageBytes } = this.#options;
    const message = inflateOnce(payload, maxMessageBytes);
    if (message.length > maxMessageBytes) throw new ProtocolError("MESSAGE_TOO_BIG");
    this.#grow(message.length);
    this.#output.set(message, HEADROOM_BYTES);
    this.#at += message.length;
  }

  /** A larger output: for so many bytes, but for no more than may come, and one that shows that there are more. */
  #grow(byteLength: number): void {
    const needed = Math.max(byteLength, MIN_OUTPUT_BYTES);
    const size = HEADROOM_BYTES + Math.min(needed, this.#options.maxMessageBytes + 1);
    if (isFreed(this.#output)) {
      // Not left to the collector, which would let many of them lie: what it held is free at once.
      this.#output = new Uint8Array(this.#output.buffer.transfer(size));
      return;
    }
    const output = this.#source.take(size);
    if (this.#at > HEADROOM_BYTES) output.set(this.#output.subarray(HEADROOM_BYTES, this.#at), HEADROOM_BYTES);
    this.#giveBack();
    this.#output = output;
  }

  #giveBack(): void {
    if (isFreed(this.#output)) this.#output.buffer.transfer(0);
    else if (this.#output !== NO_BYTES) this.#source.give(this.#output);
  }
}

const NO_BYTES = new Uint8Array(0);
const MIN_OUTPUT_BYTES = 512;

/** From this size on, an output that is outgrown or given up is freed and not recycled. */
const LARGE_BYTES = 1024 * 1024;

/** What lies in a memory with others, as in the arena, cannot be freed alone: it goes back to where it came from. */
function isFreed(output: Uint8Array): boolean {
  return output.length >= LARGE_BYTES && output.length === output.buffer.byteLength;
}
