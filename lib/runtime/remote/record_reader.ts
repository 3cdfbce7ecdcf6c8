/**
 * Takes records out of a stream of bytes, however it is cut.
 *
 * @module
 */
import { HEADER_BYTES, padded, type TakeRecord, WireError } from "./wire.ts";

const FIRST_BYTES = 64 * 1024;

/**
 * Walks the whole records of `bytes[0, end)`. The first must begin at a multiple of four in the buffer.
 *
 * @param maxBytes of one payload.
 * @returns where the first begins that is not whole.
 * @throws {WireError} for a longer one.
 */
export function walkRecords(
  bytes: Uint8Array<ArrayBuffer>,
  end: number,
  maxBytes: number,
  take: TakeRecord,
): number {
  const words = new Uint32Array(bytes.buffer, bytes.byteOffset, bytes.length >>> 2);
  let at = 0;
  while (end - at >= HEADER_BYTES) {
    const word = at >>> 2;
    const length = words[word + 2]!;
    if (length > maxBytes) throw new WireError(`a record of ${length} bytes, where at most ${maxBytes} are allowed`);
    const next = at + HEADER_BYTES + padded(length);
    if (next > end) break;
    const head = words[word]!;
    take(head & 0xff, (head >>> 8) & 0xff, words[word + 1]!, bytes, at + HEADER_BYTES, at + HEADER_BYTES + length);
    at = next;
  }
  return at;
}

/** Bytes in, records out. */
export class RecordReader {
  readonly #maxBytes: number;
  readonly #take: TakeRecord;
  #bytes = new Uint8Array(FIRST_BYTES);
  /** What lies at the beginning of the buffer and is not a whole record. */
  #kept = 0;
  #isRetained = false;

  /** @param maxBytes of one payload. */
  constructor(maxBytes: number, take: TakeRecord) {
    this.#maxBytes = maxBytes;
    this.#take = take;
  }

  /** Where the next bytes go; never empty. */
  get room(): Uint8Array<ArrayBuffer> {
    return this.#bytes.subarray(this.#kept);
  }

  /**
   * So many bytes were put at the beginning of {@linkcode room}.
   *
   * @throws {WireError}
   */
  filled(count: number): void {
    const bytes = this.#bytes;
    const end = this.#kept + count;
    const at = walkRecords(bytes, end, this.#maxBytes, this.#take);
    this.#kept = end - at;
    // What a record only promises is not allocated: the buffer grows as it fills.
    const size = this.#kept === bytes.length ? bytes.length * 2 : this.#kept < FIRST_BYTES ? FIRST_BYTES : bytes.length;
    if (this.#isRetained || size !== bytes.length) {
      this.#isRetained = false;
      this.#bytes = new Uint8Array(size);
      this.#bytes.set(bytes.subarray(at, end));
    } else if (at > 0) bytes.copyWithin(0, at, end);
  }

  /** The same for bytes that lie elsewhere. */
  push(chunk: Uint8Array): void {
    for (let at = 0; at < chunk.length;) {
      const { room } = this;
      const part = chunk.subarray(at, at + room.length);
      room.set(part);
      this.filled(part.length);
      at += part.length;
    }
  }

  /** What is being taken is kept beyond the call: the next bytes go elsewhere. For who takes a record. */
  retain(): void {
    this.#isRetained = true;
  }
}
