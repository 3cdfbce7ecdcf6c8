/**
 * One zlib stream, driven synchronously: the engine under permessage-deflate.
 *
 * `node:zlib` is synchronous only for whole buffers. Its streams do their work in a handle that can be called
 * synchronously too, and keeps its window between calls; that call is documented nowhere, so it is tried before it is
 * relied on (see {@linkcode hasZlibStreams}), and without it the whole-buffer calls of `zlib_once.ts` have to do.
 *
 * @module
 */
import { constants, createDeflateRaw, createInflateRaw } from "node:zlib";

/** Compression parameters, as zlib's `deflateInit2` takes them. */
export interface DeflateParameters {
  /** 9–15: the window is 2^n bytes. */
  readonly windowBits: number;
  /** 1 (fastest) to 9 (smallest). */
  readonly level: number;
  /** 1–9: memory for the search. */
  readonly memLevel: number;
}

/** How far a call goes. */
export const FLUSH = {
  /** Everything that came so far appears in the output. */
  ALL: constants.Z_SYNC_FLUSH,
  /** Inflating only: stops behind the block that the input ends. */
  BLOCK: constants.Z_BLOCK,
} as const;

/** Inflating: the input is no deflate stream. */
export const CORRUPT = -1;

/** What is used of a `node:zlib` stream. */
interface RawStream {
  readonly _handle: RawHandle;
  /** `[bytes of output left free, bytes of input left over]`, set by each call. */
  readonly _writeState: Uint32Array;
  close(): void;
}

interface RawHandle {
  writeSync(
    flush: number,
    input: Uint8Array,
    inputStart: number,
    inputBytes: number,
    output: Uint8Array,
    outputStart: number,
    outputBytes: number,
  ): void;
  reset(): void;
  onerror: (message: string, errno: number) => void;
}

/**
 * A raw deflate or inflate stream.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { FLUSH, ZlibStream } from "./zlib_stream.ts";
 *
 * const hello = Uint8Array.fromHex("f248cdc9c907000000ffff"); // RFC 7692 §7.2.3.1
 * const output = new Uint8Array(16);
 * const stream = ZlibStream.inflate(15);
 * const end = stream.write(FLUSH.ALL, hello, 0, hello.length, output, 0, output.length);
 * assertEquals(new TextDecoder().decode(output.subarray(0, end)), "Hello");
 * stream.close();
 * ```
 */
export class ZlibStream {
  readonly #stream: RawStream;
  readonly #handle: RawHandle;
  readonly #state: Uint32Array;
  /** Memory of zlib's own, in bytes, when all of it is in use. */
  readonly heldBytes: number;
  #isCorrupt = false;

  private constructor(stream: RawStream, heldBytes: number) {
    this.#stream = stream;
    this.#handle = stream._handle;
    this.#state = stream._writeState;
    this.heldBytes = heldBytes;
    this.#handle.onerror = () => void (this.#isCorrupt = true);
  }

  /** A stream that compresses. */
  static deflate({ windowBits, level, memLevel }: DeflateParameters): ZlibStream {
    const stream = createDeflateRaw({ windowBits, level, memLevel, chunkSize: CHUNK_BYTES }) as unknown as RawStream;
    // As zconf.h has it; but the zlib of this runtime takes no less for lower levels: measured, windows of 2^15 bytes
    // take 273 KiB with level 8 and 268 with level 1, those of 2^9 take 142.
    const searchBytes = 1 << (Math.max(memLevel, 8) + 9);
    return new ZlibStream(stream, (1 << (windowBits + 2)) + searchBytes + OWN_BYTES);
  }

  /** @param windowBits those of the sender, or more. */
  static inflate(windowBits: number): ZlibStream {
    const stream = createInflateRaw({ windowBits, chunkSize: CHUNK_BYTES }) as unknown as RawStream;
    // Measured: windows of 2^15 bytes take 47 KiB, of 2^12 18, of 2^9 14.
    return new ZlibStream(stream, (1 << windowBits) + OWN_BYTES);
  }

  /** Bytes of the last call's input that it did not take: the output is full, or the stream has ended. */
  get leftOverBytes(): number {
    return this.#state[1]!;
  }

  /**
   * Feeds `input[start, end)` and writes what comes of it into `output[at, outputEnd)`.
   *
   * @returns the end of what was written, or {@linkcode CORRUPT}. When it is `outputEnd`, there may be more.
   */
  write(
    flush: number,
    input: Uint8Array,
    start: number,
    end: number,
    output: Uint8Array,
    at: number,
    outputEnd: number,
  ): number {
    this.#isCorrupt = false;
    this.#handle.writeSync(flush, input, start, end - start, output, at, outputEnd - at);
    return this.#isCorrupt ? CORRUPT : outputEnd - this.#state[0]!;
  }

  /** Forgets everything, as if it were new. */
  reset(): void {
    this.#handle.reset();
  }

  /** Frees zlib's memory. Nothing else may be called after. */
  close(): void {
    this.#stream.close();
  }
}

/** What a stream takes beside its windows: states and tables. */
const OWN_BYTES = 12 * 1024;

/** The size of a buffer that each stream has for its asynchronous side, which is not used: the smallest allowed. */
const CHUNK_BYTES = constants.Z_MIN_CHUNK;

let isUsable: boolean | undefined;

/** Whether this runtime has streams that can be driven synchronously, and they do what is expected of them. */
export function hasZlibStreams(): boolean {
  return isUsable ??= tryStreams();
}

function tryStreams(): boolean {
  try {
    const text = new TextEncoder().encode("sockeye sockeye");
    const packed = new Uint8Array(64);
    const unpacked = new Uint8Array(64);
    const deflate = ZlibStream.deflate({ windowBits: 15, level: 1, memLevel: 8 });
    const inflate = ZlibStream.inflate(15);
    const first = deflate.write(FLUSH.ALL, text, 0, text.length, packed, 0, 64);
    const second = deflate.write(FLUSH.ALL, text, 0, text.length, packed, first, 64);
    const isKept = second - first < first && inflate.write(FLUSH.ALL, packed, 0, second - 4, unpacked, 0, 64) === 30;
    // Behind a block that is complete, a byte is left alone.
    packed[second] = 0xa5;
    const stops = inflate.write(FLUSH.BLOCK, packed, second - 4, second + 1, unpacked, 30, 64) === 30 &&
      inflate.leftOverBytes === 1;
    inflate.reset();
    const isRefused = inflate.write(FLUSH.ALL, new Uint8Array([0xff, 0xff]), 0, 2, unpacked, 60, 64) === CORRUPT;
    deflate.close();
    inflate.close();
    return isKept && stops && isRefused &&
      new TextDecoder().decode(unpacked.subarray(0, 30)) === "sockeye sockeye".repeat(2);
  } catch {
    return false; // Another version of the runtime: the whole-buffer calls are used.
  }
}
